package import Records
internal import Text

/// A measurement as text.
package struct BenchTable {
    private let measurement: BenchRecord.Measurement

    /// - Parameter measurement: what is told.
    package init(_ measurement: BenchRecord.Measurement) {
        self.measurement = measurement
    }

    /// Phases, floors and the machine.
    package var text: String {
        var parts = [head, "", "forward, per force evaluation and rank", phases(of: measurement.forward)]
        if let gradient = measurement.gradient {
            parts += ["", "gradient, per force evaluation and rank", phases(of: gradient.run)]
        }
        parts += ["", floors, "", footnotes, "", summary]
        return parts.joined(separator: "\n")
    }

    /// The shortest account.
    package var line: String {
        "\(measurement.rankCount) ranks (\(shape(measurement.ranks))): "
            + "\(fixed(measurement.forward.secondsPerForce, 4)) s per force evaluation"
    }

    private var head: String {
        let m = measurement
        return "\(shape(m.particles)) particles, \(shape(m.mesh)) mesh, \(m.precision) precision, kernel "
            + "\(m.kernel)\(pyramid), \(m.steps) steps, \(shape(m.ranks)) ranks, \(m.forward.repeats.count) repeats"
    }

    private var pyramid: String {
        measurement.pyramid.map { " with \($0.levels) levels, \($0.accuracy)" } ?? ""
    }

    private func shape(_ sides: [Int]) -> String { sides.map(String.init).joined(separator: " x ") }

    private func phases(of run: BenchRecord.Run) -> String {
        var table = TextTable([
            "phase", "max ms", "mean ms", "share", "ns/particle", "ns/cell", "kB sent", "messages",
        ])
        let total = run.phases.reduce(0) { $0 + $1.meanSeconds }
        func add(_ phase: RunRecord.Phase) {
            table.add([
                phase.name, fixed(1e3 * phase.longestSeconds, 3), fixed(1e3 * phase.meanSeconds, 3),
                total > 0 ? "\(fixed(100 * phase.meanSeconds / total, 1)) %" : "-",
                fixed(1e9 * phase.meanSeconds / measurement.particlesPerRank, 3),
                fixed(1e9 * phase.meanSeconds / measurement.cellsPerRank, 3),
                fixed(1e-3 * phase.bytesSent, 1), fixed(phase.messages, 1),
            ])
        }
        run.phases.forEach(add)
        add(
            RunRecord.Phase(
                "all", longestSeconds: run.secondsPerForce, meanSeconds: total,
                bytesSent: run.phases.reduce(0) { $0 + $1.bytesSent },
                messages: run.phases.reduce(0) { $0 + $1.messages }))
        return table.text
    }

    private var floors: String {
        let runs =
            [("forward", measurement.forward)] + (measurement.gradient.map { [("gradient", $0.run)] } ?? [])
        var table = TextTable(["floor, ms per force evaluation"] + runs.map(\.0))
        func add(_ name: String, _ value: (BenchRecord.Run) -> Double, _ digits: Int) {
            table.add([name] + runs.map { fixed(value($0.1), digits) })
        }
        add("FFTW's best transforms [1]", { 1e3 * $0.floor.transforms }, 3)
        add("their exchanges [2]", { 1e3 * $0.floor.exchange }, 3)
        add("unavoidable memory traffic [3]", { 1e3 * $0.floor.memory }, 3)
        if measurement.pyramid != nil {
            add("filters' arithmetic", { 1e3 * ($0.floor.arithmetic ?? 0) }, 3)
        }
        add("floor", { 1e3 * $0.floor.seconds }, 3)
        add("measured, median run", { 1e3 * $0.secondsPerForce }, 3)
        add("ratio to the floor", { $0.ratioToFloor }, 2)
        // The floor is made of fastest passes: where others use the machine too, this is the fairer comparison.
        add("fastest run", { 1e3 * $0.repeats.min()! }, 3)
        add("its ratio to the floor", { $0.repeats.min()! / $0.floor.seconds }, 2)
        return table.text
    }

    private var footnotes: String {
        let ceilings = measurement.ceilings
        func exchange(_ name: String, _ bytes: Int, _ seconds: Double) -> String {
            bytes == 0
                ? "none in a \(name)"
                : "\(fixed(Double(bytes) / seconds * 1e-9, 2)) GB/s from each rank in a \(name) "
                    + "(\(fixed(Double(bytes) * 1e-6, 2)) MB)"
        }
        return """
            [1] FFTW_MEASURE, \(shape(ceilings.transformShape)) per rank, r2c \
            \(fixed(1e3 * ceilings.forwardTransform, 3)) ms, c2r \(fixed(1e3 * ceilings.inverseTransform, 3)) ms, \
            scaled to a rank's mean share
            [2] MPI_Alltoall with the transform's blocks: \
            \(exchange("row", ceilings.rowBytes, ceilings.rowSeconds)), \
            \(exchange("column", ceilings.columnBytes, ceilings.columnSeconds))
            [3] at the triad's \(fixed(1e-9 * ceilings.triadBandwidth, 1)) GB/s per rank, all ranks at once; \
            each array read or written once per pass, see ScalingAndCost in the guide
            """
    }

    private var summary: String {
        let m = measurement
        let spread = m.forward.repeats
        var lines = [
            "forward   \(fixed(m.forward.secondsPerForce, 4)) s per force evaluation "
                + "(\(fixed(spread.min()!, 4)) to \(fixed(spread.max()!, 4)))"
        ]
        if let gradient = m.gradient {
            lines.append(
                "gradient  \(fixed(gradient.run.secondsPerForce, 4)) s per force evaluation; "
                    + "\(fixed(gradient.seconds, 3)) s in all, from noise to noise, "
                    + "\(fixed(gradient.ratioToForward, 2)) forward runs of \(fixed(gradient.forwardSeconds, 3)) s; "
                    + "steps alone \(fixed(gradient.run.secondsPerForce / m.forward.secondsPerForce, 2)); "
                    + "\(gradient.keptForces ?? 0) of \(m.forces) forces kept")
        }
        lines.append(
            "memory    \(fixed(Double(m.peakBytesOfFullestRank) / 0x1p20, 0)) MiB on the fullest rank, "
                + "\(fixed(Double(m.arrayBytesOfFullestRank) / 0x1p20, 0)) MiB of them in arrays; "
                + "\(fixed(Double(m.peakBytes) / 0x1p20, 0)) MiB in all")
        if let seconds = m.secondsToFirstForce {
            lines.append("start     \(fixed(seconds, 2)) s from the start of the process to the first force")
        }
        return lines.joined(separator: "\n")
    }
}
