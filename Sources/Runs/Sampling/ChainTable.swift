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
    /// - Throws: on all ranks when a file is damaged.
    init(of paths: [String], over world: Communicator) throws {
        var histories: [ChainHistory] = []
        var early = 0
        for path in paths {
            let file = try InputFile(opening: path, over: world)
            early = try file.attribute("warmup")?.integer ?? 0
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
    }

    private mutating func judge(_ histories: [ChainHistory], from early: Int, _ first: ChainHistory) {
        let ranges = histories.map { min(early, $0.rows.count)..<$0.rows.count }
        let rows = zip(histories, ranges).flatMap { $0.rows[$1] }
        guard !rows.isEmpty else { return }
        let gradients = rows.reduce(0) { $0 + Double($1.draw.gradients) } / Double(rows.count)
        results["acceptance"] = rows.reduce(0) { $0 + $1.draw.acceptance } / Double(rows.count)
        results["diverging"] = Double(rows.count(where: \.draw.isDiverging))
        results["gradients_per_sample"] = gradients
        let finite = rows.map(\.draw.energyError).filter(\.isFinite)
        let mean = finite.reduce(0, +) / Double(max(1, finite.count))
        results["energy_error_deviation"] =
            (finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, finite.count))).squareRoot()
        var table = TextTable(["", "mean", "std", "tau", "gradients / eff. sample", "R-hat"])
        var (worstCost, worstRatio) = (0.0, 0.0)
        func add(_ name: String, _ chains: [[[Double]]], _ summary: [[Double]]) {
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
        }
        for (index, name) in first.parameters.enumerated() {
            let series = zip(histories, ranges).map { $0.series(ofParameter: index, in: $1) }
            add(name, series.map { [$0] }, series)
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
