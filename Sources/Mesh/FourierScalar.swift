public import Kernels

/// The scalars that have a Fourier transform: `Float` and `Double`.
public protocol FourierScalar: BinaryFloatingPoint, KernelScalar, Sendable {
    /// Which of the two C libraries transforms it.
    static var _precision: _FourierPrecision { get }
}

/// The precisions of the C library; the raw value is the size of a real number in bytes.
public enum _FourierPrecision: UInt32, Sendable {
    /// 32 bits.
    case single = 4
    /// 64 bits.
    case double = 8
}

extension Float: FourierScalar {
    /// The 32-bit library.
    public static var _precision: _FourierPrecision { .single }
}

extension Double: FourierScalar {
    /// The 64-bit library.
    public static var _precision: _FourierPrecision { .double }
}
