public import Mesh
public import Parallel

/// What the mesh did to the modes, to be divided out of a measured spectrum.
public enum WindowCorrection: Sendable, Equatable {
    /// Nothing is divided out: the field was not assigned to its mesh, or its spectrum is wanted as it is.
    case none
    /// Both factors carry the window of cloud-in-cell: P is divided by Π sinc⁴(w/2), w = k h, over the axes.
    case cloudInCell
}

/// The power spectrum of one field, or the cross spectrum of two, in spherical shells.
///
///     P(k) = V/N² ⟨Re a_k b_k*⟩,    shell n: (n − ½) k_f ≤ |k| < (n + ½) k_f,    k_f = 2π / max L
///
/// n runs from 1 to the Nyquist wavenumber of the coarsest axis; the last shell may reach past it and then
/// lacks the modes outside the mesh. A mode and its mirror image are two modes, so in Gaussian fields the
/// error of a power spectrum is P √(2/modes). Sums are exact (``Parallel/ExactSum``), so the numbers are the
/// same bits on any number of ranks.
public struct PowerSpectrum: Sendable, Equatable {
    /// Width of a shell: the longest wave's wavenumber k_f [h/Mpc].
    public let shellWidth: Double
    /// Mean |k| of the modes in each shell [h/Mpc].
    public let wavenumbers: [Double]
    /// P in each shell [(Mpc/h)³], shot noise included.
    public let powers: [Double]
    /// Number of modes in each shell, mirror images counted; at least 2.
    public let modesPerShell: [Int]
    /// Number of modes beyond the last shell, in the corners of the mesh. With the shells and k = 0 they make N.
    public let modesBeyond: Int

    /// Measures the auto spectrum of a field. Collective.
    ///
    /// - Parameters:
    ///   - overdensity: δ_k = Σ δ(q) exp(−i k·q).
    ///   - box: side lengths [Mpc/h].
    ///   - correction: the window to divide out.
    /// - Throws: `NotFiniteError` on all ranks when a mode is NaN or infinite.
    public init<Scalar>(
        of overdensity: borrowing FourierField<Scalar>, box: SIMD3<Double>,
        correcting correction: WindowCorrection = .none
    ) throws(NotFiniteError) {
        try self.init(of: overdensity, with: overdensity, box: box, correcting: correction)
    }

    /// Measures the cross spectrum of two fields on the same mesh. Collective.
    ///
    /// - Parameters:
    ///   - first: a_k.
    ///   - second: b_k.
    ///   - box: side lengths [Mpc/h].
    ///   - correction: the window to divide out, the same in both.
    /// - Throws: `NotFiniteError` on all ranks when a mode is NaN or infinite.
    public init<Scalar>(
        of first: borrowing FourierField<Scalar>, with second: borrowing FourierField<Scalar>,
        box: SIMD3<Double>, correcting correction: WindowCorrection = .none
    ) throws(NotFiniteError) {
        let shells = WavenumberShells(
            first.decomposition, y: first.y, z: first.z, box: box, correction: correction)
        let communicator = first.decomposition.grid.world
        let largest = shells.largestTerm(first.values.span, second.values.span)
        let maximum = communicator.maximum(largest)
        guard maximum.isFinite else { throw NotFiniteError(quantity: "a power spectrum") }
        let local = shells.sums(first.values.span, second.values.span, maximum: maximum)
        let powers = ExactSum.total(local.powers, over: communicator)
        let counts = communicator.sum(local.modes + local.wavenumbers)

        // Shell 0 is k = 0 alone; the one past the last collects what lies beyond.
        let last = shells.count
        let points = Double(first.decomposition.pointCount)
        let norm = box.x * box.y * box.z / (points * points)
        shellWidth = shells.width
        modesPerShell = (1...last).map { Int(counts[$0]) }
        modesBeyond = Int(counts[last + 1])
        wavenumbers = (1...last).map { shell in
            let sum = Double(counts[last + 2 + shell]) / WavenumberShells.wavenumberUnits
            return shells.width * sum / Double(counts[shell])
        }
        self.powers = (1...last).map { norm * powers[$0] / Double(counts[$0]) }
    }

    /// The power of `particles` particles strewn at random: V divided by their number [(Mpc/h)³].
    public static func shotNoise(particles: Int, box: SIMD3<Double>) -> Double {
        box.x * box.y * box.z / Double(particles)
    }
}

/// How alike two fields are, scale by scale.
///
///     r(k) = P_ab / √(P_a P_b),    T(k) = √(P_a / P_b)
///
/// - Source: Modi et al. 2021, eqs. 10 and 11.
public struct SpectralComparison: Sendable, Equatable {
    /// P of the field that is judged.
    public let first: PowerSpectrum
    /// P of the field that it is judged by.
    public let second: PowerSpectrum
    /// P_ab.
    public let cross: PowerSpectrum

    /// Measures the three spectra of two fields on the same mesh. Collective.
    ///
    /// - Parameters:
    ///   - first: a_k, the field that is judged.
    ///   - second: b_k, the truth.
    ///   - box: side lengths [Mpc/h].
    ///   - correction: the window to divide out; it cancels in r and T.
    /// - Throws: `NotFiniteError` on all ranks when a mode is NaN or infinite.
    public init<Scalar>(
        of first: borrowing FourierField<Scalar>, with second: borrowing FourierField<Scalar>,
        box: SIMD3<Double>, correcting correction: WindowCorrection = .none
    ) throws(NotFiniteError) {
        self.first = try PowerSpectrum(of: first, box: box, correcting: correction)
        self.second = try PowerSpectrum(of: second, box: box, correcting: correction)
        cross = try PowerSpectrum(of: first, with: second, box: box, correcting: correction)
    }

    /// Mean |k| of each shell [h/Mpc].
    public var wavenumbers: [Double] { cross.wavenumbers }

    /// r(k); NaN where a field has no power.
    public var correlation: [Double] {
        cross.powers.indices.map { shell in
            cross.powers[shell] / (first.powers[shell].squareRoot() * second.powers[shell].squareRoot())
        }
    }

    /// T(k); NaN or infinite where the second field has no power.
    public var transfer: [Double] {
        zip(first.powers, second.powers).map { ($0 / $1).squareRoot() }
    }
}
