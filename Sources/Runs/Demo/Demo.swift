internal import Configuration
internal import Parallel

/// `palindrome demo`: a small universe; another one, observed with noise, and its initial conditions found again.
public struct Demo: Sendable {
    private let directory: String

    /// A demonstration.
    ///
    /// - Parameter directory: where to write.
    public init(to directory: String) {
        self.directory = directory
    }

    /// Writes the configurations, and runs them. Collective.
    ///
    /// - Parameter beginning: what becomes of an earlier one in the directory; `fresh` replaces one whose configurations
    ///   were not changed, of which nothing is lost.
    /// - Throws: the same on all ranks when something cannot be written or there is too little memory.
    public func run(_ beginning: Beginning = .fresh, in context: RunContext) throws -> Ending {
        let world = context.world
        let runs = beginning == .resume ? Beginning.resume : .overwrite
        let simulation = try load(
            try DemoFiles.write(to: directory, beginning, on: world), directory, on: world)
        let ending = try simulation.simulate(runs, in: context)
        guard ending == .finished else { return ending }

        let place = "\(directory)/reconstruction"
        let reconstruction = try load("\(directory)/reconstruct.yaml", place, on: world)
        try MockObservation.write(reconstruction, to: directory, on: world)
        return try reconstruction.reconstruct(runs, in: context)
    }

    private func load(_ file: String, _ output: String, on world: Communicator) throws -> RunConfiguration {
        try RunConfiguration(
            reading: file, overrides: [RunConfiguration.override("output.directory", text: output)], on: world
        )
    }
}
