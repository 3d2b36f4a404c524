internal import Background
internal import Configuration
internal import Measurement
internal import Mesh
internal import Parallel
internal import Storage

/// Fields of haloes on a mesh, as `palindrome haloes --field` writes them.
public struct HaloFields: Sendable {
    /// The heaviest haloes are taken, as many as make this number density [(h/Mpc)³].
    public var numberDensity: Double
    /// Mesh points along each side; the force mesh of the snapshot's run if nil.
    public var mesh: SIMD3<Int>?
    /// The standard deviation of log₁₀ M before haloes are taken [dex].
    public var scatter: Double
    /// Of the scatter.
    public var seed: UInt64
    /// The axis along which haloes are seen at their redshifts; nil for their places.
    public var lineOfSight: Int?

    /// Fields.
    public init(
        numberDensity: Double, mesh: SIMD3<Int>?, scatter: Double, seed: UInt64, lineOfSight: Int?
    ) {
        self.numberDensity = numberDensity
        self.mesh = mesh
        self.scatter = scatter
        self.seed = seed
        self.lineOfSight = lineOfSight
    }

    func check() throws(UsageError) {
        guard numberDensity > 0, numberDensity.isFinite else {
            throw UsageError("--number-density is \(numberDensity); it must be greater than 0; try 1e-3")
        }
        guard scatter >= 0, scatter <= 2 else {
            throw UsageError("--scatter is \(scatter); it must be a number from 0 to 2 dex; try 0.1")
        }
        guard mesh.map({ $0.min() > 0 && $0.max() <= 16384 }) ?? true else {
            throw UsageError("--mesh must have 1 to 16384 points along each side; try 64")
        }
    }

    /// Writes `/counts` and `/mass`. Collective.
    ///
    /// - Throws: the same on all ranks when the catalogue has too few haloes, or the file cannot be written.
    func write(
        _ table: HaloTable, named catalogue: String, of snapshot: SnapshotParticles, to path: String,
        in context: RunContext
    ) throws {
        var sample = try HaloSample(
            of: table, numberDensity: numberDensity, scatter: .init(width: scatter, seed: seed),
            named: catalogue)
        let run = configuration(of: snapshot)
        if let axis = lineOfSight {
            guard let run else {
                throw UsageError(
                    "\(catalogue): the configuration of its run cannot be read, so its expansion is not known; leave "
                        + "out --redshift-space")
            }
            let rate = Cosmology<Double>(run.cosmology, power: .eisensteinHu).expansionRate(
                at: table.scaleFactor)
            sample = sample.inRedshiftSpace(along: axis, shift: 1 / (100 * table.scaleFactor * rate))
        }
        guard let shape = mesh ?? run?.box.mesh else {
            throw UsageError(
                "\(catalogue): the configuration of its run cannot be read, so its mesh is not known; give --mesh"
            )
        }
        let points = try Decomposition(shape: shape, over: snapshot.particleGrid.grid)
        var file = try OutputFile(
            creating: path, expectedBytes: 16 * points.pointCount, provenance: snapshot.provenance,
            over: context.world)
        for quantity in HaloSample.Quantity.allCases {
            try file.write(
                sample.field(quantity, over: points), at: "/\(quantity.rawValue)",
                labels: Labels(
                    units: quantity == .counts ? "1" : "1e10 Msun/h",
                    description:
                        "\(quantity == .counts ? "haloes" : "mass of haloes") per cell, cloud-in-cell, [x][y][z]",
                    more: [
                        "box_size": .reals([table.box.x, table.box.y, table.box.z]),
                        "scale_factor": .real(table.scaleFactor),
                    ]))
        }
        file.set("number_density", to: .real(numberDensity))
        file.set("haloes", to: .integer(sample.count))
        file.set("lightest", to: .real(sample.masses.last ?? 0))
        file.set("scatter", to: .real(scatter))
        file.set("line_of_sight", to: .text(lineOfSight.map { ["x", "y", "z"][$0] } ?? "none"))
        try file.finish()
        context.say("\(path): \(sample.count) haloes, the lightest of \(sample.masses.last ?? 0) 1e10 Msun/h")
    }

    private func configuration(of snapshot: SnapshotParticles) -> RunConfiguration? {
        try? RunConfiguration(
            bytes: Array(snapshot.provenance.configuration.utf8), name: "the snapshot's configuration")
    }
}
