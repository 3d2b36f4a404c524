internal import Glibc
package import Parallel

/// What memory the machine has left, and what this process took.
package enum MachineMemory {
    /// Bytes that each rank may still take: its share of the fullest host; nil if no host tells. Collective.
    package static func availablePerRank(on world: Communicator) -> Int? {
        let hosts = world.allGather([hostIdentity, availableHere ?? Int.max])
        let neighbours = hosts.count { $0[0] == hostIdentity }
        let share = min(availableHere.map { $0 / neighbours } ?? Int.max, leftByLimits ?? Int.max)
        let least = world.minimum(share)
        return least == Int.max ? nil : least
    }

    /// The most memory that this process had so far [bytes].
    package static var peak: Int { field("VmHWM", of: "/proc/self/status") ?? 0 }

    /// Counts ``peak`` anew from what is held now; where the system does not allow it, the peak stays that of all.
    package static func forgetPeak() {
        try? Files.write(Array("5".utf8), into: "/proc/self/clear_refs")
    }

    /// The same for all hosts that look alike; not secret, only to tell hosts apart.
    private static var hostIdentity: Int {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return 0 }
        // FNV-1a: Swift's own hash differs between processes.
        let hash = name.prefix { $0 != 0 }.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64(UInt8(bitPattern: $1))) &* 0x100_0000_01b3
        }
        return Int(truncatingIfNeeded: hash)
    }

    /// The smaller of what the machine and the limits of this job leave.
    private static var availableHere: Int? {
        ([field("MemAvailable", of: "/proc/meminfo"), grantOfSlurm] + controlGroupLimits()).compactMap(\.self)
            .min()
    }

    /// What the limits of this process itself leave (`ulimit -v`, `ulimit -d`, Grid Engine's h_vmem).
    private static var leftByLimits: Int? {
        let limits = [
            (__rlimit_resource_t(RLIMIT_AS.rawValue), "VmSize"),
            (__rlimit_resource_t(RLIMIT_DATA.rawValue), "VmData"),
        ]
        return limits.compactMap { resource, used in
            var limit = rlimit()
            guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur <= rlim_t(Int.max) else {
                return nil
            }
            return max(0, Int(limit.rlim_cur) - (field(used, of: "/proc/self/status") ?? 0))
        }.min()
    }

    /// What Slurm gave this job on this node, which it may enforce without a control group [bytes].
    private static var grantOfSlurm: Int? {
        func mebibytes(_ name: String) -> Int? {
            unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }.flatMap {
                $0 > 0 && $0 < 1 << 40 ? $0 : nil
            }
        }
        if let all = mebibytes("SLURM_MEM_PER_NODE") { return all << 20 }
        guard let each = mebibytes("SLURM_MEM_PER_CPU"), let cores = mebibytes("SLURM_CPUS_ON_NODE"),
            cores < 1 << 16
        else { return nil }
        return (each << 20) * cores
    }

    /// What each control group above this process leaves; Slurm confines jobs by them.
    private static func controlGroupLimits() -> [Int?] {
        let lines = (try? Files.text("/proc/self/cgroup"))?.split(separator: "\n") ?? []
        return lines.flatMap { line -> [Int?] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let isUnified = fields[0] == "0" && fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains("memory") else { return [] }
            let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
            let (limit, usage) =
                isUnified
                ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
            // The first version counts pages of groups below only in sums of their own.
            let filePages = ["inactive_file", "active_file"].map { isUnified ? $0 : "total_\($0)" }
            var groups = [root]
            for part in fields[2].split(separator: "/") { groups.append("\(groups.last!)/\(part)") }
            return groups.map { group in
                // Pages of files count as used but are given up when needed.
                number("\(group)/\(limit)").flatMap { most in
                    number("\(group)/\(usage)").map { used in
                        filePages.reduce(max(0, most - used)) {
                            $0 + (field($1, of: "\(group)/memory.stat") ?? 0)
                        }
                    }
                }
            }
        }
    }

    private static func number(_ path: String) -> Int? {
        (try? Files.text(path)).flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// A line `name: 123 kB` or `name 123` of a system file [bytes].
    private static func field(_ name: String, of path: String) -> Int? {
        guard let text = try? Files.text(path) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == ":" }
            guard words.count >= 2, words[0] == name, let value = Int(words[1]) else { continue }
            return words.count > 2 && words[2] == "kB" ? value << 10 : value
        }
        return nil
    }
}
