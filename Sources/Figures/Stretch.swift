internal import Glibc
public import Measurement

/// How values become the numbers from 0 to 1 that a ``ColourMap`` takes.
public struct Stretch: Sendable, Equatable {
    /// What is proportional to the colour's number.
    public let scale: AxisScale
    /// The value of colour 0.
    public let lower: Double
    /// The value of colour 1.
    public let upper: Double

    /// A stretch between two values; both positive if it is logarithmic.
    public init(_ scale: AxisScale, from lower: Double, to upper: Double) {
        precondition(lower < upper && (scale == .linear || lower > 0))
        self.scale = scale
        self.lower = lower
        self.upper = upper
    }

    /// The logarithmic stretch that shows a density map: from its deep voids to its brightest clusters, robust
    /// against the few pixels beyond, over two decades at most. Deeper there is little but the particles' own
    /// lattice.
    ///
    /// - Parameters:
    ///   - map: ρ/ρ̄, projected; what is not positive takes the darkest colour.
    ///   - darkest: the fraction of positive pixels at the dark end.
    ///   - brightest: the fraction of positive pixels below the bright end.
    public static func density(
        of map: ProjectedMap, darkest: Double = 0.01, brightest: Double = 0.9985
    ) -> Stretch {
        let positive = map.values.filter { $0 > 0 }
        guard !positive.isEmpty else { return Stretch(.logarithmic, from: 0.1, to: 10) }
        let shown = ProjectedMap(width: positive.count, height: 1, values: positive, sides: map.sides)
        let upper = shown.quantile(brightest)
        let lower = max(shown.quantile(darkest), upper / 100)
        // A map that is (nearly) the same everywhere is shown as such, instead of its rounding errors.
        let least = 1.02
        guard upper > least * least * lower else {
            let middle = lower.squareRoot() * upper.squareRoot()
            return Stretch(.logarithmic, from: middle / least, to: middle * least)
        }
        return Stretch(.logarithmic, from: lower, to: upper)
    }

    /// The linear stretch from nothing to the brightest pixel that shows a picture made of particles.
    public static func picture(of map: ProjectedMap) -> Stretch {
        let largest = map.values.max() ?? 0
        return Stretch(.linear, from: 0, to: largest > 0 ? largest : 1)
    }

    /// The linear stretch with 0 in the middle that shows a residual.
    ///
    /// - Parameters:
    ///   - map: differences.
    ///   - fraction: the fraction of pixels that lie within the colours.
    public static func residual(of map: ProjectedMap, within fraction: Double = 0.995) -> Stretch {
        let largest = map.map(abs).quantile(fraction)
        let limit = largest > 0 ? largest : 1
        return Stretch(.linear, from: -limit, to: limit)
    }

    /// Where a value lies between the ends, 0 to 1 if it is between them.
    public func fraction(of value: Double) -> Double {
        switch scale {
        case .linear: (value - lower) / (upper - lower)
        case .logarithmic:
            value > 0 ? log(value / lower) / log(upper / lower) : -1
        }
    }

    /// The value at a fraction of the way: the inverse of ``fraction(of:)``.
    public func value(at fraction: Double) -> Double {
        switch scale {
        case .linear: lower + fraction * (upper - lower)
        case .logarithmic: lower * pow(upper / lower, fraction)
        }
    }
}

extension Picture {
    /// The picture of a map. Pixels are made up between the mesh points after the stretch, so that bright
    /// points do not spill over their neighbours.
    ///
    /// - Parameters:
    ///   - map: the values.
    ///   - stretch: which values take the first and the last colour.
    ///   - colours: the colours.
    ///   - pixels: the least length of the longer side.
    ///   - interpolation: how pixels between mesh points are made up.
    public init(
        of map: ProjectedMap, _ stretch: Stretch, in colours: ColourMap, pixels: Int = 768,
        by interpolation: Interpolation = .cubic
    ) {
        let fractions = map.map { min(max(stretch.fraction(of: $0), 0), 1) }
            .magnified(map.magnification(toReach: pixels), by: interpolation)
        self.init(width: fractions.width, height: fractions.height) { column, row in
            colours[fractions[column, row]]
        }
    }
}
