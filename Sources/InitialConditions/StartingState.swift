internal import Background
internal import Memory
internal import Mesh
internal import Parallel
internal import Particles

/// Sets one component of the starting state of every particle of a block.
struct StartingState {
    let axis: Int
    let growth: GrowthFactors<Double>
    let units: StateUnits

    /// - Returns: whether every value fits its integer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func set<Scalar: ParticleScalar>(
        _ block: inout LagrangianBlock<Scalar>, first: borrowing Field<Scalar>
    ) -> Bool {
        let ones = first.values.span
        return fill(&block) { index in (Double(ones[index]), 0) }
    }

    /// - Returns: whether every value fits its integer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func set<Scalar: ParticleScalar>(
        _ block: inout LagrangianBlock<Scalar>, first: borrowing Field<Scalar>,
        second: borrowing Field<Scalar>
    ) -> Bool {
        let ones = first.values.span
        let twos = second.values.span
        return fill(&block) { index in (Double(ones[index]), Double(twos[index])) }
    }

    @inline(__always)
    private func fill<Scalar: ParticleScalar>(
        _ block: inout LagrangianBlock<Scalar>, _ displacement: (Int) -> (first: Double, second: Double)
    ) -> Bool {
        let decomposition = block.decomposition
        let shape = decomposition.shape
        let bits = Scalar.Position.bitWidth
        let toPosition = Double.powerOfTwo(bits) / units.box[axis]
        let toMomentum = Double.powerOfTwo(-units.momentumExponent)
        let (d1, d2) = (growth.d1 * toPosition, -growth.d2 * toPosition)
        let (p1, p2) = (growth.driftFunction * toMomentum, -growth.secondOrderMomentum * toMomentum)
        let lattice = (0..<shape[axis]).map { Scalar.Position.latticePoint($0, of: shape[axis]) }
        let farthest = Double.powerOfTwo(bits - 1)
        let fastest = Double(Scalar.Momentum.max) / 2
        var fits = true
        var index = 0
        // Two arrays of one block: spans of both at once would overlap in Swift's eyes.
        let positions = unsafe block.position[axis].start
        let momenta = unsafe block.momentum[axis].start
        for x in decomposition.x {
            for y in decomposition.y {
                for z in 0..<shape.z {
                    let psi = displacement(index)
                    let step = (d1 * psi.first + d2 * psi.second).rounded(.toNearestOrEven)
                    let momentum = (p1 * psi.first + p2 * psi.second).rounded(.toNearestOrEven)
                    guard abs(step) < farthest, abs(momentum) < fastest else {
                        fits = false
                        index += 1
                        continue
                    }
                    let origin = lattice[axis == 0 ? x : axis == 1 ? y : z]
                    unsafe positions[index] = origin &+ Scalar.Position(truncatingIfNeeded: Int64(step))
                    unsafe momenta[index] = Scalar.Momentum(truncatingIfNeeded: Int64(momentum))
                    index += 1
                }
            }
        }
        return fits
    }
}

extension FixedWidthInteger where Self: UnsignedInteger {
    /// The Lagrangian point `index / length` as a fraction of the box, rounded to the nearest integer state.
    static func latticePoint(_ index: Int, of length: Int) -> Self {
        let scaled = UInt128(index) << bitWidth
        return Self(truncatingIfNeeded: (scaled + UInt128(length / 2)) / UInt128(length))
    }
}
