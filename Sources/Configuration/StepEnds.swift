internal import Glibc
public import Parallel

/// Where steps end, and which of these a number means that was written with fewer digits.
struct StepEnds {
    private let scaleFactors: [Double]

    /// - Parameter scaleFactors: at least one, increasing unless they are refused.
    init(_ scaleFactors: [Double]) {
        self.scaleFactors = scaleFactors
    }

    /// The end of a step that a scale factor means, to 1e-9 of it; nil if there is none.
    func meant(by wanted: Double) -> Double? {
        let nearest = neighbours(of: wanted).min { abs($0 - wanted) < abs($1 - wanted) }!
        return abs(nearest - wanted) <= 1e-9 * wanted ? nearest : nil
    }

    /// `the nearest are 0.5 and 0.6`.
    func nearest(to wanted: Double) -> String {
        "the nearest are \(neighbours(of: wanted).map(Self.short).joined(separator: " and "))"
    }

    /// The same in redshifts.
    func nearest(toRedshift wanted: Double) -> String {
        let neighbours = neighbours(of: 1 / (1 + wanted)).map { Self.short(1 / $0 - 1) }
        return "the nearest are \(neighbours.joined(separator: " and "))"
    }

    /// Whether a number lies between the first and the last, or means one of these.
    func span(_ wanted: Double) -> Bool {
        (scaleFactors[0]...scaleFactors.last!).contains(wanted) || meant(by: wanted) != nil
    }

    /// The first and the last, as redshifts or as they are.
    func bounds(inRedshift: Bool) -> String {
        [scaleFactors[0], scaleFactors.last!].map { Self.short(inRedshift ? 1 / $0 - 1 : $0) }
            .joined(separator: " to ")
    }

    /// The fewest digits that still mean the number.
    private static func short(_ value: Double) -> String {
        guard value > 0, value.isFinite else { return "\(value)" }
        let exponent = Int(log10(value).rounded(.down))
        for digits in 1...10 {
            let scale = pow(10, Double(digits - 1 - exponent))
            let rounded = (value * scale).rounded() / scale
            if abs(rounded - value) <= 1e-10 * value { return "\(rounded)" }
        }
        return "\(value)"
    }

    /// The two next to a number, or as many as there are.
    private func neighbours(of wanted: Double) -> ArraySlice<Double> {
        var (low, high) = (0, scaleFactors.count)
        while low < high {
            let middle = (low + high) / 2
            if scaleFactors[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        let first = min(max(0, low - 1), max(0, scaleFactors.count - 2))
        return scaleFactors[first...].prefix(2)
    }
}

extension RunConfiguration {
    /// The end of a step that a scale factor means.
    ///
    /// - Parameter name: of who asks, for the error.
    /// - Throws: `UsageError` when no step ends there.
    public func stepEnd(meantBy wanted: Double, for name: String) throws(UsageError) -> Double {
        let ends = StepEnds(Array(evolution.scaleFactors.dropFirst()))
        guard wanted > 0, wanted.isFinite, let end = ends.meant(by: wanted) else {
            throw UsageError(
                "\(name) is \(wanted); it must be where a step ends; \(ends.nearest(to: wanted)); "
                    + "take one of these or change evolution")
        }
        return end
    }
}
