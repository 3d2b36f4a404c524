internal import Background
internal import Configuration
internal import Parallel
internal import Storage

/// `palindrome demo --haloes`: the haloes of a fine run, and the initial conditions of a coarse one that networks make
/// such haloes of.
public struct HaloDemo: Sendable {
    private let directory: String
    /// The universe that is observed; the network has not learned from it.
    private static let seed = 100

    /// A demonstration.
    ///
    /// - Parameter directory: where to write.
    public init(to directory: String) {
        self.directory = directory
    }

    /// Writes `haloes.yaml` and `universe.h5`, and reconstructs. Collective.
    ///
    /// - Parameter beginning: what becomes of an earlier one in the directory, as of ``Demo``.
    /// - Throws: the same on all ranks when something cannot be written or there is too little memory.
    public func run(_ beginning: Beginning = .fresh, in context: RunContext) throws -> Ending {
        let world = context.world
        try DemoFiles.lay(
            [("haloes.yaml", PackageResources.haloes_yaml)], in: directory, beginning, on: world)
        let path = "\(directory)/haloes.yaml"
        let configuration = try RunConfiguration(
            reading: path,
            overrides: [RunConfiguration.override("output.directory", text: "\(directory)/reconstruction")],
            on: world)
        let power = try configuration.linearPowerModel(on: world)
        let maker = UniverseMaker(
            configuration: configuration,
            provenance: configuration.provenance(
                Cosmology<Dual>(configuration.cosmology, power: power), TransformPlanning()),
            context: context)
        do {
            let universe = "\(directory)/universe.h5"
            if beginning != .resume || !world.any(world.isRoot && Files.exists(universe)) {
                try maker.make(seed: Self.seed, to: universe)
            }
        } catch is StopRequest {
            context.say("stopped by a signal before the universe was made")
            return .stopped
        }
        return try configuration.reconstruct(beginning == .resume ? .resume : .overwrite, in: context)
    }
}
