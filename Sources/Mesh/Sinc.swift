internal import Glibc

/// sin x / x, 1 at zero: the window of a mesh cell, and the ratio of a difference to a derivative, at `x = k h / 2`.
///
/// Even to the last bit, so that the sign of a Nyquist mode does not matter. (The one of the transfer function, on
/// dual numbers, is a series near zero, for the sake of its derivative.)
public func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x) / x }
