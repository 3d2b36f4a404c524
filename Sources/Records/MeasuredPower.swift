package import Parallel

/// A power spectrum as `power_a1.0000.txt` holds it.
package struct MeasuredPower: Sendable, Equatable {
    package var scaleFactor: Double
    /// [h/Mpc].
    package var wavenumbers: [Double] = []
    /// [(Mpc/h)³].
    package var powers: [Double] = []
    /// Linear theory [(Mpc/h)³].
    package var linear: [Double] = []
    /// [(Mpc/h)³].
    package var shotNoise: [Double] = []
    package var modes: [Double] = []
    /// Linear theory of the run's own noise [(Mpc/h)³], NaN where it is not known; empty in a file without it.
    package var linearOfNoise: [Double] = []

    /// Reads the file's content.
    ///
    /// - Parameters:
    ///   - text: five columns, or six, below a commented header.
    ///   - scaleFactor: the moment, from the file's name.
    ///   - source: the file, for the error.
    /// - Throws: `UsageError` when a row is not five numbers, or six.
    package init(parsing text: String, scaleFactor: Double, source: String) throws(UsageError) {
        self.scaleFactor = scaleFactor
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            let row = words.compactMap { Double($0) }
            guard words.count == row.count, (5...6).contains(row.count),
                row.count == 6 || linearOfNoise.isEmpty, row.count == 5 || linearOfNoise.count == modes.count
            else {
                throw UsageError(
                    "\(source):\(index + 1): '\(line.prefix(60))'; it must be five numbers: k, P, linear P, "
                        + "shot noise, modes; remove the file to leave it out")
            }
            wavenumbers.append(row[0])
            powers.append(row[1])
            linear.append(row[2])
            shotNoise.append(row[3])
            modes.append(row[4])
            if row.count == 6 { linearOfNoise.append(row[5]) }
        }
    }
}
