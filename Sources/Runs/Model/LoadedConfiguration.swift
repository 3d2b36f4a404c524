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
        self = try world.agree {
            try RunConfiguration(bytes: bytes, name: file, overrides: overrides, ranks: world.size)
        }
    }
}
