internal import Glibc

/// What a log says of numbers that a user gave, and a warning where they are probably not what they are taken for.
///
/// Never a refusal: noise that was reconstructed has a variance below 1.
enum InputRemarks {
    /// - Parameters:
    ///   - statistics: of white noise.
    ///   - name: where it comes from.
    ///   - count: how many numbers it is.
    static func ofNoise(_ statistics: NoiseStatistics, named name: String, count: Int) -> [String] {
        let (meanError, varianceError) = (1 / Double(count).squareRoot(), (2 / Double(count)).squareRoot())
        let line =
            "white noise \(name): mean \(shown(statistics.mean)) (of unit normals: 0 +- \(shown(meanError))), variance "
            + "\(shown(statistics.variance)) (1 +- \(shown(varianceError)))"
            + (statistics.variance > 0
                ? ", skewness \(shown(statistics.skewness)), excess kurtosis \(shown(statistics.excessKurtosis))"
                : "")
        let kurtosisError = (24 / Double(count)).squareRoot()
        // Rather wide: what is found by a reconstruction is close to the truth, and that is one draw.
        let isUsual =
            abs(statistics.mean) <= max(0.05, 6 * meanError)
            && statistics.variance <= 1 + max(0.05, 6 * varianceError) && statistics.variance >= 1e-3
            && abs(statistics.excessKurtosis) <= max(0.5, 8 * kurtosisError)
        guard !isUsual else { return [line] }
        return [
            line,
            "warning: \(name) is not like unit normals, mean 0 and variance 1; is it white noise, before any spectrum?",
        ]
    }

    /// Five digits.
    static func shown(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        let unit = pow(10, floor(log10(abs(value))) - 4)
        return "\(Float((value / unit).rounded() * unit))"
    }
}

extension NoiseStatistics {
    /// What a log should say of white noise that was read from somewhere, a line each.
    ///
    /// - Parameters:
    ///   - name: where it comes from.
    ///   - count: how many numbers it is.
    public func remarks(named name: String, count: Int) -> [String] {
        InputRemarks.ofNoise(self, named: name, count: count)
    }
}
