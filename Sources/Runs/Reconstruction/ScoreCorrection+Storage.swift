internal import Background
internal import Configuration
internal import Dynamics
internal import Inference
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

extension RunConfiguration {
    /// The score correction that reconstructions of mocks give, if any are named. Collective.
    ///
    /// - Parameters:
    ///   - model: where the parameters start; its box is that of the mocks.
    ///   - transform: on the particle grid.
    /// - Throws: `UsageError` on all ranks when what is needed is not there.
    func scoreCorrection<Scalar: StorableScalar>(
        around model: ForwardModel<Scalar>, _ transform: FourierTransform<Scalar>
    ) throws -> ScoreCorrection<Scalar>? {
        guard let mocks = reconstruct?.response, !mocks.isEmpty else { return nil }
        let size = model.box.size
        let longest = max(size.x, size.y, size.z)
        return ScoreCorrection(
            from: try mocks.map {
                try ScoreCorrection<Scalar>.Mock(
                    reading: $0, longest: longest, over: model.particleGrid.grid.world)
            },
            at: evolution.stop, around: model.cosmology, model.theory.powerModel, transform)
    }
}

extension ScoreCorrection.Mock {
    /// Reads the diagnostics of a reconstruction whose truth was given. Collective.
    ///
    /// - Parameter longest: the longest side of the box [Mpc/h].
    init(reading address: DatasetAddress, longest: Double, over world: Communicator) throws {
        let file = try InputFile(opening: address.file, over: world)
        func column(_ name: String) throws -> [Double] {
            let path = "\(address.dataset)/\(name)"
            guard try file.describe(path) != nil else {
                throw UsageError(
                    "\(address): it has no \(name); reconstruct.response must be the diagnostics of a "
                        + "reconstruction whose truth was given; make one with reconstruct.truth")
            }
            return try file.readArray(at: path, as: Double.self)
        }
        self.init(
            wavenumbers: try column("k"), modes: try column("modes"), powers: try column("noise_power"),
            correlations: try column("correlation_initial"))
        let width = 2 * Double.pi / longest
        guard let first = wavenumbers.first, abs(first - width) < width / 2 else {
            throw UsageError(
                "\(address): it is of another box; reconstruct.response must be of a reconstruction in this "
                    + "one; make it with the same configuration")
        }
    }
}
