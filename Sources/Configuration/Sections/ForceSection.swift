/// How gravity is computed.
public struct ForceSection: Sendable, Equatable {
    /// The discrete Laplacian and gradient, by FastPM's names.
    public enum Kernel: String, CaseIterable, Sendable, Named {
        /// −k² and the four-point difference.
        case spectralFourPoint = "1_4"
        /// −k² sinc²(w/2) and the four-point difference.
        case finiteDifferenceFourPoint = "3_4"
        /// The fourth-order Laplacian and the four-point difference.
        case fourthOrderFourPoint = "5_4"
        /// −k² sinc²(w/2) and ik.
        case finiteDifferenceSpectral = "3_2"
        /// −k² and ik, as pmwd.
        case naive
        /// `1_4` with both cloud-in-cell windows divided out.
        case gadget
        /// `naive` with both cloud-in-cell windows divided out.
        case eastwood
    }

    /// The kernel.
    public var kernel: Kernel

    init(_ section: SectionReader) {
        kernel = section.choice("kernel", default: .spectralFourPoint)
    }

    var entries: [ResolvedEntry] { [.init("kernel", kernel.rawValue)] }
}
