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
        let values = particleValues(value)
        let numbers = values.span
        var largest = 0.0
        for slot in 0..<count {
            let magnitude = Double(abs(numbers[slot]))
            largest = magnitude.isFinite ? max(largest, magnitude) : .nan
            if largest.isNaN { break }
        }
        let total = try Total(largest: largest, named: quantity, over: grid.world) { sum in
            for slot in 0..<count { sum.add(Double(abs(numbers[slot]))) }
        }
        let exponent = total.integerExponent(termGrowth: 1, sumGrowth: 1)
        let perCell = Double(totalCount) / Double(decomposition.pointCount)
        var sums = MeshSums<Scalar>(
            decomposition, ghosts: .cloudInCell, scale: Double.powerOfTwo(-exponent) / perCell,
            for: "weighted density")
        grid.phases.measure("deposit") {
            let planes = planes()
            let window = massWindow()
            let status = unsafe Scalar._particleKernels.depositValues(
                planes.starts, positionStarts, palindrome_block(decomposition), values.start,
                Double.powerOfTwo(exponent), &sums.forKernel, window.start)
            requireRouted(status != 0)
        }
        sums.finish(in: "deposit")
        return sums.takeField()
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
        let values = particleValues(value)
        grid.phases.measure("adjoint") {
            requireField(densityCotangent, ghosts: .cloudInCell)
            let perCell = Double(totalCount) / Double(decomposition.pointCount)
            let status = unsafe Scalar._particleKernels.gatherAdjoint(
                Int64(count), positionStarts, palindrome_block(densityCotangent),
                densityCotangent.values.start, cellsPerLength / perCell, values.start,
                cotangents.positionStarts, nil)
            requireRouted(status != 0)
        }
    }

    private func particleValues(_ value: (Int) -> Double) -> Buffer<Scalar> {
        var values = Buffer<Scalar>(count: count, from: grid.memory, for: "values of particles")
        var span = values.mutableSpan
        for slot in 0..<count { span[slot] = Scalar(value(slot)) }
        return values
    }
}
