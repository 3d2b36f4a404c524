public import Configuration
public import Parallel

extension RunConfiguration {
    /// Reads a file on rank 0 and validates it on all. Collective.
    ///
    /// - Parameters:
    ///   - file: the path.
    ///   - overrides: `section.key=value`, each laid over the file.
    ///   - world: the ranks that will run it.
    /// - Throws: on all ranks when the file cannot be read, or with the first mistake in it.
    public init(reading file: String, overrides: [String] = [], on world: Communicator) throws(AgreedFailure)
    {
        let bytes = try world.fromRoot { try Files.read(file) }
        let environment = try world.fromRoot { Self.environment }
        self = try world.agree {
            try RunConfiguration(
                bytes: bytes, name: file, overrides: overrides, environment: Self.variables(environment),
                ranks: world.size)
        }
    }

    /// The environment of this process, as the system keeps it; nothing where it does not tell.
    private static var environment: [UInt8] { (try? Files.read("/proc/self/environ")) ?? [] }

    /// `NAME=value`, each ended by 0.
    private static func variables(_ bytes: [UInt8]) -> [String: String] {
        var variables: [String: String] = [:]
        for part in bytes.split(separator: 0) {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            variables[String(decoding: part[..<equals], as: UTF8.self)] = String(
                decoding: part[equals...].dropFirst(), as: UTF8.self)
        }
        return variables
    }
}
