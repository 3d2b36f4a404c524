internal import Glibc
public import Parallel

/// A directory for one test, the same on all ranks; removed with all that is in it.
public final class ScratchDirectory {
    /// Where it is.
    public let path: String
    private let communicator: Communicator

    /// Makes an empty directory. Collective.
    public init(over communicator: Communicator) {
        self.communicator = communicator
        path = communicator.broadcast(communicator.isRoot ? Self.make() : "")
    }

    deinit {
        communicator.barrier()
        if communicator.isRoot { Self.run("rm -rf '\(path)'") }
    }

    /// The path of a file in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The names in it, sorted. Collective.
    public var names: [String] {
        communicator.barrier()
        return communicator.broadcast(communicator.isRoot ? Self.list(path).joined(separator: "\n") : "")
            .split(separator: "\n").map(String.init)
    }

    /// A file's bytes, on every rank. Collective.
    public func bytes(_ name: String) -> [UInt8] {
        communicator.broadcast(communicator.isRoot ? Self.read(file(name)) : [])
    }

    /// Makes a file of these bytes. Collective.
    public func write(_ bytes: [UInt8], to name: String) {
        if communicator.isRoot {
            let stream = unsafe fopen(file(name), "w")!
            precondition(unsafe fwrite(bytes, 1, bytes.count, stream) == bytes.count)
            unsafe fclose(stream)
        }
        communicator.barrier()
    }

    /// Runs a shell command on rank 0 and tells all whether it succeeded. Collective.
    @discardableResult
    public func shell(_ command: String) -> Bool {
        communicator.maximum(communicator.isRoot && Self.run(command) != 0 ? 1 : 0) == 0
    }

    @discardableResult
    private static func run(_ command: String) -> Int32 {
        unsafe system(command)
    }

    private static func make() -> String {
        var template = Array("/tmp/palindrome-test-XXXXXX".utf8CString)
        return unsafe String(cString: mkdtemp(&template)!)
    }

    private static func list(_ path: String) -> [String] {
        guard let stream = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let stream = unsafe fopen(path, "r") else { return [] }
        defer { unsafe fclose(stream) }
        unsafe fseek(stream, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: unsafe ftell(stream))
        unsafe rewind(stream)
        let read = unsafe fread(&bytes, 1, bytes.count, stream)
        return Array(bytes.prefix(read))
    }
}
