internal import Configuration
internal import Parallel
internal import Storage

/// A member of an ensemble of mocks: a universe of which the truth is known, observed as the objective is, to be
/// reconstructed in its own directory.
struct MockUniverse {
    private let configuration: RunConfiguration
    private let seed: UInt64?

    private static let observation = "observed.h5"
    private static let truth = "truth.h5"

    /// - Parameters:
    ///   - configuration: that of the reconstruction, with ``overrides(in:)``.
    ///   - number: of the member; its noise is that of no other.
    ///   - hasNoise: whether the observation has the noise of its objective.
    init(of configuration: RunConfiguration, number: Int, hasNoise: Bool) {
        self.configuration = configuration
        seed = hasNoise ? 0x6d6f_636b_0000_0000 | UInt64(number + 1) : nil
    }

    /// What makes a configuration that of a mock: it is reconstructed from its own observation, with the cosmology that
    /// made it.
    static func overrides(in directory: String) -> [String] {
        [
            RunConfiguration.override("objective.data", text: "\(directory)/\(observation):/density"),
            RunConfiguration.override("reconstruct.truth", text: "\(directory)/\(truth):/white_noise"),
            "reconstruct.vary=[]", "reconstruct.response=[]",
        ]
    }

    /// Makes the observation, unless it is there from an earlier attempt. Collective.
    ///
    /// - Throws: the same on all ranks when the objective is none that can be mocked, or a file cannot be written.
    func observe(_ beginning: Beginning, in context: RunContext) throws {
        let objectives = configuration.objectives
        guard objectives.count == 1, objectives[0].kind == .density, objectives[0].bias == .none,
            objectives[0].likelihood == .gaussian, objectives[0].a == configuration.evolution.stop,
            objectives[0].errors == .known
        else {
            throw UsageError(
                "mocks are of one objective of kind density at the end of the run, without bias; make others by "
                    + "simulate and reconstruct")
        }
        let directory = configuration.output.directory
        let claim = try ClaimedDirectory(directory, over: context.world)
        if try beginning != .resume || !isObserved(in: directory, on: context.world) {
            try configuration.requireRoom(for: .simulation, on: context.world, having: context.room)
            try MockObservation.write(configuration, to: directory, noise: seed, on: context.world)
        }
        claim.release()
    }

    /// Whether an observation of this very configuration is there, which is written last. Collective.
    private func isObserved(in directory: String, on world: Communicator) throws -> Bool {
        let names = try OutputDirectory.names(in: directory, over: world)
        guard names.contains(Self.observation), names.contains(Self.truth) else { return false }
        let file = try InputFile(opening: "\(directory)/\(Self.observation)", over: world)
        return try Provenance(of: file)?.configuration == configuration.resolvedText
    }
}
