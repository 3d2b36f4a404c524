/// With respect to what a gradient is wanted.
public enum GradientExtent: Sendable {
    /// White noise and the cosmological parameters.
    case everything
    /// White noise alone: what only the parameters' derivatives need is not computed. The white noise's have the same
    /// bits.
    case modes
}
