/// How like a picture another one is, pixel by pixel.
public struct PictureLikeness: Sendable, Equatable {
    /// `⟨(Σ − T)²⟩`, both in units of their mean.
    public let meanSquaredError: Double
    /// The same in units of the picture's own variance, `⟨(Σ − T)²⟩ / ⟨(T − ⟨T⟩)²⟩`: 1 for no likeness at all to 0.
    public let relativeError: Double
    /// `⟨(Σ − ⟨Σ⟩)(T − ⟨T⟩)⟩ / √(var Σ var T)`.
    public let correlation: Double

    /// Compares Σ with T.
    ///
    /// - Precondition: as many pixels.
    public init(of found: [Double], to target: [Double]) {
        precondition(found.count == target.count && !found.isEmpty)
        let count = Double(found.count)
        let means = (found.reduce(0, +) / count, target.reduce(0, +) / count)
        var (square, variance, other, cross) = (0.0, 0.0, 0.0, 0.0)
        for (a, b) in zip(found, target) {
            square += (a - b) * (a - b)
            other += (a - means.0) * (a - means.0)
            variance += (b - means.1) * (b - means.1)
            cross += (a - means.0) * (b - means.1)
        }
        meanSquaredError = square / count
        relativeError = square / variance
        correlation = cross / (variance * other).squareRoot()
    }
}
