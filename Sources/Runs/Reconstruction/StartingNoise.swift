internal import Configuration
internal import Dynamics
internal import InitialConditions
internal import Mesh
internal import Storage

extension RunConfiguration {
    /// The white noise where a search starts. Collective.
    ///
    /// - Parameters:
    ///   - model: the universe where the search starts.
    ///   - say: told how it was found, if there is something to tell.
    /// - Precondition: there is an objective.
    /// - Throws: the same on all ranks when what it needs cannot be read or has another shape.
    func startingNoise<Scalar: StorableScalar>(
        in model: ForwardModel<Scalar>, telling say: (String) -> Void
    ) throws -> Field<Scalar> {
        let (settings, grid) = (reconstruct!, model.particleGrid)
        switch settings.start {
        case .file(let address):
            return try address.readNoise(over: grid)
        case .noise:
            var noise = Field<Scalar>.whiteNoise(seed: settings.startSeed, over: grid)
            let amplitude = settings.startAmplitude
            noise.mapPoints { _, _, _, value in Scalar(amplitude * Double(value)) }
            return noise
        case .standard:
            let estimate = StandardEstimate(self, model, grid.grid.world)
            let found = try estimate.find()
            say("start: standard reconstruction, \(found.remark)")
            return estimate.whiteNoise(of: found, .damped)
        case .zero:
            var noise = Field<Scalar>(grid, ghosts: .none, for: "white noise")
            noise.mapPoints { _, _, _, _ in 0 }
            return noise
        }
    }
}
