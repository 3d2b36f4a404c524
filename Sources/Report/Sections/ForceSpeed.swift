internal import Records
internal import Text

/// What a force evaluation takes, where its time goes, and how far that is from what the machine allows.
struct ForceSpeed: ReportSection {
    private let measurement: BenchRecord.Measurement

    let identifier = "speed"
    let heading = "Speed"

    init?(of run: RunDirectory) {
        guard let measurement = run.benches[.single]?.measurements.first else { return nil }
        self.measurement = measurement
    }

    func content() -> HTML {
        """
        <p>Medians of \(measurement.forward.repeats.count) runs on \(measurement.place), per force evaluation, from the \
        first force to the end of the last step.</p>
        \(numbers)
        \(floors)
        \(PhaseShares(of: measurement.forward, in: measurement, caption: "Forward, per force evaluation of a rank").table)
        \(measurement.gradient.map {
            PhaseShares(of: $0.run, in: measurement, caption: "Forwards and back, per force evaluation of a rank").table
        } ?? .nothing)
        """
    }

    private var numbers: HTML {
        var entries: [(String, String, String)] = [
            (
                "Force evaluation", Numbers.milliseconds(measurement.forward.secondsPerForce),
                "\(Numbers.short(measurement.forward.ratioToFloor, digits: 3)) × the floor"
            )
        ]
        if let gradient = measurement.gradient {
            entries += [
                (
                    "Forwards and back", Numbers.milliseconds(gradient.run.secondsPerForce),
                    "\(Numbers.short(gradient.run.ratioToFloor, digits: 3)) × the floor"
                ),
                (
                    "Gradient", Numbers.duration(gradient.seconds),
                    "\(Numbers.short(gradient.ratioToForward, digits: 3)) × a forward run"
                ),
            ]
        }
        entries.append(
            (
                "Memory", Numbers.bytes(measurement.peakBytesOfFullestRank),
                measurement.rankCount > 1 ? "of \(Numbers.bytes(measurement.peakBytes)) in all" : "peak"
            ))
        if let seconds = measurement.secondsToFirstForce {
            entries.append(("To the first force", Numbers.duration(seconds), "from the start of the process"))
        }
        let tiles = entries.map { name, value, remark -> HTML in
            "<div><dt>\(name)</dt><dd>\(value) <small>\(remark)</small></dd></div>"
        }
        return "<dl class=\"numbers\">\(tiles)</dl>"
    }

    private var floors: HTML {
        let runs =
            [("forward", measurement.forward)]
            + (measurement.gradient.map { [("forwards and back", $0.run)] } ?? [])
        func row(_ name: HTML, _ value: (BenchRecord.Run) -> String) -> HTML {
            let cells = runs.map { run -> HTML in "<td>\(value(run.1))</td>" }
            return "<tr><th scope=\"row\">\(name)</th>\(cells)</tr>"
        }
        func milliseconds(_ value: @escaping (BenchRecord.Run) -> Double) -> (BenchRecord.Run) -> String {
            { Numbers.fixed(1e3 * value($0), 2) }
        }
        let ceilings = measurement.ceilings
        let heads = runs.map { run -> HTML in "<th scope=\"col\">\(run.0)</th>" }
        return """
            <div class="table"><table>
            <caption>The floor, in milliseconds: FFTW's best plan for \
            \(Numbers.shape(ceilings.transformShape.map(String.init))) (FFTW_MEASURE), MPI_Alltoall with the transform's \
            blocks, and each array read or written once per pass at the triad's \
            \(Numbers.fixed(1e-9 * ceilings.triadBandwidth, 1)) GB/s per rank, all ranks at once.</caption>
            <thead><tr><th scope="col"></th>\(heads)</tr></thead>
            <tbody>
            \(row("transforms", milliseconds(\.floor.transforms)))
            \(row("exchanges", milliseconds(\.floor.exchange)))
            \(row("memory traffic", milliseconds(\.floor.memory)))
            \(row("floor", milliseconds(\.floor.seconds)))
            \(row("measured", milliseconds(\.secondsPerForce)))
            </tbody>
            <tfoot>\(row("ratio", { Numbers.fixed($0.ratioToFloor, 2) }))</tfoot>
            </table></div>
            """
    }
}

/// The phases of a run as a table with bars.
struct PhaseShares {
    private let run: BenchRecord.Run
    private let measurement: BenchRecord.Measurement
    private let caption: String

    init(of run: BenchRecord.Run, in measurement: BenchRecord.Measurement, caption: String) {
        self.run = run
        self.measurement = measurement
        self.caption = caption
    }

    var table: HTML {
        let total = run.phases.reduce(0) { $0 + $1.meanSeconds }
        let rows = run.phases.map { phase -> HTML in
            let share = total > 0 ? 100 * phase.meanSeconds / total : 0
            return """
                <tr><th scope="row">\(phase.name)</th><td>\(Numbers.fixed(1e3 * phase.longestSeconds, 2))</td>\
                <td>\(Numbers.fixed(1e3 * phase.meanSeconds, 2))</td><td>\(Numbers.fixed(share, 1)) %</td>\
                <td class="share"><span class="bar" style="width: \(Numbers.fixed(share, 2))%"></span></td>\
                <td>\(Numbers.fixed(1e9 * phase.meanSeconds / measurement.particlesPerRank, 2))</td>\
                <td>\(Numbers.fixed(1e9 * phase.meanSeconds / measurement.cellsPerRank, 2))</td>\
                <td>\(Numbers.fixed(1e-3 * phase.bytesSent, 1))</td><td>\(Numbers.fixed(phase.messages, 1))</td></tr>
                """
        }
        return """
            <div class="table"><table>
            <caption>\(caption)</caption>
            <thead><tr><th scope="col">phase</th><th scope="col">slowest rank [ms]</th><th scope="col">mean [ms]</th>\
            <th scope="col">share</th><td class="share"></td><th scope="col">ns / particle</th><th scope="col">ns / cell</th>\
            <th scope="col">kB sent</th><th scope="col">messages</th></tr></thead>
            <tbody>
            \(rows)
            </tbody></table></div>
            """
    }
}

extension BenchRecord.Measurement {
    /// `4 ranks (2 × 2)`.
    var place: String {
        rankCount == 1 ? "1 rank" : "\(rankCount) ranks (\(ranks.map(String.init).joined(separator: " × ")))"
    }
}

extension Numbers {
    /// `12.3 ms`, or seconds where there are many.
    static func milliseconds(_ seconds: Double) -> String {
        seconds < 1 ? "\(short(1e3 * seconds, digits: 3)) ms" : duration(seconds)
    }
}
