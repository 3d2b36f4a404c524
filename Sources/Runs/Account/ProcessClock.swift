internal import Glibc
internal import Parallel

/// When this process began.
enum ProcessClock {
    /// Seconds since the system started this process, to 0.01 s; nil where it does not tell.
    static var seconds: Double? {
        guard let status = try? Files.text("/proc/self/stat") else { return nil }
        // The second field is the name in parentheses, which may hold anything; the start is the 22nd.
        guard let name = status.lastIndex(of: ")") else { return nil }
        let fields = status[status.index(after: name)...].split(separator: " ")
        let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        guard fields.count > 19, let ticks = Double(fields[19]), ticksPerSecond > 0 else { return nil }
        var now = timespec()
        guard unsafe clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return nil }
        return Double(now.tv_sec) + 1e-9 * Double(now.tv_nsec) - ticks / ticksPerSecond
    }
}
