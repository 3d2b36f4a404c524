package import Records
internal import Text

/// The measurements of a scaling study as text, each beside the first of them and beside the floor's own scaling.
package struct ScalingTable {
    private let kind: BenchRecord.Study
    private let measurements: [BenchRecord.Measurement]

    /// - Parameter record: of a study.
    package init(_ record: BenchRecord) {
        kind = record.study
        measurements = record.measurements
    }

    /// A line for each measurement, and what the columns mean.
    package var text: String {
        guard let first = measurements.first else { return "nothing was measured" }
        var table = TextTable([
            "ranks", "particles", "mesh", "s/force", "speed-up", "efficiency", "floor", "its speed-up",
            "ratio", "gradient s/force", "ratio", "transform pair s", "potential s", "start s",
            "displacements s", "by a pyramid s", "MiB/rank",
        ])
        for measurement in measurements {
            let run = measurement.forward
            let scaling = Scaling(of: kind, from: first, to: measurement)
            let times: [String] = [
                shape(measurement.ranks), shape(measurement.particles), shape(measurement.mesh),
                fixed(run.secondsPerForce, 4), fixed(scaling.speedUp, 2),
                "\(fixed(100 * scaling.efficiency, 0)) %", fixed(run.floor.seconds, 4),
                fixed(scaling.speedUpOfFloor, 2), fixed(run.ratioToFloor, 2),
                measurement.gradient.map { fixed($0.run.secondsPerForce, 4) } ?? "-",
                measurement.gradient.map { fixed($0.run.ratioToFloor, 2) } ?? "-",
            ]
            let memory = fixed(Double(measurement.peakBytesOfFullestRank) / 0x1p20, 0)
            table.add(times + parts(of: measurement) + [memory])
        }
        return table.text + "\n" + explanation
    }

    private func parts(of measurement: BenchRecord.Measurement) -> [String] {
        guard let parts = measurement.parts else { return ["-", "-", "-", "-", "-"] }
        return [
            fixed(parts.transformPair, 4), parts.potential.map { fixed($0, 4) } ?? "-",
            fixed(parts.start, 3), parts.displacements.map { fixed($0.singleMesh, 4) } ?? "-",
            parts.displacements?.pyramid.map { fixed($0, 4) } ?? "-",
        ]
    }

    private var explanation: String {
        switch kind {
        case .weak:
            "The box grows with the ranks, so that each has as many particles and cells: speed-up is work per time."
        case .single, .strong, .laws:
            "Speed-up and efficiency against the first line; that of the floor is what the machine allows."
        }
    }

    private func shape(_ sides: [Int]) -> String { sides.map(String.init).joined(separator: "x") }
}
