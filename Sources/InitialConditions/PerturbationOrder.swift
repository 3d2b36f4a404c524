public import Background

/// How far Lagrangian perturbation theory goes, and how its products are taken.
public struct PerturbationOrder: Sendable, Equatable {
    /// The highest order included: 1, 2 or 3.
    public let rawValue: Int
    /// Whether products of fields are free of aliasing: taken on a mesh of 3/2 as many points along each side.
    public let isDealiased: Bool

    /// Zel'dovich.
    public static let first = PerturbationOrder(1)
    /// With tidal corrections; products on the particle grid, as pmwd takes them.
    public static let second = PerturbationOrder(2)
    /// With tidal corrections, their products free of aliasing.
    public static let dealiasedSecond = PerturbationOrder(2, isDealiased: true)
    /// Up to third order, transverse part included, free of aliasing: without that ψ3b is a third too large.
    public static let third = PerturbationOrder(3, isDealiased: true)

    private init(_ rawValue: Int, isDealiased: Bool = false) {
        self.rawValue = rawValue
        self.isDealiased = isDealiased
    }

    /// The order of this number as it is by default; nil if it is not 1, 2 or 3.
    public init?(rawValue: Int) {
        guard (1...3).contains(rawValue) else { return nil }
        self.init(rawValue, isDealiased: rawValue == 3)
    }

    /// The growth factors that displacements of this order need.
    ///
    /// - Parameters:
    ///   - a: scale factor, at least 3.03e-6.
    ///   - cosmology: the expansion.
    public func growth<Number: CosmologyScalar>(
        at a: Double, _ cosmology: Cosmology<Number>
    ) -> GrowthFactors<Number> {
        var growth = growthFactors(at: [a], cosmology)[0]
        if rawValue == 3 { growth.third = thirdOrderGrowth(at: a, cosmology) }
        return growth
    }

    /// The same with D1 as the time, see `GrowthFactors.inGrowthTime`; a may be 0 then.
    public func growthInGrowthTime<Number: CosmologyScalar>(
        at a: Double, _ cosmology: Cosmology<Number>
    ) -> GrowthFactors<Number> {
        guard a == 0 else { return growth(at: a, cosmology).inGrowthTime }
        var growth = Background.growthInGrowthTime(at: [a], cosmology)[0]
        if rawValue == 3 { growth.third = .none }
        return growth
    }
}
