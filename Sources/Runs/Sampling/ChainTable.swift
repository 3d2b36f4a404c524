internal import Inference
internal import Measurement
internal import Parallel
internal import Records
internal import Storage
internal import Text

/// What chains are worth: autocorrelation, gradients per effective sample and R̂ by shell, and their parameters.
struct ChainTable {
    /// The numbers for a record.
    private(set) var results: [String: Double] = [:]
    /// A table for the log.
    private(set) var text = ""

    /// Reads chains and judges them. Collective.
    ///
    /// - Parameter likeness: if the true noise is known; on all ranks or on some of which the root is one.
    /// - Throws: on all ranks when a file is damaged.
    init(of paths: [String], _ likeness: ChainTruth.Likeness?, over world: Communicator) throws {
        var histories: [ChainHistory] = []
        var truth: ChainTruth?
        var early = 0
        for path in paths {
            let file = try InputFile(opening: path, over: world)
            early = try file.attribute("warmup")?.integer ?? 0
            truth = try ChainTruth(in: file)
            let names = try file.datasets().map(\.path).filter { $0.hasPrefix("/posterior/") }
                .map { String($0.dropFirst("/posterior/".count)) }
            let shape = try file.describe("/noise/mean")?.shape ?? []
            guard shape.count == 3 else { continue }
            histories.append(
                try ChainHistory(
                    from: file, iterations: try file.attribute("iterations")?.integer ?? 0,
                    parameters: names, ModeSample(of: SIMD3(shape[0], shape[1], shape[2]))))
        }
        guard let first = histories.first else { return }
        judge(histories, from: early, first)
        if let truth { judge(histories, from: early, by: truth, likeness) }
        if let likeness { addBands(likeness) }
    }

    /// Where the truth lies among the draws: r(k) of their mean with it, and the share of watched modes within the
    /// central 68 % of their own draws, shell by shell.
    private mutating func judge(
        _ histories: [ChainHistory], from early: Int, by truth: ChainTruth, _ likeness: ChainTruth.Likeness?
    ) {
        let first = histories[0]
        let ranges = histories.map { min(early, $0.rows.count)..<$0.rows.count }
        for (index, name) in first.parameters.enumerated() {
            guard let value = truth.parameters[name],
                let found = ChainTruth.Standing(
                    of: value,
                    among: zip(histories, ranges).flatMap { $0.series(ofParameter: index, in: $1) })
            else { continue }
            results["z_\(name)"] = found.deviation
            text += "\n\(name): the truth is \(fixed(found.deviation, 2)) standard deviations from the mean"
        }
        guard let amplitudes = truth.amplitudes, amplitudes.count == 2 * first.sample.modes.count else {
            return
        }
        var table = TextTable(["", "modes' parts", "in their 68 %", "rms z", "r of the mean with the truth"])
        var (insideAll, all) = (0, 0)
        for shell in Set(first.sample.shells).sorted() {
            let columns = first.sample.shells.indices.filter { first.sample.shells[$0] == shell }
                .flatMap { [2 * $0, 2 * $0 + 1] }
            let chains = zip(histories, ranges).map { $0.series(ofShell: shell, in: $1) }
            let found = columns.enumerated().compactMap { place, column in
                ChainTruth.Standing(of: amplitudes[column], among: chains.flatMap { $0[place] })
            }
            guard !found.isEmpty else { continue }
            let inside = found.count(where: \.isInside)
            let square = found.reduce(0) { $0 + $1.deviation * $1.deviation } / Double(found.count)
            let share = Double(inside) / Double(found.count)
            (insideAll, all) = (insideAll + inside, all + found.count)
            results["inside_68_shell_\(shell)"] = share
            results["rms_z_shell_\(shell)"] = square.squareRoot()
            var correlation: Double?
            if let likeness, shell <= likeness.correlation.count,
                likeness.correlation[shell - 1].isFinite
            {
                correlation = likeness.correlation[shell - 1]
                results["correlation_shell_\(shell)"] = correlation
                results["wavenumber_shell_\(shell)"] = likeness.wavenumbers[shell - 1]
            }
            table.add([
                "shell \(shell)", "\(found.count)", fixed(share, 3), fixed(square.squareRoot(), 3),
                correlation.map { fixed($0, 3) } ?? "-",
            ])
        }
        if all > 0 { results["inside_68"] = Double(insideAll) / Double(all) }
        text += "\n" + table.text
    }

    /// r where something is seen and elsewhere, if there are both.
    private mutating func addBands(_ likeness: ChainTruth.Likeness) {
        guard !likeness.bands.isEmpty else { return }
        var table = TextTable(["r of the mean with the truth", "k [h/Mpc]", "where seen", "elsewhere"])
        for band in likeness.bands where band.inside.isFinite && band.outside.isFinite {
            let (first, last) = (band.shells.lowerBound, band.shells.upperBound - 1)
            let waves = [first, last].map { fixed(likeness.wavenumbers[$0 - 1], 3) }
            table.add([
                first == last ? "shell \(first)" : "shells \(first) to \(last)",
                first == last ? waves[0] : waves.joined(separator: " to "), fixed(band.inside, 3),
                fixed(band.outside, 3),
            ])
            results["correlation_seen_from_shell_\(first)"] = band.inside
            results["correlation_unseen_from_shell_\(first)"] = band.outside
        }
        text += "\n" + table.text
    }

    private mutating func judge(_ histories: [ChainHistory], from early: Int, _ first: ChainHistory) {
        let ranges = histories.map { min(early, $0.rows.count)..<$0.rows.count }
        let rows = zip(histories, ranges).flatMap { $0.rows[$1] }
        guard !rows.isEmpty else { return }
        let gradients = rows.reduce(0) { $0 + Double($1.draw.gradients) } / Double(rows.count)
        results["acceptance"] = rows.reduce(0) { $0 + $1.draw.acceptance } / Double(rows.count)
        results["step"] = rows.last?.step
        results["diverging"] = Double(rows.count(where: \.draw.isDiverging))
        results["gradients_per_sample"] = gradients
        let finite = rows.map(\.draw.energyError).filter(\.isFinite)
        let mean = finite.reduce(0, +) / Double(max(1, finite.count))
        results["energy_error_deviation"] =
            (finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, finite.count))).squareRoot()
        var table = TextTable(["", "mean", "std", "tau", "gradients / eff. sample", "R-hat"])
        var (worstCost, worstRatio) = (0.0, 0.0)
        @discardableResult
        func add(
            _ name: String, _ chains: [[[Double]]], _ summary: [[Double]]
        ) -> (mean: Double, deviation: Double) {
            let times = chains.compactMap { ChainStatistics.autocorrelationTime(of: $0) }
            let time = times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
            let ratio = ChainStatistics.splitRHat(summary)
            // Draws that alternate are counted as independent: they are for variances.
            let cost = time.map { max(1, $0) * gradients }
            worstCost = max(worstCost, cost ?? 0)
            worstRatio = max(worstRatio, ratio ?? 0)
            let all = summary.flatMap(\.self)
            let mean = all.reduce(0, +) / Double(all.count)
            let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, all.count - 1))
            table.add([
                name, scientific(mean, 4), scientific(variance.squareRoot(), 2),
                time.map { fixed($0, 2) } ?? "-", cost.map { fixed($0, 1) } ?? "-",
                ratio.map { fixed($0, 4) } ?? "-",
            ])
            return (mean, variance.squareRoot())
        }
        for (index, name) in first.parameters.enumerated() {
            let series = zip(histories, ranges).map { $0.series(ofParameter: index, in: $1) }
            let (mean, deviation) = add(name, series.map { [$0] }, series)
            results["mean_\(name)"] = mean
            results["sigma_\(name)"] = deviation
        }
        for shell in Set(first.sample.shells).sorted() {
            let modes = zip(histories, ranges).map { $0.series(ofShell: shell, in: $1) }
            let powers = modes.map { series in
                (series.first ?? []).indices.map { row in
                    2 * series.reduce(0) { $0 + $1[row] * $1[row] } / Double(series.count)
                }
            }
            add("|s_k|^2, shell \(shell)", modes, powers)
        }
        results["gradients_per_effective_sample"] = worstCost
        results["r_hat"] = worstRatio
        text = table.text
    }
}
