internal import Configuration
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Storage

extension RunConfiguration {
    /// The white noise where a search starts. Collective.
    ///
    /// - Precondition: there is an objective.
    /// - Throws: ``StorageError`` on all ranks when it is in a file that cannot be read or has another shape.
    func startingNoise<Scalar: StorableScalar>(over grid: Decomposition) throws -> Field<Scalar> {
        let settings = reconstruct!
        switch settings.start {
        case .file(let address):
            let file = try InputFile(opening: address.file, over: grid.grid.world)
            return try file.readField(at: address.dataset, over: grid, ghosts: .none, for: "white noise")
        case .noise:
            var noise = Field<Scalar>.whiteNoise(seed: settings.startSeed, over: grid)
            let amplitude = settings.startAmplitude
            noise.mapPoints { _, _, _, value in Scalar(amplitude * Double(value)) }
            return noise
        case .zero:
            var noise = Field<Scalar>(grid, ghosts: .none, for: "white noise")
            noise.mapPoints { _, _, _, _ in 0 }
            return noise
        }
    }
}
