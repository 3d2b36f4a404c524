/// Where steps end, and which of these a number means that was written with fewer digits.
struct StepEnds {
    private let scaleFactors: [Double]

    init(_ scaleFactors: [Double]) {
        self.scaleFactors = scaleFactors
    }

    /// The end of a step that a scale factor means, to 1e-9 of it; nil if there is none.
    func meant(by wanted: Double) -> Double? {
        let nearest = byDistance(from: wanted)[0]
        return abs(nearest - wanted) <= 1e-9 * wanted ? nearest : nil
    }

    /// `the nearest are 0.5 and 0.6`.
    func nearest(to wanted: Double) -> String {
        let two = byDistance(from: wanted).prefix(2).sorted().map { "\($0)" }.joined(separator: " and ")
        return "the nearest are \(two)"
    }

    private func byDistance(from wanted: Double) -> [Double] {
        scaleFactors.sorted { abs($0 - wanted) < abs($1 - wanted) }
    }
}
