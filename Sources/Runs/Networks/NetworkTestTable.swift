internal import Inference
internal import Text

/// What a test of networks found, as `network_test.txt`: numbers in its head, and a row for each shell of wavenumbers.
struct NetworkTestTable {
    static let name = "network_test.txt"
    private let test: HaloNetworkTest

    init(_ test: HaloNetworkTest) { self.test = test }

    /// Single numbers, by name.
    var numbers: [(String, Double)] {
        [
            ("mass_ratio", test.massRatio), ("area_under_curve", test.areaUnderCurve),
            ("precision", test.precision), ("recall", test.recall), ("occupied", test.occupied),
        ]
    }

    /// The file.
    var text: String {
        let head = numbers.map { "# \($0.0) \($0.1)\n" }.joined()
        let rows = test.mass.wavenumbers.indices.map { shell in
            [
                test.mass.wavenumbers[shell], test.mass.correlation[shell], test.mass.transfer[shell],
                test.power.correlation[shell],
            ].map { "\($0)" }.joined(separator: " ") + "\n"
        }
        return
            "# the mass of haloes that networks make on an unseen universe, against that of its haloes\n"
            + head + "# k [h/Mpc]   r   T   r of density^1.5\n" + rows.joined()
    }

    /// A few lines for the log.
    var summary: String {
        var table = TextTable(["k [h/Mpc]", "r", "T", "r of density^1.5"])
        let shells = test.mass.wavenumbers.count
        for shell in stride(from: 0, to: shells, by: max(1, shells / 16)) {
            table.add([
                fixed(test.mass.wavenumbers[shell], 3), fixed(test.mass.correlation[shell], 3),
                fixed(test.mass.transfer[shell], 3), fixed(test.power.correlation[shell], 3),
            ])
        }
        return table.text
            + "\nmass \(fixed(test.massRatio, 3)) of the haloes', area under curve \(fixed(test.areaUnderCurve, 3)), "
            + "precision \(fixed(test.precision, 3)), recall \(fixed(test.recall, 3)), "
            + "\(fixed(100 * test.occupied, 1)) % of cells have haloes"
    }
}
