package import Records
internal import Text

/// Laws of gravity side by side as text, each beside the single mesh on the same ranks.
package struct LawTable {
    private let measurements: [BenchRecord.Measurement]

    /// - Parameter record: of a study of laws.
    package init(_ record: BenchRecord) { measurements = record.measurements }

    /// What each takes and sends, and how far it is from the single mesh.
    package var text: String {
        [costs.text, "", errors.text, "", Self.explanation].joined(separator: "\n")
    }

    private var costs: TextTable {
        var table = TextTable([
            "ranks", "law", "s/force", "ratio", "gradient s/force", "ratio", "potential s", "ratio",
            "exchange kB", "ghosts kB", "messages", "MiB/rank",
        ])
        for measurement in measurements {
            let single = measurement.single(among: measurements)
            func ratio(_ value: (BenchRecord.Measurement) -> Double?) -> String {
                guard let own = value(measurement), let other = single.flatMap(value) else { return "-" }
                return fixed(own / other, 2)
            }
            func seconds(_ value: Double?) -> String { value.map { fixed($0, 4) } ?? "-" }
            let (exchange, ghosts) = (measurement.sent(in: "exchange"), measurement.sent(in: "ghosts"))
            let times: [String] = [
                shape(measurement.ranks), measurement.lawName, seconds(measurement.forward.secondsPerForce),
                ratio { $0.forward.secondsPerForce }, seconds(measurement.gradient?.run.secondsPerForce),
                ratio { $0.gradient?.run.secondsPerForce }, seconds(measurement.parts?.potential),
                ratio { $0.parts?.potential },
            ]
            let sent: [String] = [
                fixed(1e-3 * exchange.bytes, 1), fixed(1e-3 * ghosts.bytes, 1),
                fixed(exchange.messages + ghosts.messages, 1),
                fixed(Double(measurement.peakBytesOfFullestRank) / 0x1p20, 0),
            ]
            table.add(times + sent)
        }
        return table
    }

    private var errors: TextTable {
        var table = TextTable(["ranks", "law", "force error", "residual/std", "|P/P - 1|", "1 - r"])
        for measurement in measurements {
            guard let fidelity = measurement.fidelity else { continue }
            table.add([
                shape(measurement.ranks), measurement.lawName, scientific(fidelity.forceError, 1),
                scientific(fidelity.densityResidual, 1), scientific(fidelity.largestPowerError, 1),
                scientific(fidelity.largestDecorrelation, 1),
            ])
        }
        return table
    }

    private func shape(_ sides: [Int]) -> String { sides.map(String.init).joined(separator: "x") }

    private static let explanation = """
        Ratios are to the single mesh on the same ranks; bytes and messages are those that the mean rank sends per force.
        Errors are against the single mesh, at the end of the run: the force on particles, relative; the density; and the
        largest of P and r in shells up to the particle grid's Nyquist wavenumber.
        """
}
