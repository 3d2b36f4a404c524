internal import Figures
internal import Storage
internal import Text

/// Chains beside the truth, where it is known: r(k) of the posterior's mean, where the truth lies among the draws of modes
/// and of parameters.
struct TruthOfChains: ReportSection {
    private struct Score {
        let shell: Double
        let deviation: Double
    }

    private let scores: [Score]
    private let parameters: [(name: String, deviation: Double)]
    /// r where something is seen and elsewhere, by the first shell of each band.
    private let bands: [(first: Int, seen: Double, unseen: Double)]
    private let shells: [(number: Int, wavenumber: Double?, correlation: Double?, inside: Double)]

    let identifier = "chains-truth"
    let heading = "Chains and the truth"

    init?(of run: RunDirectory) throws {
        guard let results = run.records.first(where: { $0.command == "sample" })?.results,
            run.names.contains("chain_0.h5")
        else { return nil }
        shells = (1...10_000).prefix { results["inside_68_shell_\($0)"] != nil || $0 < 3 }.compactMap {
            shell in
            results["inside_68_shell_\(shell)"].map {
                (shell, results["wavenumber_shell_\(shell)"], results["correlation_shell_\(shell)"], $0)
            }
        }
        bands = shells.compactMap { shell in
            guard let seen = results["correlation_seen_from_shell_\(shell.number)"],
                let unseen = results["correlation_unseen_from_shell_\(shell.number)"]
            else { return nil }
            return (shell.number, seen, unseen)
        }
        let file = try InputFile(opening: "\(run.path)/chain_0.h5", over: run.world)
        parameters = try Self.parameters(in: file).keys.sorted().compactMap { name in
            results["z_\(name)"].map { (name, $0) }
        }
        scores = try Self.scores(in: file)
        if shells.isEmpty && parameters.isEmpty { return nil }
    }

    /// True values of parameters that a chain's file holds. Collective.
    static func parameters(in file: borrowing InputFile) throws -> [String: Double] {
        let group = "/truth/parameters/"
        var found: [String: Double] = [:]
        for dataset in try file.datasets() where dataset.path.hasPrefix(group) {
            found[String(dataset.path.dropFirst(group.count))] =
                try file.readArray(at: dataset.path, as: Double.self).first
        }
        return found
    }

    /// (truth − mean)/σ of both parts of each watched mode, over the draws of the first chain.
    private static func scores(in file: borrowing InputFile) throws -> [Score] {
        guard try file.describe("/truth/amplitude") != nil, try file.describe("/modes/amplitude") != nil
        else {
            return []
        }
        let truth = try file.readArray(at: "/truth/amplitude", as: Float.self).map(Double.init)
        let shells = try file.readArray(at: "/modes/shell", as: Int64.self).map(Double.init)
        let all = try file.readArray(at: "/modes/amplitude", as: Float.self, expecting: .any)
        let early = try file.attribute("warmup")?.integer ?? 0
        let width = 2 * shells.count
        guard width > 0, truth.count == width else { return [] }
        let rows = Array(stride(from: early * width, to: all.count - width + 1, by: width))
        guard rows.count > 1 else { return [] }
        return (0..<width).compactMap { column in
            let draws = rows.map { Double(all[$0 + column]) }
            let mean = draws.reduce(0, +) / Double(draws.count)
            let square = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count - 1)
            guard square > 0 else { return nil }
            return Score(shell: shells[column / 2], deviation: (truth[column] - mean) / square.squareRoot())
        }
    }

    func content() -> HTML {
        let rows = shells.map { shell -> HTML in
            """
            <tr><th scope="row">\(shell.number)</th><td>\(shell.wavenumber.map { Numbers.short($0) } ?? "–")</td>\
            <td>\(shell.correlation.map { Numbers.fixed($0, 3) } ?? "–")</td><td>\(Numbers.fixed(100 * shell.inside, 1))</td></tr>
            """
        }
        let known = parameters.map { parameter -> HTML in
            """
            <tr><th scope="row">\(parameter.name)</th><td>\(Numbers.fixed(parameter.deviation, 2))</td></tr>
            """
        }
        let table: HTML =
            parameters.isEmpty
            ? ""
            : """
            <div class="table"><table>
            <thead><tr><th scope="col">parameter</th><th scope="col">z of the truth</th></tr></thead>
            <tbody>\(known)</tbody></table></div>
            """
        let modes: HTML =
            shells.isEmpty
            ? ""
            : """
            <div class="table"><table>
            <thead><tr><th scope="col">shell</th><th scope="col">k [h/Mpc]</th>\
            <th scope="col">r of the mean with the truth</th><th scope="col">% of modes in their 68 %</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>
            """
        let regions = bands.map { band -> HTML in
            """
            <tr><th scope="row">from \(band.first)</th><td>\(Numbers.fixed(band.seen, 3))</td>\
            <td>\(Numbers.fixed(band.unseen, 3))</td></tr>
            """
        }
        let regional: HTML =
            bands.isEmpty
            ? ""
            : """
            <p>The same where the data have seen something and where they have not, in bands of half an octave: what is \
            known elsewhere is known by the waves that reach there.</p>
            <div class="table"><table>
            <thead><tr><th scope="col">shells</th><th scope="col">r where seen</th><th scope="col">r elsewhere</th></tr></thead>
            <tbody>\(regions)</tbody></table></div>
            """
        return """
            <p>r(k) is the cross-correlation of the mean white noise with the true one. Of draws that are right, 68 % of the \
            modes' parts lie between the quantiles of 15.9 and 84.1 % of their own draws, and z = (truth − mean)/σ scatters \
            by 1.</p>
            \(table)
            \(modes)
            \(regional)
            \(plot?.figure(
                "\(identifier)-plot", describedAs: "Agreement with the truth by shell",
                caption: "Above r(k), below z of the watched modes of the first chain.") ?? .nothing)
            """
    }

    private var plot: Plot? {
        guard !scores.isEmpty else { return nil }
        let known = shells.filter { $0.correlation != nil }
        let correlation = Plot.Series(
            nil, x: known.map { Double($0.number) }, y: known.map { $0.correlation! }, colour: Plot.colours[0]
        )
        let deviations = Plot.Series(
            nil, x: scores.map(\.shell), y: scores.map(\.deviation), style: .points, colour: Plot.colours[1])
        return Plot(
            "", axis: .init("shell", .linear),
            panels: (known.isEmpty ? [] : [.init(.init("r(k)", .linear), [correlation], levels: [1])]) + [
                .init(.init("z", .linear), [deviations], levels: [-1, 1])
            ], size: [1100, 520])
    }
}
