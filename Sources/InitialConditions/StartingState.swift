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
        // Of the points of a line: its own along z, one and the same along x and y.
        var origins = axis == 2 ? lattice : [Scalar.Position](repeating: 0, count: shape.z)
        var sums = [Double](repeating: 0, count: 2 * shape.z)
        let farthest = Double.powerOfTwo(bits - 1)
        let fastest = Double(Scalar.Momentum.max) / 2
        var fits = true
        var line = 0
        // Two arrays of one block: spans of both at once would overlap in Swift's eyes.
        let positionTarget = unsafe block.position[axis].start
        let momentumTarget = unsafe block.momentum[axis].start
        for x in decomposition.x {
            for y in decomposition.y {
                if axis < 2 {
                    let origin = lattice[axis == 0 ? x : y]
                    for z in 0..<shape.z { origins[z] = origin }
                }
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    let steps = sums.baseAddress!
                    let momenta = unsafe steps + shape.z
                    for z in 0..<2 * shape.z { unsafe steps[z] = 0 }
                    for (term, factors) in factors.enumerated() {
                        let values = unsafe displacements[term].field.values.start + line
                        for z in 0..<shape.z {
                            unsafe steps[z] += factors.x * Double(values[z])
                            unsafe momenta[z] += factors.p * Double(values[z])
                        }
                    }
                    var misfits = 0
                    let (positions, velocities) = unsafe (positionTarget + line, momentumTarget + line)
                    for z in 0..<shape.z {
                        let step = unsafe nearest(steps[z], Scalar.self)
                        let momentum = unsafe nearest(momenta[z], Scalar.self)
                        let isInside = abs(step.value) < farthest && abs(momentum.value) < fastest
                        misfits += isInside ? 0 : 1
                        unsafe positions[z] = origins[z] &+ Scalar.Position(truncatingIfNeeded: step.integer)
                        unsafe velocities[z] = Scalar.Momentum(truncatingIfNeeded: momentum.integer)
                    }
                    fits = fits && misfits == 0
                }
                line += shape.z
            }
        }
        return fits
    }

    /// The nearest whole number, even if there are two, and as many of its lower bits as a state has; what does not
    /// fit the state has any.
    @inline(__always)
    private func nearest<Scalar: ParticleScalar>(
        _ value: Double, _: Scalar.Type
    ) -> (value: Double, integer: UInt64) {
        guard Scalar.Position.bitWidth > 32 else {
            // A sum above 2⁵² has no fraction and holds the integer in its lowest bits: two additions in a loop that
            // vectorises on any processor, instead of calls.
            let unit = 0x1.8p52
            let sum = value + unit
            return (sum - unit, sum.bitPattern)
        }
        let rounded = value.rounded(.toNearestOrEven)
        let isInRange = abs(rounded) < 0x1p63
        return (rounded, UInt64(bitPattern: isInRange ? Int64(rounded) : 0))
    }
}

extension FixedWidthInteger where Self: UnsignedInteger {
    /// The Lagrangian point `index / length` as a fraction of the box, rounded to the nearest integer state.
    static func latticePoint(_ index: Int, of length: Int) -> Self {
        let scaled = UInt128(index) << bitWidth
        return Self(truncatingIfNeeded: (scaled + UInt128(length / 2)) / UInt128(length))
    }
}
