internal import Figures
internal import Records
internal import Text

/// The single mesh and pyramids side by side: what they take and send, and how exact they are.
struct LawsOfGravity: ReportSection {
    private let record: BenchRecord

    let identifier = "laws"
    let heading = "Laws of gravity"

    init?(of run: RunDirectory) {
        guard let record = run.benches[.laws], !record.measurements.isEmpty else { return nil }
        self.record = record
    }

    func content() -> HTML {
        """
        <p>One universe under the single mesh and under pyramids of meshes, in turn on the same ranks, per force \
        evaluation; and how far force and density at the end are from the single mesh’s.</p>
        \(figure)
        \(costs)
        \(errors)
        """
    }

    private var figure: HTML {
        guard let plot = Plot.laws(record, title: "") else { return .nothing }
        return plot.figure(
            "\(identifier)-plot", describedAs: "Errors of pyramids against the single mesh by wavenumber",
            caption: """
                Against the single mesh: the rms error of the force’s modes on the same particles, and the power and the \
                correlation of the density at the end, in shells one fundamental wavenumber wide.
                """)
    }

    private var costs: HTML {
        let rows = record.measurements.map { measurement -> HTML in
            let single = measurement.single(among: record.measurements)
            func cells(_ value: (BenchRecord.Measurement) -> Double?) -> HTML {
                let own = value(measurement)
                let ratio = own.flatMap { own in single.flatMap(value).map { own / $0 } }
                return """
                    <td>\(own.map { Numbers.fixed(1e3 * $0, 2) } ?? "–")</td>\
                    <td>\(ratio.map { Numbers.fixed($0, 2) } ?? "–")</td>
                    """
            }
            let (exchange, ghosts) = (measurement.sent(in: "exchange"), measurement.sent(in: "ghosts"))
            return """
                <tr><th scope="row">\(measurement.lawName)</th><td>\(measurement.place)</td>\
                \(cells(\.forward.secondsPerForce))\(cells(\.gradient?.run.secondsPerForce))\
                \(cells(\.parts?.potential))<td>\(Numbers.fixed(1e-3 * exchange.bytes, 1))</td>\
                <td>\(Numbers.fixed(1e-3 * ghosts.bytes, 1))</td>\
                <td>\(Numbers.fixed(exchange.messages + ghosts.messages, 1))</td>\
                <td>\(Numbers.bytes(measurement.peakBytesOfFullestRank))</td></tr>
                """
        }
        return """
            <div class="table"><table>
            <caption>What a force evaluation takes, and what a rank sends for it on the way forwards; ratios are to the single \
            mesh on the same ranks.</caption>
            <thead><tr><th scope="col">law</th><th scope="col">ranks</th><th scope="col">force [ms]</th>\
            <th scope="col">ratio</th><th scope="col">and back [ms]</th><th scope="col">ratio</th>\
            <th scope="col">potential [ms]</th><th scope="col">ratio</th><th scope="col">exchanges [kB]</th>\
            <th scope="col">ghosts [kB]</th><th scope="col">messages</th><th scope="col">memory of a rank</th></tr></thead>
            <tbody>
            \(rows)
            </tbody></table></div>
            """
    }

    private var errors: HTML {
        let rows = record.measurements.compactMap { measurement -> HTML? in
            guard let fidelity = measurement.fidelity else { return nil }
            return """
                <tr><th scope="row">\(measurement.lawName)</th><td>\(measurement.place)</td>\
                <td>\(Numbers.short(fidelity.forceError, digits: 2))</td>\
                <td>\(Numbers.short(fidelity.densityResidual, digits: 2))</td>\
                <td>\(Numbers.short(fidelity.largestPowerError, digits: 2))</td>\
                <td>\(Numbers.short(fidelity.largestDecorrelation, digits: 2))</td></tr>
                """
        }
        return """
            <div class="table"><table>
            <caption>Against the single mesh: the force on particles, relative; the density at the end in units of its standard \
            deviation; the largest errors of its power and correlation up to the particle grid’s Nyquist wavenumber.</caption>
            <thead><tr><th scope="col">law</th><th scope="col">ranks</th><th scope="col">force</th>\
            <th scope="col">density</th><th scope="col">|P/P − 1|</th><th scope="col">1 − r</th></tr></thead>
            <tbody>
            \(rows)
            </tbody></table></div>
            """
    }
}
