internal import Configuration
internal import Parallel

/// A forward run from its configuration to its outputs.
enum Simulation {
    /// Runs it. Collective.
    static func run(_ configuration: RunConfiguration, on world: Communicator) throws -> Ending {
        throw EnvironmentError("this build cannot simulate yet; use --dry-run")
    }
}
