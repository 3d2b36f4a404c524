internal import CKernels
internal import Memory
internal import Mesh
public import Parallel

/// Along which line particles are seen: n at x, and 1/|r|.
public enum LineOfSight: Sendable, Equatable {
    /// From nowhere: they are where they are.
    case none
    /// From far away along an axis.
    case axis(Int)
    /// From a place [Mpc/h].
    case observer(SIMD3<Double>)
}

/// Where redshifts show particles, and the way back from there.
///
///     s = x + c α n,    α = p·n,    X′ = X + round(c α n · 2³²/L)
///
/// With q = s̄ and β = q·n,
///
///     x̄ += q + (c/|r|) [β (p − α n) + α (q − β n)],    p̄ += c β n,    c̄ += Σ α β
///
/// Positions are from 0 to the side of the box, and lines of sight are not wrapped.
public struct RedshiftSight: Sendable {
    /// Along which they are seen.
    public let line: LineOfSight
    /// c [1/H0].
    public let shift: Double

    /// How particles are seen.
    ///
    /// - Parameters:
    ///   - line: along which they are seen.
    ///   - shift: c [1/H0].
    public init(along line: LineOfSight, by shift: Double) {
        self.line = line
        self.shift = shift
    }

    /// As kernels take it, with the units of some particles.
    fileprivate func forKernel(_ units: StateUnits) -> palindrome_sight {
        let (number, observer): (Int32, SIMD3<Double>) =
            switch line {
            case .none: (Int32(palindrome_from_nowhere.rawValue), .zero)
            case .axis(let axis): (Int32(axis), .zero)
            case .observer(let place): (Int32(palindrome_from_observer.rawValue), place)
            }
        return palindrome_sight(
            line: number, observer: (observer.x, observer.y, observer.z),
            box: (units.box.x, units.box.y, units.box.z), momentum: units.momentum, shift: shift)
    }
}

extension ParticleSet {
    /// Puts a copy's particles where these are seen. Collective.
    ///
    /// - Parameter copy: as many particles; their positions are written.
    /// - Throws: ``DriftOverflow`` on all ranks when one would be shifted by half the box.
    public func show(along sight: RedshiftSight, in copy: inout ParticleSet) throws(DriftOverflow) {
        precondition(copy.count == count)
        let failed = kernels.show(
            forKernel, sight.forKernel(units), copy.forKernel.position)
        guard !grid.world.any(failed != 0) else { throw DriftOverflow(coefficient: sight.shift) }
    }

    /// The adjoint of ``show(along:in:)``. Collective.
    ///
    /// - Parameters:
    ///   - bars: q, in the order of these particles, as the positions' cotangents.
    ///   - cotangents: x̄ and p̄, to which it adds.
    /// - Returns: c̄, the same bits on any ranks.
    /// - Throws: `NotFiniteError` on all ranks.
    public func pullBack(
        _ bars: borrowing CotangentSet<Scalar>, shownAlong sight: RedshiftSight,
        addingTo cotangents: inout CotangentSet<Scalar>
    ) throws(NotFiniteError) -> Double {
        let products = Buffer<Double>(count: count, from: grid.memory, for: "line of sight")
        unsafe kernels.showAdjoint(
            forKernel, sight.forKernel(units), bars.forKernel.position, cotangents.forKernel, products.start)
        return try Total(of: products, named: "the derivative by a redshift", over: grid).sum
    }
}
