public import Mesh
public import Particles

/// A particle scalar whose integer state files can hold.
public protocol StorableScalar: ParticleScalar, StorageElement
where Position: StorageElement, Momentum: StorageElement {}

extension Float: StorableScalar {}
extension Double: StorableScalar {}

extension OutputFile {
    /// Writes the integer state of all particles, in Lagrangian order: `/state/x`, `y`, `z` and `/state/px`, `py`, `pz`.
    /// Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when the disk is full.
    public mutating func write<Scalar: StorableScalar>(
        _ state: borrowing LagrangianBlock<Scalar>
    ) throws(StorageError) {
        let units = state.units
        let rows = Rows(of: state.decomposition)
        let bits = Scalar.Position.bitWidth
        for (axis, name) in StateNames.axes.enumerated() {
            try write(
                state.position[axis].span, as: rows, at: "\(StateNames.group)/\(name)",
                labels: Labels(
                    units: "2^-\(bits) box", description: "comoving position along \(name), Lagrangian order")
            )
            try write(
                state.momentum[axis].span, as: rows, at: "\(StateNames.group)/p\(name)",
                labels: Labels(
                    units: "2^\(units.momentumExponent) Mpc/h H0",
                    description: "momentum a^2 dx/dt along \(name), Lagrangian order"))
        }
        set("momentum_exponent", to: .integer(units.momentumExponent), on: StateNames.group)
        set("box", to: .reals([units.box.x, units.box.y, units.box.z]), on: StateNames.group)
    }

    /// Bytes of the state of `count` particles in a file.
    public static func stateBytes<Scalar: StorableScalar>(of count: Int, as _: Scalar.Type) -> Int {
        3 * count * (MemoryLayout<Scalar.Position>.size + MemoryLayout<Scalar.Momentum>.size)
    }
}

extension InputFile {
    /// Reads the integer state of all particles of a grid, on any number of ranks. Collective.
    ///
    /// - Parameter units: what the integers must mean.
    /// - Throws: ``StorageError`` on all ranks when there is none, it is damaged, or it has another shape or other units.
    public func readState<Scalar: StorableScalar>(
        over particleGrid: Decomposition, units: StateUnits, as _: Scalar.Type = Scalar.self
    ) throws(StorageError) -> LagrangianBlock<Scalar> {
        let rows = Rows(of: particleGrid)
        guard let exponent = try attribute("momentum_exponent", of: StateNames.group)?.integer else {
            throw damaged("\(StateNames.group) has no attribute momentum_exponent")
        }
        guard exponent == units.momentumExponent else {
            throw StorageError(
                .wrongUnit, fault: fault,
                "\(path): the momentum unit is 2^\(exponent) Mpc/h H0; it must be "
                    + "2^\(units.momentumExponent), as this configuration has it; use the configuration it was "
                    + "written with")
        }
        var state = LagrangianBlock<Scalar>(particleGrid, units: units)
        for (axis, name) in StateNames.axes.enumerated() {
            state.position[axis] = try read(rows, at: "\(StateNames.group)/\(name)", for: "positions")
            state.momentum[axis] = try read(rows, at: "\(StateNames.group)/p\(name)", for: "momenta")
        }
        return state
    }
}

private enum StateNames {
    static let group = "/state"
    static let axes = ["x", "y", "z"]
}

extension Snapshot {
    /// Writes the snapshot of an integer state. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks; then there is no file.
    public func write<Scalar: StorableScalar>(
        _ state: borrowing LagrangianBlock<Scalar>, to path: String, provenance: Provenance
    ) throws(StorageError) {
        let units = state.units
        let x = unsafe (state.position[0].start, state.position[1].start, state.position[2].start)
        let p = unsafe (state.momentum[0].start, state.momentum[1].start, state.momentum[2].start)
        let particles = Particles(
            of: state.decomposition,
            positions: { range, values in
                for (row, particle) in range.enumerated() {
                    values[3 * row] = unsafe units.length(x.0[particle], along: 0)
                    values[3 * row + 1] = unsafe units.length(x.1[particle], along: 1)
                    values[3 * row + 2] = unsafe units.length(x.2[particle], along: 2)
                }
            },
            momenta: { range, values in
                for (row, particle) in range.enumerated() {
                    values[3 * row] = unsafe units.momentum(p.0[particle])
                    values[3 * row + 1] = unsafe units.momentum(p.1[particle])
                    values[3 * row + 2] = unsafe units.momentum(p.2[particle])
                }
            })
        try write(particles, to: path, provenance: provenance)
    }
}
