internal import Glibc

/// A colour as screens take it: sRGB, 8 bits per channel.
public struct RGB: Sendable, Equatable {
    /// Red, encoded.
    public var red: UInt8
    /// Green, encoded.
    public var green: UInt8
    /// Blue, encoded.
    public var blue: UInt8

    /// A colour from its encoded channels.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// `#rrggbb`.
    public var hexadecimal: String {
        "#"
            + [red, green, blue].map { channel in
                (channel < 16 ? "0" : "") + String(channel, radix: 16)
            }.joined()
    }
}

/// A colour in a space where equal distances look equal.
///
/// - Source: B. Ottosson 2020, "A perceptual color space for image processing",
///   https://bottosson.github.io/posts/oklab
public struct OKLab: Sendable, Equatable {
    /// Perceived lightness, 0 (black) to 1 (white).
    public var lightness: Double
    /// Green (negative) to red.
    public var a: Double
    /// Blue (negative) to yellow.
    public var b: Double

    /// A colour from its coordinates.
    public init(lightness: Double, a: Double, b: Double) {
        self.lightness = lightness
        self.a = a
        self.b = b
    }

    /// A colour from polar coordinates: `a = C cos h`, `b = C sin h`.
    ///
    /// - Parameters:
    ///   - lightness: 0 to 1.
    ///   - chroma: distance from grey; screens show up to about 0.3.
    ///   - hue: angle [degrees]; red is near 30, yellow 110, green 140, blue 260, magenta 330.
    public init(lightness: Double, chroma: Double, hue: Double) {
        let angle = hue * .pi / 180
        self.init(lightness: lightness, a: chroma * cos(angle), b: chroma * sin(angle))
    }

    /// The colour that a screen shows.
    public init(_ colour: RGB) {
        let red = Self.decoded(colour.red)
        let green = Self.decoded(colour.green)
        let blue = Self.decoded(colour.blue)
        let long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
        let medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
        let short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
        lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
        a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
        b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    }

    /// Red, green and blue light; a screen can show values from 0 to 1.
    public var linearLight: SIMD3<Double> {
        let long = lightness + 0.3963377774 * a + 0.2158037573 * b
        let medium = lightness - 0.1055613458 * a - 0.0638541728 * b
        let short = lightness - 0.0894841775 * a - 1.2914855480 * b
        let (l, m, s) = (long * long * long, medium * medium * medium, short * short * short)
        return [
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
        ]
    }

    /// The screen's colour; light that it cannot show is clipped.
    public var rgb: RGB {
        let light = linearLight
        return RGB(
            red: Self.encoded(light.x), green: Self.encoded(light.y), blue: Self.encoded(light.z))
    }

    /// How far two colours look apart.
    public func distance(to other: OKLab) -> Double {
        let difference = SIMD3(lightness - other.lightness, a - other.a, b - other.b)
        return (difference * difference).sum().squareRoot()
    }

    /// The colour a fraction of the way to another.
    public func mixed(with other: OKLab, _ fraction: Double) -> OKLab {
        OKLab(
            lightness: lightness + fraction * (other.lightness - lightness),
            a: a + fraction * (other.a - a), b: b + fraction * (other.b - b))
    }

    // The sRGB transfer curve, IEC 61966-2-1.
    private static func encoded(_ light: Double) -> UInt8 {
        let clipped = min(max(light, 0), 1)
        let value = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * pow(clipped, 1 / 2.4) - 0.055
        return UInt8((255 * value).rounded())
    }

    private static func decoded(_ channel: UInt8) -> Double {
        let value = Double(channel) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
}
