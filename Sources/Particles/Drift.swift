internal import CKernels
internal import Glibc
public import Memory
public import Parallel

/// A particle would have moved half the box or more in one drift, or by NaN.
public struct DriftOverflow: ReportedError, Equatable {
    /// The drift coefficient that was asked for.
    public let coefficient: Double

    /// A failed drift.
    public init(coefficient: Double) { self.coefficient = coefficient }

    /// Always the user: too long a step, or a universe that blew up.
    public var fault: Fault { .user }
    /// The one line.
    public var message: String {
        "a particle would move half the box or more in one drift (coefficient \(coefficient)); "
            + "take more time steps or a smaller density amplitude"
    }
}

extension ParticleSet {
    /// Moves every particle along its momentum.
    ///
    ///     X += round(d P 2^e / L · 2³²)   (mod 2³²)
    ///
    /// The step depends on the momentum alone, so ``driftBack(by:)`` undoes it exactly. Particles may have left
    /// their owner: ``route()`` comes next. Collective.
    ///
    /// - Parameter coefficient: d [1/H0].
    /// - Throws: ``DriftOverflow`` on all ranks; the positions are then undefined.
    public mutating func drift(by coefficient: Double) throws(DriftOverflow) {
        try move(by: coefficient, along: 0..<3)
    }

    /// Moves every particle along one component of its momentum, as ``drift(by:)`` along all; undone by the opposite
    /// coefficient. Collective.
    ///
    /// - Parameters:
    ///   - coefficient: d [1/H0], for the momenta as the units have them.
    ///   - axis: 0, 1 or 2.
    /// - Throws: ``DriftOverflow`` on all ranks; the positions are then undefined.
    public mutating func drift(by coefficient: Double, along axis: Int) throws(DriftOverflow) {
        try move(by: coefficient, along: axis..<axis + 1)
    }

    private mutating func move(by coefficient: Double, along axes: Range<Int>) throws(DriftOverflow) {
        let failed = grid.phases.measure(.drift) {
            let scaled = inPositionUnits(coefficient)
            var failed: Int32 = 0
            for axis in axes {
                failed |= kernels.drift(forKernel, Int32(axis), scaled[axis])
            }
            return grid.world.any(failed != 0)
        }
        if failed { throw DriftOverflow(coefficient: coefficient) }
    }

    /// d along each axis [position units per momentum unit].
    private func inPositionUnits(_ coefficient: Double) -> SIMD3<Double> {
        let unit = scalbn(
            coefficient * units.momentumFactor, Int32(units.momentumExponent + Scalar.Position.bitWidth))
        return unit / units.box
    }

    /// Undoes ``drift(by:)`` to the last bit. Rounding to nearest even is odd, so this is the drift by −d.
    ///
    /// - Throws: ``DriftOverflow`` on all ranks; never, if that drift did not.
    public mutating func driftBack(by coefficient: Double) throws(DriftOverflow) {
        try drift(by: -coefficient)
    }

    /// Undoes a drift and carries cotangents back through it.
    ///
    ///     p̄ += d x̄,    d̄ = Σ x̄ · p
    ///
    /// Afterwards ``route(carrying:)`` takes the particles back to where they came from. Collective.
    ///
    /// - Returns: d̄, the same bits on any ranks.
    /// - Throws: ``NotFiniteError`` on all ranks; ``DriftOverflow`` never, if that drift did not.
    public mutating func driftAdjoint(
        by coefficient: Double, carrying cotangents: inout CotangentSet<Scalar>
    ) throws -> Double {
        let kernels = kernels
        let (particles, bars) = (forKernel, cotangents.forKernel)
        return try grid.phases.measure(.adjoint) {
            let back = inPositionUnits(-coefficient)
            let undone = unsafe kernels.undrift(particles, bars, [back.x, back.y, back.z])
            if grid.world.any(undone.failed != 0) { throw DriftOverflow(coefficient: -coefficient) }
            let total = try Total(
                largest: undone.largest_product, named: "the derivative by a drift coefficient",
                over: grid
            ) { sum in
                unsafe sum.add {
                    unsafe kernels.driftAdjoint(particles, bars, coefficient, [$0.0, $0.1], $1)
                }
            }
            return total.sum * units.momentum
        }
    }

    /// `Σ v̄ p` along one axis, the derivative by a coefficient c with which all momenta make `v = c p`. Collective.
    ///
    /// - Parameter cotangents: v̄ of each particle: its x̄ if v moves it.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public func momentumProduct(
        with cotangents: borrowing Buffer<Scalar>, along axis: Int
    ) throws(NotFiniteError) -> Double {
        let (momenta, bars) = (momentum[axis].span, cotangents.span)
        return try grid.world.exactSum(count: count, of: "the derivative by a drift coefficient") {
            Double(bars[$0]) * Double(momenta[$0])
        } * units.momentum
    }
}
