internal import Figures
internal import Measurement
internal import Text

/// A comparison of two densities as a text file and as a figure.
struct ComparisonTable {
    private let comparison: SpectralComparison
    private let names: (String, String)
    private let box: SIMD3<Double>
    private let mesh: SIMD3<Int>
    /// Shells whose modes both meshes have, all of them.
    private let shells: Range<Int>

    /// A table.
    ///
    /// - Parameters:
    ///   - comparison: of the modes that both have.
    ///   - names: of the first and of the second.
    ///   - box: side lengths [Mpc/h].
    ///   - mesh: the coarser of the two along each axis; its Nyquist planes are not compared.
    init(_ comparison: SpectralComparison, names: (String, String), box: SIMD3<Double>, mesh: SIMD3<Int>) {
        self.comparison = comparison
        self.names = names
        self.box = box
        self.mesh = mesh
        let nyquist = (0..<3).map { Double.pi * Double(mesh[$0]) / box[$0] }.min()!
        let width = comparison.cross.shellWidth
        shells = comparison.wavenumbers.indices.prefix { Double($0) + 1.5 <= nyquist / width }
    }

    private static let columns = ["k", "P_first", "P_second", "r", "T", "modes"]

    private var rows: [[Double]] {
        shells.map { shell in
            [
                comparison.wavenumbers[shell], comparison.first.powers[shell], comparison.second.powers[shell],
                comparison.correlation[shell], comparison.transfer[shell],
                Double(comparison.cross.modesPerShell[shell]),
            ]
        }
    }

    /// The file's content.
    var text: String {
        """
        # first: \(names.0)
        # second: \(names.1)
        # box: \(box.x) x \(box.y) x \(box.z) Mpc/h; modes of \(mesh.x) x \(mesh.y) x \(mesh.z), windows divided out
        # r = P_ab / sqrt(P_a P_b), T = sqrt(P_a / P_b)
        # k [h/Mpc], P of the first and of the second [(Mpc/h)^3], r, T, modes

        """ + rows.map { $0.map { "\($0)" }.joined(separator: " ") + "\n" }.joined()
    }

    /// For the log, at most this many rows.
    private static let mostRows = 32

    /// A table for the log.
    var summary: TextTable {
        var table = TextTable(["k [h/Mpc]", "P first", "P second", "r", "T"])
        let rows = rows
        for index in stride(from: 0, to: rows.count, by: max(1, (rows.count + Self.mostRows - 1) / Self.mostRows)) {
            let row = rows[index]
            table.add(
                [fixed(row[0], 4), fixed(row[1], 2), fixed(row[2], 2), fixed(row[3], 6), fixed(row[4], 6)])
        }
        return table
    }

    /// P(k) of both, r(k) and T(k).
    var plot: Plot {
        func column(_ index: Int) -> [Double] { rows.map { $0[index] } }
        let (k, r, t) = (column(0), column(3), column(4))
        let least = min(0.9, r.filter(\.isFinite).min() ?? 0.9)
        let ratios = t.filter(\.isFinite)
        let reach = max(0.1, ratios.map { abs($0 - 1) }.max() ?? 0.1)
        return Plot(
            "\(names.0) and \(names.1)", axis: .init("k  [h/Mpc]", .logarithmic),
            panels: [
                .init(
                    .init("P(k)  [(Mpc/h)³]", .logarithmic),
                    [
                        .init("the second", x: k, y: column(2), style: .dashed, colour: Plot.colours[1]),
                        .init("the first", x: k, y: column(1), colour: Plot.colours[0]),
                    ], height: 1.8),
                .init(
                    .init("r(k)", .linear, range: max(-1, least - 0.05)...1.02),
                    [.init(nil, x: k, y: r, colour: Plot.colours[0])], levels: [1]),
                .init(
                    .init("T(k)", .linear, range: max(0, 1 - 1.1 * reach)...1 + 1.1 * min(reach, 3)),
                    [.init(nil, x: k, y: t, colour: Plot.colours[0])], levels: [1]),
            ], size: [760, 760])
    }
}
