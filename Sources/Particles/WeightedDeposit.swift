internal import CKernels
internal import Memory
public import Mesh
public import Parallel

extension ParticleSet {
    /// A number of each particle on the mesh, weighted as the mass is, by cloud-in-cell.
    ///
    ///     V(c) = M/N Σᵢ vᵢ W(xᵢ − c)
    ///
    /// for M points and N particles, so that v = 1 gives ``relativeDensity()``. The numbers are made integers in a
    /// scale that all ranks agree on, and split as ``deposit(planes:)`` splits masses: the same bits on any ranks.
    /// Its way back is ``depositAdjoint(_:times:carrying:)`` by positions, and M/N ``gather(_:)`` by the numbers.
    /// Collective.
    ///
    /// - Parameters:
    ///   - quantity: what it is, for the error.
    ///   - value: v of the particle at a place in the arrays; must depend on that particle alone.
    /// - Returns: the field, without ghosts.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public func weightedDensity(
        of quantity: String, _ value: (Int) -> Double
    ) throws(NotFiniteError) -> Field<Scalar> {
        let values = values(value)
        let magnitude = try magnitude(of: values, named: quantity)
        return deposit(
            values, times: Double(decomposition.pointCount) / Double(totalCount), magnitude, in: .deposit,
            for: "weighted density")
    }

    /// Carries the cotangent of ``weightedDensity(of:_:)`` back to the positions.
    ///
    ///     x̄ᵢ += M/N vᵢ Σ_c ∇W(xᵢ − c) V̄(c)
    ///
    /// - Parameters:
    ///   - densityCotangent: V̄, with ghosts ``GhostWidth/cloudInCell``, filled.
    ///   - value: v, as it was.
    ///   - cotangents: of this set.
    public func depositAdjoint(
        _ densityCotangent: borrowing Field<Scalar>, times value: (Int) -> Double,
        carrying cotangents: inout CotangentSet<Scalar>
    ) {
        let values = values(value)
        unsafe carryBack(densityCotangent, times: values.start, to: &cotangents)
    }

    /// `V(c) = κ Σᵢ vᵢ W(xᵢ − c)`, summed as integers. Collective.
    ///
    /// - Parameters:
    ///   - values: v; the array may be longer.
    ///   - factor: κ.
    ///   - magnitude: of |v|, or of numbers that are not less.
    ///   - phase: whose time it is.
    ///   - purpose: of the field, for the ledger of memory.
    func deposit(
        _ values: borrowing Buffer<Scalar>, times factor: Double, _ magnitude: Total,
        in phase: Phase, for purpose: StaticString
    ) -> Field<Scalar> {
        let exponent = magnitude.integerExponent(termGrowth: abs(factor), sumGrowth: abs(factor))
        var sums = MeshSums<Scalar>(
            decomposition, ghosts: .cloudInCell, scale: Double.powerOfTwo(-exponent), for: purpose)
        grid.phases.measure(phase) {
            let masses = unsafe palindrome_masses(
                value: values.start, scale: factor * Double.powerOfTwo(exponent))
            _ = unsafe deposit(masses, planes(), sums.forKernel)
        }
        sums.finish(in: phase)
        return sums.takeField()
    }

    private func values(_ value: (Int) -> Double) -> Buffer<Scalar> {
        var values = Buffer<Scalar>(count: count, from: grid.memory, for: "values of particles")
        var span = values.mutableSpan
        for slot in 0..<count { span[slot] = Scalar(value(slot)) }
        return values
    }

    /// Of a number of each particle. Collective.
    private func magnitude(
        of values: borrowing Buffer<Scalar>, named quantity: String
    ) throws(NotFiniteError) -> Total {
        let values = values.span
        var largest = 0.0
        for slot in 0..<count {
            let magnitude = Double(abs(values[slot]))
            guard magnitude.isFinite else {
                largest = .nan
                break
            }
            largest = max(largest, magnitude)
        }
        return try Total(largest: largest, named: quantity, over: grid) { sum in
            for slot in 0..<count { sum.add(Double(abs(values[slot]))) }
        }
    }
}
