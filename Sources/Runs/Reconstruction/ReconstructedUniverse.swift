internal import Dynamics
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

/// A universe at its beginning and at its end.
struct ReconstructedUniverse<Scalar: StorableScalar>: ~Copyable {
    /// White noise on the particle grid.
    let noise: Field<Scalar>
    /// Modes of the linear overdensity for D1 = 1.
    let initialModes: FourierField<Scalar>
    /// Modes of the density at the end.
    let finalModes: FourierField<Scalar>

    private let initialDensity: Field<Scalar>
    private let finalDensity: Field<Scalar>

    /// Runs white noise to the end. Collective.
    ///
    /// - Throws: what the stages throw, the same on all ranks.
    init(of noise: consuming Field<Scalar>, in model: ForwardModel<Scalar>) throws {
        let modes = model.linearModes(of: noise)
        let initial = model.linearDensity(of: modes.copy(for: "linear modes"))
        var evolution = try model.start(keeping: noise)
        try evolution.finish()
        let final = try evolution.particles.relativeDensity()
        finalModes = model.layout.meshTransform.forward(keeping: final)
        initialDensity = initial
        finalDensity = final
        initialModes = modes
        self.noise = noise
    }

    /// Writes noise and densities into a group. Collective.
    ///
    /// - Parameter end: the scale factor of the end.
    func write(
        in group: String, end: Double, box: SIMD3<Double>, to file: inout OutputFile
    ) throws(StorageError) {
        try file.write(
            noise, at: "\(group)/white_noise", box: box, "white noise on the particle grid")
        try file.write(
            initialDensity, at: "\(group)/initial_density", box: box,
            "linear overdensity for D1 = 1 on the particle grid")
        try file.write(
            finalDensity, at: "\(group)/final_density", box: box,
            "density / mean at a = \(end) on the force mesh")
    }
}

extension OutputFile {
    /// Writes a field without unit that fills a box. Collective.
    mutating func write<Scalar: StorableScalar>(
        _ field: borrowing Field<Scalar>, at path: String, box: SIMD3<Double>, _ description: String
    ) throws(StorageError) {
        try write(
            field, at: path,
            labels: Labels(
                units: "1", description: "\(description), [x][y][z]",
                more: ["box_size": .reals([box.x, box.y, box.z])]))
    }
}
