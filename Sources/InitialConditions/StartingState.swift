internal import Background
internal import Memory
internal import Mesh
internal import Parallel
internal import Particles

/// A component of a term's displacement for a coefficient of 1.
final class Displacement<Scalar: FourierScalar> {
    let field: Field<Scalar>

    init(_ field: consuming Field<Scalar>) { self.field = field }
}

/// Sets one component of the starting state of every particle of a block.
///
///     x = q + Σ_t c_t ψ_t,    p = Σ_t c′_t ψ_t,    in double, rounded once
struct StartingState {
    let axis: Int
    /// c and c′ of each term.
    let coefficients: [TermCoefficients<Double>]
    let units: StateUnits

    /// - Parameter displacements: ψ_t along the axis.
    /// - Returns: whether every value fits its integer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func set<Scalar: ParticleScalar>(
        _ block: inout LagrangianBlock<Scalar>, _ displacements: [Displacement<Scalar>]
    ) -> Bool {
        let decomposition = block.decomposition
        let shape = decomposition.shape
        let bits = Scalar.Position.bitWidth
        let toPosition = Double.powerOfTwo(bits) / units.box[axis]
        let toMomentum = Double.powerOfTwo(-units.momentumExponent)
        let factors = coefficients.map { (x: $0.x * toPosition, p: $0.p * toMomentum) }
        let lattice = (0..<shape[axis]).map { Scalar.Position.latticePoint($0, of: shape[axis]) }
        let farthest = Double.powerOfTwo(bits - 1)
        let fastest = Double(Scalar.Momentum.max) / 2
        var (steps, momenta) = (
            [Double](repeating: 0, count: shape.z), [Double](repeating: 0, count: shape.z)
        )
        var fits = true
        var line = 0
        // Two arrays of one block: spans of both at once would overlap in Swift's eyes.
        let positionTarget = unsafe block.position[axis].start
        let momentumTarget = unsafe block.momentum[axis].start
        for x in decomposition.x {
            for y in decomposition.y {
                for z in 0..<shape.z { (steps[z], momenta[z]) = (0, 0) }
                for (term, factors) in factors.enumerated() {
                    addLine(
                        at: line, of: displacements[term].field, times: factors.x, to: &steps)
                    addLine(
                        at: line, of: displacements[term].field, times: factors.p, to: &momenta)
                }
                for z in 0..<shape.z {
                    let step = steps[z].rounded(.toNearestOrEven)
                    let momentum = momenta[z].rounded(.toNearestOrEven)
                    guard abs(step) < farthest, abs(momentum) < fastest else {
                        fits = false
                        continue
                    }
                    let origin = lattice[axis == 0 ? x : axis == 1 ? y : z]
                    unsafe positionTarget[line + z] =
                        origin &+ Scalar.Position(truncatingIfNeeded: Int64(step))
                    unsafe momentumTarget[line + z] = Scalar.Momentum(truncatingIfNeeded: Int64(momentum))
                }
                line += shape.z
            }
        }
        return fits
    }

    @inline(__always)
    private func addLine<Scalar: ParticleScalar>(
        at first: Int, of field: borrowing Field<Scalar>, times factor: Double, to sums: inout [Double]
    ) {
        let values = field.values.span
        for z in sums.indices { sums[z] += factor * Double(values[first + z]) }
    }
}

extension FixedWidthInteger where Self: UnsignedInteger {
    /// The Lagrangian point `index / length` as a fraction of the box, rounded to the nearest integer state.
    static func latticePoint(_ index: Int, of length: Int) -> Self {
        let scaled = UInt128(index) << bitWidth
        return Self(truncatingIfNeeded: (scaled + UInt128(length / 2)) / UInt128(length))
    }
}
