internal import Background
internal import Configuration
internal import Measurement
internal import Mesh
internal import Parallel
internal import Storage

/// A measured power spectrum.
public struct SessionSpectrum: Sendable, Equatable {
    /// Mean k of each shell [h/Mpc].
    public let wavenumbers: [Double]
    /// P, shot noise included [(Mpc/h)³].
    public let powers: [Double]
    /// Modes of each shell.
    public let modes: [Int]
    /// That of the session's particles [(Mpc/h)³].
    public let shotNoise: Double
}

extension ModelSession {
    func linearPower(at wavenumbers: [Double], in cosmology: [Double]?) throws -> [Double] {
        let parameters = try configuration.parameters(cosmology)
        let powerModel = model.theory.powerModel
        let power = LinearPower(Cosmology<Double>(parameters, power: powerModel), powerModel)
        for k in wavenumbers where !(k > 0 && k.isFinite) {
            throw UsageError("k is \(k); it must be positive and finite; leave k = 0 out")
        }
        if let lowest = wavenumbers.min(), let highest = wavenumbers.max() {
            try power.requireCoverage(from: lowest, to: highest)
        }
        return wavenumbers.map(power.today)
    }

    func power(
        of field: UnsafeRawPointer, on grid: SessionGrid, dividingWindow: Bool
    ) throws -> SessionSpectrum {
        let layout = model.layout
        let transform = grid == .mesh ? layout.meshTransform : layout.perturbation.transform
        let modes = transform.forward(
            try unsafe self.field(field, on: decomposition(of: grid), named: "the field", for: "field"))
        let box = model.box
        let spectrum = try PowerSpectrum(
            of: modes, box: box.size, correcting: dividingWindow ? .cloudInCell : .none)
        return SessionSpectrum(
            wavenumbers: spectrum.wavenumbers, powers: spectrum.powers, modes: spectrum.modesPerShell,
            shotNoise: PowerSpectrum.shotNoise(particles: box.particleCount, box: box.size))
    }

    func read(_ dataset: DatasetAddress, on grid: SessionGrid, into field: UnsafeMutableRawPointer) throws {
        let file = try InputFile(opening: dataset.file, over: world)
        let found: Field<Scalar> = try file.readField(
            at: dataset.dataset, over: decomposition(of: grid), for: "field")
        unsafe copy(found, to: field)
    }

    func write(_ field: UnsafeRawPointer, on grid: SessionGrid, as dataset: DatasetAddress) throws {
        let decomposition = decomposition(of: grid)
        let values = try unsafe self.field(field, on: decomposition, named: "the field", for: "field")
        try world.onRoot {
            guard !Files.exists(dataset.file) else {
                throw UsageError(
                    "\(dataset.file): it is there already; it must be a new file; remove it first")
            }
        }
        var file = try OutputFile(
            creating: dataset.file, expectedBytes: decomposition.pointCount * MemoryLayout<Scalar>.size,
            provenance: configuration.provenance(of: model), over: world)
        let size = model.box.size
        try file.write(
            values, at: dataset.dataset,
            labels: Labels(
                units: "1", description: "a field of a session, [x][y][z]",
                more: ["box_size": .reals([size.x, size.y, size.z])]))
        try file.finish()
    }
}
