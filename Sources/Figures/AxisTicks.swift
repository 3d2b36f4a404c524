internal import Glibc
internal import Text

/// What is proportional to the length along an axis.
public enum AxisScale: Sendable, Equatable {
    /// The value.
    case linear
    /// Its logarithm.
    case logarithmic
}

/// The marks of an axis: labelled major ones and bare minor ones.
struct AxisTicks: Equatable {
    struct Major: Equatable {
        let value: Double
        let label: String
    }

    var major: [Major]
    var minor: [Double]

    /// About `target` labelled ticks in a range.
    init(_ scale: AxisScale, in range: ClosedRange<Double>, target: Int) {
        let decades = scale == .logarithmic ? log10(range.upperBound / range.lowerBound) : 0
        self =
            decades >= 0.7
            ? AxisTicks(decadesIn: range, count: decades, target: target)
            : AxisTicks(stepsIn: range, target: target)
    }

    // Multiples of 1, 2 or 5 times a power of ten, each divided into five (or four) by minor ticks.
    private init(stepsIn range: ClosedRange<Double>, target: Int) {
        let rough = (range.upperBound - range.lowerBound) / Double(max(1, target))
        var exponent = Int(log10(rough).rounded(.down))
        var mantissa = rough / pow(10, Double(exponent))
        mantissa = mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10
        if mantissa == 10 {
            mantissa = 1
            exponent += 1
        }
        // Decimal fractions are formed by one division, so that 3 steps of 0.1 are 0.3.
        func value(_ steps: Int, per whole: Double) -> Double {
            let multiple = Double(steps) * mantissa
            let tens = pow(10, Double(abs(exponent)))
            return (exponent < 0 ? multiple / tens : multiple * tens) / whole
        }
        func multiples(per whole: Double) -> [Double] {
            let step = value(1, per: whole)
            let slack = 1e-9
            let first = (range.lowerBound / step - slack).rounded(.up)
            let last = (range.upperBound / step + slack).rounded(.down)
            // Beyond, neighbouring steps are the same number.
            guard first <= last, max(abs(first), abs(last)) < 0x1p53 else { return [] }
            return (Int(first)...Int(last)).map { value($0, per: whole) }
        }
        let labelled = multiples(per: 1)
        let largest = max(abs(range.lowerBound), abs(range.upperBound))
        major = labelled.map { Major(value: $0, label: Self.label($0, step: exponent, largest: largest)) }
        minor = multiples(per: mantissa == 2 ? 4 : 5).filter { candidate in
            labelled.allSatisfy { abs($0 - candidate) > value(1, per: 100) }
        }
    }

    private static func label(_ value: Double, step exponent: Int, largest: Double) -> String {
        if largest < 1e6 && exponent >= -5 { return Numbers.fixed(value, max(0, -exponent)) }
        guard value != 0 else { return "0" }
        let order = Int(log10(largest).rounded(.down))
        return Numbers.fixed(value / pow(10, Double(order)), max(0, order - exponent))
            + "×10" + Numbers.superscript(order)
    }

    // Powers of ten; over few decades also 2 and 5 times them; 2 to 9 times them unlabelled.
    private init(decadesIn range: ClosedRange<Double>, count: Double, target: Int) {
        let slack = 1 + 1e-9
        func isInside(_ value: Double) -> Bool {
            value * slack >= range.lowerBound && value <= range.upperBound * slack
        }
        let first = Int(log10(range.lowerBound).rounded(.down))
        let last = Int(log10(range.upperBound).rounded(.up))
        let stride = max(1, Int((count / Double(max(1, target))).rounded(.up)))
        let isShort = count < 2.2
        let multiples = isShort ? [1, 2, 5] : [1]
        major = []
        minor = []
        for exponent in first...last {
            let power = pow(10, Double(exponent))
            for multiple in 1...9 where isInside(Double(multiple) * power) {
                let value = Double(multiple) * power
                if multiples.contains(multiple) && exponent.isMultiple(of: stride) {
                    major.append(Major(value: value, label: Self.label(multiple, exponent, plain: isShort)))
                } else if stride == 1 || multiple == 1 {
                    minor.append(value)
                }
            }
        }
    }

    private static func label(_ multiple: Int, _ exponent: Int, plain: Bool) -> String {
        if (-2...3).contains(exponent) && (plain || (-1...1).contains(exponent)) {
            let value = Double(multiple) * pow(10, Double(exponent))
            return Numbers.fixed(value, max(0, -exponent))
        }
        return (multiple == 1 ? "" : "\(multiple)×") + "10" + Numbers.superscript(exponent)
    }
}
