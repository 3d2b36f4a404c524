internal import Configuration
internal import Dynamics
internal import InitialConditions
internal import Mesh
internal import Storage

extension RunConfiguration {
    /// The white noise where a search starts. Collective.
    ///
    /// - Parameters:
    ///   - model: the universe where it starts.
    ///   - say: is told what was found on the way, if something was.
    /// - Precondition: there is an objective.
    /// - Throws: on all ranks when it is in a file that cannot be read or has another shape, or comes from data that
    ///   the standard method has no use for.
    func startingNoise<Scalar: StorableScalar>(
        in model: ForwardModel<Scalar>, telling say: (String) -> Void
    ) throws -> Field<Scalar> {
        let settings = reconstruct!
        let grid = model.particleGrid
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
