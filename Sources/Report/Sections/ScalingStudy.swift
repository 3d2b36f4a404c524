internal import Figures
internal import Records
internal import Text

/// The same problem on more and more ranks.
struct StrongScaling: ReportSection {
    private let study: ScalingStudy

    let identifier = "strong"
    let heading = "Strong scaling"

    init?(of run: RunDirectory) {
        guard let study = ScalingStudy(.strong, of: run) else { return nil }
        self.study = study
    }

    func content() -> HTML { study.content(named: identifier) }
}

/// A problem that grows with the ranks.
struct WeakScaling: ReportSection {
    private let study: ScalingStudy

    let identifier = "weak"
    let heading = "Weak scaling"

    init?(of run: RunDirectory) {
        guard let study = ScalingStudy(.weak, of: run) else { return nil }
        self.study = study
    }

    func content() -> HTML { study.content(named: identifier) }
}

/// Times, efficiency and phases of a study.
struct ScalingStudy {
    private let kind: BenchRecord.Study
    private let measurements: [BenchRecord.Measurement]
    /// The fastest grid of each number of ranks.
    private let best: [BenchRecord.Measurement]

    init?(_ kind: BenchRecord.Study, of run: RunDirectory) {
        guard let record = run.benches[kind], !record.measurements.isEmpty else { return nil }
        self.kind = kind
        measurements = record.measurements
        let fastest = Dictionary(grouping: record.measurements, by: \.rankCount).values.map { grids in
            grids.min { $0.forward.secondsPerForce < $1.forward.secondsPerForce }!
        }
        best = fastest.sorted { $0.rankCount < $1.rankCount }
    }

    func content(named name: String) -> HTML {
        """
        <p>\(introduction)</p>
        \(best.count > 1 ? figure(named: name) : .nothing)
        \(bars)
        \(table)
        """
    }

    private var introduction: String {
        let (first, last) = (best[0], best[best.count - 1])
        let scaling = Scaling(of: kind, from: first, to: last)
        let problem =
            kind == .strong
            ? "\(Numbers.shape(first.particles.map(String.init))) particles"
            : "\(Numbers.shape(first.particles.map(String.init))) particles for \(first.place), in a box that grows with the ranks"
        guard best.count > 1 else { return "\(problem), measured on \(first.place) only." }
        return
            "\(problem), \(Numbers.shape(first.mesh.map(String.init))) cells: from \(first.place) to \(last.place) "
            + "\(Numbers.short(scaling.speedUp, digits: 3)) times the work in the same time, "
            + "an efficiency of \(Numbers.fixed(100 * scaling.efficiency, 0)) %; the machine's floor allows "
            + "\(Numbers.short(scaling.speedUpOfFloor, digits: 3))."
    }

    private func figure(named name: String) -> HTML {
        let ranks = best.map { Double($0.rankCount) }
        let first = best[0]
        let scalings = best.map { Scaling(of: kind, from: first, to: $0) }
        func series(_ name: String, _ values: [Double], _ colour: RGB, _ style: Plot.Style = .line) -> [Plot
            .Series]
        {
            [
                Plot.Series(name, x: ranks, y: values, style: style, colour: colour),
                Plot.Series(nil, x: ranks, y: values, style: .points, colour: colour),
            ]
        }
        let ideal = ranks.map { count in
            kind == .strong
                ? first.forward.secondsPerForce * ranks[0] / count : first.forward.secondsPerForce
        }
        var times =
            [Plot.Series("ideal", x: ranks, y: ideal, style: .dashed, colour: Self.grey)]
            + series("forward", best.map(\.forward.secondsPerForce), Plot.colours[0])
            + series("floor", best.map(\.forward.floor.seconds), Plot.colours[2])
        let gradients = best.compactMap(\.gradient)
        if gradients.count == best.count {
            times += series("forwards and back", gradients.map(\.run.secondsPerForce), Plot.colours[1])
        }
        let efficiencies =
            series("efficiency", scalings.map(\.efficiency), Plot.colours[0])
            + series(
                "of the floor",
                zip(scalings, ranks).map { $0.speedUpOfFloor * ranks[0] / $1 }, Plot.colours[2])
        let highest = efficiencies.flatMap(\.y).max()!
        let parts = best.compactMap(\.parts)
        var partPanels: [Plot.Panel] = []
        if parts.count == best.count {
            var alone =
                series("transform pair", parts.map(\.transformPair), Plot.colours[0])
                + series("initial conditions", parts.map(\.start), Plot.colours[1])
            let potentials = parts.compactMap(\.potential)
            if potentials.count == parts.count {
                alone += series("potential", potentials, Plot.colours[2])
            }
            let displacements = parts.compactMap(\.displacements)
            if displacements.count == parts.count {
                alone += series(
                    "displacements, single mesh", displacements.map(\.singleMesh), Plot.colours[3])
                let others = displacements.compactMap(\.pyramid)
                if others.count == parts.count {
                    alone += series("displacements, pyramid", others, Plot.colours[4])
                }
            }
            partPanels = [Plot.Panel(.init("s", .logarithmic), alone, height: 1.4)]
        }
        let plot = Plot(
            "", axis: .init("ranks", .logarithmic),
            panels: [
                Plot.Panel(.init("s per force", .logarithmic), times, height: 1.8),
                Plot.Panel(
                    .init("efficiency", .linear, range: 0...max(1.15, 1.1 * highest)), efficiencies,
                    levels: [1]),
            ] + partPanels, size: [1100, partPanels.isEmpty ? 640 : 900])
        return plot.figure(
            "\(name)-plot", describedAs: "Seconds per force evaluation and efficiency by number of ranks",
            caption: """
                Time of a force evaluation on the fastest grid of each number of ranks, beside the ideal and the floor that \
                the machine sets; efficiency of both\(partPanels.isEmpty ? "" : Self.partsCaption).
                """)
    }

    private static let partsCaption =
        "; a transform of the force mesh forwards and back, the potential of an overdensity, the initial "
        + "conditions, and first-order displacements as forces under both laws, each by itself"
    private static let grey = RGB(red: 140, green: 140, blue: 150)

    /// One bar per measurement, each phase in its colour.
    private var bars: HTML {
        let names = Self.largest(of: best)
        let colours = Plot.colours
        let legend = names.enumerated().map { index, name -> HTML in
            "<span><i style=\"background: \(colours[index].hexadecimal)\"></i>\(name)</span>"
        }
        let rows = best.map { measurement -> HTML in
            let phases = measurement.forward.phases
            let total = max(phases.reduce(0) { $0 + $1.meanSeconds }, .leastNonzeroMagnitude)
            let parts = names.enumerated().map { index, name -> HTML in
                let seconds = phases.first { $0.name == name }?.meanSeconds ?? 0
                return """
                    <i style="width: \(Numbers.fixed(100 * seconds / total, 2))%; background: \(colours[index].hexadecimal)"></i>
                    """
            }
            return """
                <tr><th scope="row">\(measurement.place)</th><td class="share whole"><span class="stack">\(parts)</span></td></tr>
                """
        }
        return """
            <div class="table"><table>
            <caption>Where the time of a force evaluation goes, forward: <span class="legend">\(legend)\
            <span>the rest is blank</span></span></caption>
            <tbody>\(rows)</tbody></table></div>
            """
    }

    /// The phases with the largest shares, as many as there are colours.
    private static func largest(of measurements: [BenchRecord.Measurement]) -> [String] {
        var shares: [String: Double] = [:]
        for measurement in measurements {
            for phase in measurement.forward.phases {
                shares[phase.name, default: 0] += phase.meanSeconds / measurement.forward.secondsPerForce
            }
        }
        return shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Plot.colours.count).map(\.key)
    }

    private var table: HTML {
        let first = measurements[0]
        let rows = measurements.map { measurement -> HTML in
            let run = measurement.forward
            let scaling = Scaling(of: kind, from: first, to: measurement)
            let gradient = measurement.gradient
            return """
                <tr><th scope="row">\(measurement.place)</th>\
                <td>\(Numbers.shape(measurement.particles.map(String.init)))</td>\
                <td>\(Numbers.fixed(1e3 * run.secondsPerForce, 2))</td><td>\(Numbers.fixed(scaling.speedUp, 2))</td>\
                <td>\(Numbers.fixed(100 * scaling.efficiency, 0)) %</td>\
                <td>\(Numbers.fixed(1e3 * run.floor.seconds, 2))</td><td>\(Numbers.fixed(run.ratioToFloor, 2))</td>\
                <td>\(gradient.map { Numbers.fixed(1e3 * $0.run.secondsPerForce, 2) } ?? "–")</td>\
                <td>\(gradient.map { Numbers.fixed($0.ratioToForward, 2) } ?? "–")</td>\
                <td>\(Numbers.bytes(measurement.peakBytesOfFullestRank))</td></tr>
                """
        }
        return """
            <div class="table"><table>
            <thead><tr><th scope="col">ranks</th><th scope="col">particles</th><th scope="col">force [ms]</th>\
            <th scope="col">speed-up</th><th scope="col">efficiency</th><th scope="col">floor [ms]</th><th scope="col">ratio</th>\
            <th scope="col">and back [ms]</th><th scope="col">gradient / run</th><th scope="col">memory of a rank</th></tr></thead>
            <tbody>
            \(rows)
            </tbody></table></div>
            """
    }
}
