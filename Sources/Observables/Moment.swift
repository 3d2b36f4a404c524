public import Background

/// One moment of a universe: what an observable may know besides the particles.
public struct Moment: Sendable {
    /// a.
    public let scaleFactor: Double
    /// The background, with its derivatives.
    public let cosmology: Cosmology<Dual>

    /// A moment.
    public init(at scaleFactor: Double, in cosmology: Cosmology<Dual>) {
        self.scaleFactor = scaleFactor
        self.cosmology = cosmology
    }

    /// Expansion and linear growth; integrated anew at each call.
    public var growth: GrowthFactors<Dual> { growthFactors(at: [scaleFactor], cosmology)[0] }
}
