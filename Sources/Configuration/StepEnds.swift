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
        "the nearest are \(neighbours(of: wanted).map { "\($0)" }.joined(separator: " and "))"
    }

    /// The same in redshifts.
    func nearest(toRedshift wanted: Double) -> String {
        let neighbours = neighbours(of: 1 / (1 + wanted)).map { "\(1 / $0 - 1)" }
        return "the nearest are \(neighbours.joined(separator: " and "))"
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
