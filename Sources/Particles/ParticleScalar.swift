public import Mesh

/// The scalars of a run, each with its integer state: `Float` and `Double`.
///
/// State is integer and forces are floating, so that a step can be undone exactly: a position is a fraction of
/// the box [2⁻³² or 2⁻⁶⁴ box], whose overflow is the periodic boundary; a momentum counts a power-of-two unit.
public protocol ParticleScalar: FourierScalar {
    /// The fraction of the box along one axis.
    associatedtype Position: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable
    /// Momentum units along one axis.
    associatedtype Momentum: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable
}

extension Float: ParticleScalar {
    /// 32 bits.
    public typealias Position = UInt32
    /// 32 bits.
    public typealias Momentum = Int32
}

extension Double: ParticleScalar {
    /// 64 bits.
    public typealias Position = UInt64
    /// 64 bits.
    public typealias Momentum = Int64
}
