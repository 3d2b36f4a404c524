public import Records

extension Plot {
    /// How far pyramids are from the single mesh, mode by mode: the force's error, and P and r of the density at the end.
    ///
    /// - Parameters:
    ///   - record: of a study of laws; what is the same on several numbers of ranks is drawn once.
    ///   - title: what was run.
    /// - Returns: nil if the record has no pyramid.
    public static func laws(_ record: BenchRecord, title: String) -> Plot? {
        var laws: [(name: String, fidelity: BenchRecord.Fidelity)] = []
        for measurement in record.measurements {
            guard let fidelity = measurement.fidelity,
                !laws.contains(where: { $0.name == measurement.lawName })
            else { continue }
            laws.append((measurement.lawName, fidelity))
        }
        guard let first = laws.first?.fidelity else { return nil }
        func panel(_ label: String, isFirst: Bool, _ values: (BenchRecord.Fidelity) -> [Double]) -> Panel {
            Panel(
                Axis(label, .logarithmic),
                laws.enumerated().map { number, law in
                    Series(
                        isFirst ? law.name : nil, x: law.fidelity.wavenumbers, y: values(law.fidelity),
                        colour: colours[number % colours.count])
                })
        }
        return Plot(
            title, axis: Axis("k  [h/Mpc]", .logarithmic),
            panels: [
                panel("error of the force", isFirst: true, \.forceErrors),
                panel("|P/P − 1|", isFirst: false) { $0.powerRatios.map { abs($0 - 1) } },
                panel("1 − r", isFirst: false, \.decorrelations),
            ], marks: [Mark(first.particleNyquist, "Nyquist")], size: [760, 820])
    }
}
