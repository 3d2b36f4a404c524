internal import Figures
internal import Measurement
internal import Storage
internal import Text

/// Chains: traces, mean and spread of noise and density, and what the draws are worth.
struct Chains: ReportSection {
    /// What one chain left.
    private struct Chain {
        let number: Int
        let logProbabilities: [Double]
        let gradients: [Double]
        let parameters: [(name: String, values: [Double])]
        let shells: [Double]
        /// [iteration][mode][part] after the warm-up.
        let amplitudes: [Double]

        /// Both parts of the modes of a shell, as series.
        func series(of shell: Double) -> [[Double]] {
            let width = 2 * shells.count
            let columns = shells.indices.filter { shells[$0] == shell }.flatMap { [2 * $0, 2 * $0 + 1] }
            return columns.map { column in
                stride(from: column, to: amplitudes.count, by: width).map { amplitudes[$0] }
            }
        }
    }

    private let chains: [Chain]
    /// True values of parameters, where they are known.
    private let truth: [String: Double]
    private let mean: Slab?
    private let variance: Slab?
    private let noise: Slab?

    let identifier = "chains"
    let heading = "Chains"

    init?(of run: RunDirectory) throws {
        var (number, chains): (Int, [Chain]) = (0, [])
        while run.names.contains("chain_\(number).h5") {
            if let chain = try Self.chain(number, "\(run.path)/chain_\(number).h5", of: run) {
                chains.append(chain)
            }
            number += 1
        }
        guard !chains.isEmpty else { return nil }
        self.chains = chains
        let path = "\(run.path)/chain_\(chains[0].number).h5"
        truth = try TruthOfChains.parameters(in: InputFile(opening: path, over: run.world))
        mean = try run.slab(of: "/density/mean", in: path)
        variance = try run.slab(of: "/density/variance", in: path)
        noise = try run.slab(of: "/noise/mean", in: path)
    }

    private static func chain(_ number: Int, _ path: String, of run: RunDirectory) throws -> Chain? {
        let file = try InputFile(opening: path, over: run.world)
        func column(_ name: String) throws -> [Double]? {
            guard try file.describe(name) != nil else { return nil }
            return try file.readArray(at: name, as: Double.self, expecting: .any)
        }
        func wholes(_ name: String) throws -> [Double] {
            guard try file.describe(name) != nil else { return [] }
            return try file.readArray(at: name, as: Int64.self).map(Double.init)
        }
        guard let logProbabilities = try column("/sample_stats/lp"), !logProbabilities.isEmpty else {
            return nil
        }
        var parameters: [(name: String, values: [Double])] = []
        for dataset in try file.datasets() where dataset.path.hasPrefix("/posterior/") {
            let values = try column(dataset.path) ?? []
            parameters.append((String(dataset.path.dropFirst("/posterior/".count)), values))
        }
        let shells = try wholes("/modes/shell")
        let amplitudes =
            try file.describe("/modes/amplitude") == nil
            ? [] : try file.readArray(at: "/modes/amplitude", as: Float.self, expecting: .any)
        let kept = 2 * shells.count * logProbabilities.count
        return Chain(
            number: number, logProbabilities: logProbabilities,
            gradients: try wholes("/sample_stats/n_gradients"), parameters: parameters, shells: shells,
            amplitudes: amplitudes.suffix(kept).map(Double.init))
    }

    func content() throws -> HTML {
        let draws = chains.map { "\($0.logProbabilities.count)" }.joined(separator: ", ")
        return """
            <p>\(chains.count == 1 ? "One chain" : "\(chains.count) chains") of \(draws) iterations after the warm-up.</p>
            \(traces.figure(
                "\(identifier)-traces", describedAs: "Probability and parameters by iteration",
                caption: "Traces after the warm-up, a colour for each chain."))
            \(worth)
            \(spectra?.figure(
                "\(identifier)-spectra", describedAs: "Power of the white noise by shell",
                caption: """
                    Mean of |s_k|² over the watched modes of each shell, and the band of 68 % of the draws; of a draw \
                    from the prior it is 1.
                    """) ?? .nothing)
            \(corner)
            \(try maps())
            """
    }

    private var traces: Plot {
        func panel(_ label: String, _ values: (Chain) -> [Double]) -> Plot.Panel {
            let series = chains.enumerated().map { index, chain -> Plot.Series in
                let y = values(chain)
                return Plot.Series(
                    nil, x: y.indices.map { Double($0 + 1) }, y: y,
                    style: y.count == 1 ? .points : .line,
                    colour: Plot.colours[index % Plot.colours.count])
            }
            return Plot.Panel(.init(label, .linear), series)
        }
        let parameters = chains[0].parameters.indices.map { index in
            panel(chains[0].parameters[index].name) { chain in
                index < chain.parameters.count ? chain.parameters[index].values : []
            }
        }
        let longest = chains.map(\.logProbabilities.count).max()!
        return Plot(
            "", axis: .init("iteration", .linear, range: 1...Double(max(longest, 2))),
            panels: [panel("ln p") { $0.logProbabilities }] + parameters,
            size: [1100, 220 + 160 * Double(parameters.count)])
    }

    /// τ, gradients per effective sample and R̂ by shell and parameter.
    private var worth: HTML {
        let count = chains.reduce(0) { $0 + $1.gradients.count }
        let gradients = chains.flatMap(\.gradients).reduce(0, +) / Double(max(1, count))
        func row(_ name: String, _ series: [[[Double]]], _ summary: [[Double]]) -> HTML {
            let times = series.compactMap { ChainStatistics.autocorrelationTime(of: $0) }
            let time = times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
            let all = summary.flatMap(\.self)
            let mean = all.reduce(0, +) / Double(max(1, all.count))
            let ratio = ChainStatistics.splitRHat(summary)
            return """
                <tr><th scope="row">\(name)</th><td>\(Numbers.short(mean))</td>\
                <td>\(time.map { Numbers.fixed($0, 2) } ?? "–")</td>\
                <td>\(time.map { Numbers.fixed(max(1, $0) * gradients, 1) } ?? "–")</td>\
                <td>\(ratio.map { Numbers.fixed($0, 4) } ?? "–")</td></tr>
                """
        }
        let parameters = chains[0].parameters.indices.map { index -> HTML in
            let series = chains.filter { index < $0.parameters.count }.map { $0.parameters[index].values }
            return row(chains[0].parameters[index].name, series.map { [$0] }, series)
        }
        let shells = shellNumbers.map { shell -> HTML in
            let modes = chains.map { $0.series(of: shell) }
            return row("shell \(Int(shell))", modes, modes.map(Self.powers))
        }
        return """
            <div class="table"><table>
            <thead><tr><th scope="col">parameter, or |s_k|² of a shell</th><th scope="col">mean</th>\
            <th scope="col">τ</th><th scope="col">gradients per effective sample</th>\
            <th scope="col">R̂</th></tr></thead>
            <tbody>\(parameters + shells)</tbody></table></div>
            """
    }

    private var shellNumbers: [Double] { Set(chains[0].shells).sorted() }

    /// The mean |s_k|² of a shell's modes at each draw.
    private static func powers(of series: [[Double]]) -> [Double] {
        (series.first ?? []).indices.map { draw in
            2 * series.reduce(0) { $0 + $1[draw] * $1[draw] } / Double(series.count)
        }
    }

    private var spectra: Plot? {
        let shells = shellNumbers
        guard shells.count > 1 else { return nil }
        let sorted = shells.map { shell in
            chains.flatMap { Self.powers(of: $0.series(of: shell)) }.sorted()
        }
        guard sorted.allSatisfy({ !$0.isEmpty }) else { return nil }
        func quantile(_ share: Double) -> [Double] {
            sorted.map { $0[min($0.count - 1, Int(share * Double($0.count)))] }
        }
        let band = Plot.Series(
            "68 %", x: shells, y: quantile(0.16), style: .band(quantile(0.84)), colour: Plot.colours[5])
        let median = Plot.Series("median", x: shells, y: quantile(0.5), colour: Plot.colours[0])
        return Plot(
            "", axis: .init("shell", .linear),
            panels: [.init(.init("|s_k|²", .linear), [band, median], levels: [1])],
            size: [1100, 360])
    }

    private var corner: HTML {
        let names = chains[0].parameters.map(\.name)
        return CornerPlot(
            names: names,
            chains: chains.map { chain in
                names.map { name in chain.parameters.first { $0.name == name }?.values ?? [] }
            },
            truth: names.map { truth[$0] }
        ).html(named: "\(identifier)-corner")
    }

    private func maps() throws -> HTML {
        let rows = [
            (mean, "Mean of the density", "density / mean", "mean"),
            (variance, "Variance of the density", "variance of density / mean", "variance"),
            (noise, "Mean of the white noise", "white noise", "noise"),
        ]
        let maps = try rows.compactMap { slab, name, quantity, suffix -> HTML? in
            guard let slab else { return nil }
            let isNoise = suffix == "noise"
            let bar = ColourBar(
                isNoise ? .residual(of: slab.map) : .picture(of: slab.map),
                in: isNoise ? .residual : .density,
                quantity: quantity)
            return try MapRow(
                identifier: "\(identifier)-\(suffix)",
                panels: [.init(map: slab.map, name: name, description: "\(name), \(slab.lineOfSight)")],
                bar: bar, columns: MapRow.mostColumns
            ).html()
        }
        return "\(maps)"
    }
}
