internal import Glibc
public import Measurement
internal import Text

/// A round length for comparison with what a map shows.
public enum ScaleBar {
    /// 1, 2 or 5 times a power of ten, at most a fifth of the width.
    ///
    /// - Returns: the length [Mpc/h] and its name.
    public static func fitting(_ map: ProjectedMap) -> (length: Double, label: String) {
        let wanted = map.sides.x / 5
        let power = pow(10, log10(wanted).rounded(.down))
        let length = [5.0, 2, 1].first { $0 * power <= wanted }! * power
        let digits = power < 1 ? Int((-log10(power)).rounded()) : 0
        return (length, "\(Numbers.fixed(length, digits)) Mpc/h")
    }
}
