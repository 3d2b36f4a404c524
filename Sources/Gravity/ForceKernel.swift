/// How the inverse Laplacian and the gradient of gravity are discretised.
///
/// The names of FastPM are pairs of the two; see the design notes and Hockney & Eastwood 1988, §7.
public struct ForceKernel: Sendable, Equatable {
    /// The discrete Laplacian, as its (negative) eigenvalue per axis, with `w = k h`.
    public enum Laplacian: Sendable {
        /// `k²`
        case continuous
        /// `k² sinc²(w/2)`: the three-point stencil.
        case secondOrder
        /// `k² [4/3 sinc²(w/2) − 1/3 sinc²(w)]`: the five-point stencil.
        case fourthOrder
    }

    /// The discrete gradient.
    public enum Gradient: Sendable {
        /// `i k`, zero on the Nyquist plane; three inverse transforms.
        case spectral
        /// `i (8 sin w − sin 2w)/(6h)`, applied in real space as a four-point stencil; one inverse transform.
        case fourPoint
    }

    /// The Laplacian.
    public let laplacian: Laplacian
    /// The gradient.
    public let gradient: Gradient
    /// Whether both cloud-in-cell windows, of deposit and read-out, are divided out: `Π sinc⁻²(w/2)` each.
    public let deconvolvesWindows: Bool

    /// A kernel from its parts.
    public init(laplacian: Laplacian, gradient: Gradient, deconvolvesWindows: Bool = false) {
        self.laplacian = laplacian
        self.gradient = gradient
        self.deconvolvesWindows = deconvolvesWindows
    }

    /// The kernels by the names that FastPM gave them.
    public static let named: [(name: String, kernel: ForceKernel)] = [
        ("1_4", ForceKernel(laplacian: .continuous, gradient: .fourPoint)),
        ("3_4", ForceKernel(laplacian: .secondOrder, gradient: .fourPoint)),
        ("5_4", ForceKernel(laplacian: .fourthOrder, gradient: .fourPoint)),
        ("3_2", ForceKernel(laplacian: .secondOrder, gradient: .spectral)),
        ("naive", ForceKernel(laplacian: .continuous, gradient: .spectral)),
        ("gadget", ForceKernel(laplacian: .continuous, gradient: .fourPoint, deconvolvesWindows: true)),
        ("eastwood", ForceKernel(laplacian: .continuous, gradient: .spectral, deconvolvesWindows: true)),
    ]

    /// The kernel of a name, if there is one.
    public init?(named name: String) {
        guard let match = Self.named.first(where: { $0.name == name }) else { return nil }
        self = match.kernel
    }
}
