public import Measurement

/// A measured power spectrum as the text file `power_a1.0000.txt`: a commented header and five columns, or six.
public struct PowerSpectrumTable: Sendable {
    /// What was measured.
    public var spectrum: PowerSpectrum
    /// Linear theory at ``PowerSpectrum/wavenumbers`` [(Mpc/h)³].
    public var linear: [Double]
    /// Linear theory of the noise of the run: of its own modes, not the mean of all universes [(Mpc/h)³]; NaN in shells that
    /// the particle grid does not fill. Nil leaves the column out.
    public var linearOfNoise: [Double]?
    /// V divided by the number of particles [(Mpc/h)³]; not subtracted from the measurement.
    public var shotNoise: Double
    /// The scale factor.
    public var scaleFactor: Double
    /// Side lengths [Mpc/h].
    public var box: SIMD3<Double>
    /// Mesh points along each axis.
    public var mesh: SIMD3<Int>
    /// The window that was divided out.
    public var correction: WindowCorrection
    /// Further lines for the header: seed, configuration, version.
    public var remarks: [String] = []

    /// A table.
    ///
    /// - Parameters:
    ///   - spectrum: what was measured.
    ///   - linear: linear theory at its wavenumbers [(Mpc/h)³]; finite, one per shell.
    ///   - shotNoise: V/N of the particles [(Mpc/h)³].
    ///   - scaleFactor: the moment.
    ///   - box: side lengths [Mpc/h].
    ///   - mesh: mesh points along each axis.
    ///   - correction: the window that was divided out.
    public init(
        _ spectrum: PowerSpectrum, linear: [Double], shotNoise: Double, scaleFactor: Double,
        box: SIMD3<Double>, mesh: SIMD3<Int>, correction: WindowCorrection
    ) {
        precondition(linear.count == spectrum.powers.count && linear.allSatisfy(\.isFinite))
        self.spectrum = spectrum
        self.linear = linear
        self.shotNoise = shotNoise
        self.scaleFactor = scaleFactor
        self.box = box
        self.mesh = mesh
        self.correction = correction
    }

    /// The file's content; numbers are written so that reading them gives the same bits.
    public var text: String {
        let window =
            switch correction {
            case .none: "not corrected"
            case .cloudInCell: "cloud-in-cell, divided out: P / prod sinc^4(k h / 2)"
            }
        var lines = [
            "matter power spectrum at a = \(scaleFactor)",
            "P(k) = V / N^2 <|delta_k|^2> over the modes with |k| within half of k_f = 2 pi / max(L) of n k_f",
            "box: \(box.x) x \(box.y) x \(box.z) Mpc/h",
            "mesh: \(mesh.x) x \(mesh.y) x \(mesh.z)",
            "k_f: \(spectrum.shellWidth) h/Mpc",
            "window: \(window)",
            "shot noise: V / particles, in its own column, not subtracted",
            "modes: k and -k counted both; the Gaussian error of P is P sqrt(2 / modes); "
                + "\(spectrum.modesBeyond) modes lie beyond the last row",
        ]
        lines += remarks.flatMap { $0.split(separator: "\n").map(String.init) }
        if linearOfNoise != nil {
            lines.append(
                "last column: P_linear times the mean |s_k|^2 of the run's own noise; most of the scatter of P is in it"
            )
        }
        lines.append("")
        let names = ["mean k [h/Mpc]", "P [(Mpc/h)^3]", "P_linear [(Mpc/h)^3]", "shot noise [(Mpc/h)^3]"]
        var text = lines.map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
        text += "#" + names.map { padded($0) }.joined().dropFirst() + padded("modes", to: 14)
        text += (linearOfNoise == nil ? "" : padded("P_linear of the noise")) + "\n"
        for shell in linear.indices {
            let numbers = [
                spectrum.wavenumbers[shell], spectrum.powers[shell], linear[shell], shotNoise,
            ]
            text += numbers.map { padded($0.description) }.joined()
            text += padded(String(spectrum.modesPerShell[shell]), to: 14)
            text += (linearOfNoise.map { padded($0[shell].description) } ?? "") + "\n"
        }
        return text
    }

    private func padded(_ text: String, to width: Int = 25) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
