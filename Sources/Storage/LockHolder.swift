internal import Glibc

/// Who has a directory: what the file of a ``DirectoryLock`` says.
public struct LockHolder: Sendable, Equatable, CustomStringConvertible {
    /// The name of the machine of rank 0.
    public let host: String
    /// The number of its process there.
    public let process: Int
    /// When it took the directory, as in `2026-11-21 05:03:25 UTC`.
    public let since: String
    /// What tells one start of one machine from all others.
    let machine: String
    /// What tells one taking of a directory from all others.
    let token: String

    package init(host: String, process: Int, since: String, machine: String, token: String) {
        self.host = host
        self.process = process
        self.since = since
        self.machine = machine
        self.token = token
    }

    /// This process, now.
    package static var thisProcess: LockHolder {
        LockHolder(
            host: hostName, process: Int(getpid()), since: now, machine: bootIdentifier ?? hostName,
            token: String(UInt64.random(in: 0...UInt64.max), radix: 16))
    }

    /// `host node7, process 1234, since 2026-11-21 05:03:25 UTC`.
    public var description: String { "host \(host), process \(process), since \(since)" }

    /// The file up to the count that follows.
    package var text: String {
        """
        A run of palindrome is writing to this directory, or was killed while it did. The next run finds out which.
        host \(host)
        process \(process)
        since \(since)
        machine \(machine)
        token \(token)
        beat 
        """
    }

    /// Reads a file; nil if it is empty or not of this kind.
    package init?(text: String) {
        var values: [Substring: String] = [:]
        for line in text.split(separator: "\n") {
            guard let blank = line.firstIndex(of: " ") else { continue }
            values[line[..<blank]] = String(line[line.index(after: blank)...])
        }
        guard let host = values["host"], let process = values["process"].flatMap({ Int($0) }),
            let since = values["since"], let machine = values["machine"], let token = values["token"]
        else { return nil }
        self.init(host: host, process: process, since: since, machine: machine, token: token)
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return text(name)
    }

    private static var now: String {
        var moment = time(nil)
        var parts = unsafe tm()
        var name = [CChar](repeating: 0, count: 40)
        unsafe gmtime_r(&moment, &parts)
        unsafe strftime(&name, name.count, "%Y-%m-%d %H:%M:%S UTC", &parts)
        return text(name)
    }

    private static var bootIdentifier: String? {
        guard let file = unsafe fopen("/proc/sys/kernel/random/boot_id", "r") else { return nil }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 64)
        guard unsafe fgets(&line, Int32(line.count), file) != nil else { return nil }
        return text(line).split(separator: "\n").first.map(String.init)
    }

    /// What C wrote into an array.
    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
