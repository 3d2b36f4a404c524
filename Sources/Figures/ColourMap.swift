internal import Glibc

/// Colours for the numbers from 0 to 1, such that equal steps of the number look like equal steps.
///
/// A map is a path through OKLab, walked at constant speed (its arc length is the parameter), so no part
/// of the range shows structure that is not in the data (Kovesi 2015, "Good colour maps: how to design
/// them", arXiv:1509.03700).
public struct ColourMap: Sendable {
    /// The colours, from 0 to 1.
    public let colours: [RGB]

    /// A map that walks a path at constant perceived speed.
    ///
    /// - Parameters:
    ///   - count: number of colours, at least 2.
    ///   - path: colours for parameters from 0 to 1, in any pace.
    public init(count: Int = 1024, along path: (Double) -> OKLab) {
        precondition(count >= 2)
        let points = (0...8 * count).map { path(Double($0) / Double(8 * count)) }
        var distances = [0.0]
        for (point, next) in zip(points, points.dropFirst()) {
            distances.append(distances.last! + point.distance(to: next))
        }
        var segment = 0
        colours = (0..<count).map { index in
            let distance = distances.last! * Double(index) / Double(count - 1)
            while segment < points.count - 2 && distances[segment + 1] < distance { segment += 1 }
            let length = distances[segment + 1] - distances[segment]
            let fraction = length > 0 ? (distance - distances[segment]) / length : 0
            return points[segment].mixed(with: points[segment + 1], min(fraction, 1)).rgb
        }
    }

    /// The colour of a number; what is below 0 or above 1 has the colour of the end, NaN that of 0.
    public subscript(value: Double) -> RGB {
        guard value > 0 else { return colours[0] }
        return colours[Int((min(value, 1) * Double(colours.count - 1)).rounded())]
    }

    /// Dark violet over magenta and orange to pale yellow, for densities: ``densityPath(_:)``.
    public static let density = ColourMap(along: densityPath)

    /// Blue over near-white to red-orange, for residuals; 0.5 is no residual: ``residualPath(_:)``.
    public static let residual = ColourMap(count: 1023, along: residualPath)

    /// The path of ``density``.
    ///
    ///     L(s) = 0.15 + 0.825 s
    ///     h(s) = 288° + 176° s^1.4
    ///     C(s) = 0.05 + 0.147 sin(π s^0.85)
    ///
    /// Lightness grows all the way, so it survives print in grey and every kind of colour vision. The hue
    /// lingers in the violets, where the voids are; the chroma stays just inside what sRGB can show.
    public static func densityPath(_ s: Double) -> OKLab {
        OKLab(
            lightness: 0.15 + 0.825 * s,
            chroma: 0.05 + 0.147 * sin(.pi * pow(s, 0.85)),
            hue: 288 + 176 * pow(s, 1.4))
    }

    /// The path of ``residual``.
    ///
    ///     u = 2s − 1,    L = 0.97 − 0.52 |u|^1.2,    C = 0.13 sin(π|u|/2),    h = 255° (u < 0) or 38°
    ///
    /// Both sides have the same lightness and chroma at the same distance from the middle; blue against
    /// orange is told apart by every kind of colour vision.
    public static func residualPath(_ s: Double) -> OKLab {
        let u = 2 * s - 1
        return OKLab(
            lightness: 0.97 - 0.52 * pow(abs(u), 1.2),
            chroma: 0.13 * sin(.pi * abs(u) / 2),
            hue: u < 0 ? 255 : 38)
    }
}
