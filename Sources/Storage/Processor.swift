internal import Glibc
public import Parallel

/// The kind of CPU: the last bits of results may depend on it.
public enum Processor {
    /// What rank 0 runs on, such as `AMD EPYC 7763 64-Core Processor`. Collective.
    public static func name(over communicator: Communicator) -> String {
        communicator.broadcast(communicator.isRoot ? nameHere() : "")
    }

    private static func nameHere() -> String {
        guard let file = unsafe fopen("/proc/cpuinfo", "r") else { return "unknown" }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        while unsafe fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") {
                return String(text[text.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "\n" })
            }
        }
        return "unknown"
    }
}
