public import Parallel

/// What the integers of a particle's state mean.
///
///     x = X · L / 2³²  [Mpc/h]      p = f P · 2^e  [Mpc/h · H0]
///
/// (2⁶⁴ in double precision.) Fixed once per run or optimisation and stored with it; f is 1 but at observations of an
/// integrator whose momenta are not p = a² dx/dt.
public struct StateUnits: Sendable, Equatable {
    /// The sides of the box [Mpc/h].
    public let box: SIMD3<Double>
    /// The momentum unit is 2 to this power [Mpc/h · H0].
    public let momentumExponent: Int
    /// f.
    public private(set) var momentumFactor = 1.0

    /// Momenta are kept this many velocity dispersions away from the end of the integer range, at least.
    public static let headroom = 64.0

    /// Units from their parts.
    public init(box: SIMD3<Double>, momentumExponent: Int) {
        precondition(box.x > 0 && box.y > 0 && box.z > 0)
        self.box = box
        self.momentumExponent = momentumExponent
    }

    /// The same integers of f times as large momenta.
    public func multiplyingMomenta(by factor: Double) -> StateUnits {
        var units = self
        units.momentumFactor *= factor
        return units
    }

    /// Units whose momentum range holds at least ``headroom`` dispersions, and less than twice as many.
    ///
    /// - Parameters:
    ///   - box: sides [Mpc/h].
    ///   - velocityDispersion: of one component of p at the end of the run, in linear theory [Mpc/h · H0].
    ///   - scalar: the precision, which sets the range.
    public static func units<Scalar: ParticleScalar>(
        box: SIMD3<Double>, velocityDispersion: Double, for scalar: Scalar.Type
    ) -> StateUnits {
        precondition(velocityDispersion > 0 && velocityDispersion.isFinite)
        let wanted = headroom * velocityDispersion
        let ceiling = Int(wanted.exponent) + (wanted.significand > 1 ? 1 : 0)
        return StateUnits(box: box, momentumExponent: ceiling - (Scalar.Momentum.bitWidth - 1))
    }

    /// One unit of momentum [Mpc/h · H0].
    @inlinable public var momentum: Double { Double.powerOfTwo(momentumExponent) * momentumFactor }

    /// One unit of position along an axis [Mpc/h].
    @inlinable public func position<Position: FixedWidthInteger>(along axis: Int, _: Position.Type) -> Double
    {
        box[axis] * Double.powerOfTwo(-Position.bitWidth)
    }

    /// Where a position is along an axis [Mpc/h], at least 0 and below the side of the box.
    @inlinable public func length<Position: FixedWidthInteger>(_ position: Position, along axis: Int)
        -> Double
    {
        // The highest 53 bits, since rounding to a Double might reach the side.
        let bits = min(Position.bitWidth, 53)
        return Double(position >> (Position.bitWidth - bits)) * Double.powerOfTwo(-bits) * box[axis]
    }

    /// The position nearest to a place along an axis [Mpc/h], wrapped into the box.
    @inlinable public func position<Position: FixedWidthInteger & UnsignedInteger>(
        at length: Double, along axis: Int, as _: Position.Type = Position.self
    ) -> Position {
        let turns = length / box[axis]
        let fraction = (turns - turns.rounded(.down)) * Double.powerOfTwo(Position.bitWidth)
        return Position(exactly: fraction.rounded(.toNearestOrEven)) ?? 0
    }

    /// A momentum [Mpc/h · H0].
    @inlinable public func momentum<Momentum: FixedWidthInteger>(_ momentum: Momentum) -> Double {
        Double(momentum) * self.momentum
    }

    /// The momentum nearest to a value [Mpc/h · H0]; nil if it does not fit.
    @inlinable public func momentum<Momentum: FixedWidthInteger>(
        of value: Double, as _: Momentum.Type = Momentum.self
    ) -> Momentum? {
        Momentum(exactly: (value / momentum).rounded(.toNearestOrEven))
    }
}
