internal import Glibc

/// Where something is on the sky.
///
/// The axes of the box are those of the catalogue's frame: x towards (0°, 0°), y towards (90°, 0°), z towards the north
/// pole, whatever frame that is; a mask must be of the same.
public struct SkyCoordinates: Sendable, Equatable {
    /// α, along the equator [degrees], 0 to 360 where it was computed.
    public var rightAscension: Double
    /// δ, from the equator [degrees], −90 to 90.
    public var declination: Double

    /// A place on the sky [degrees].
    public init(rightAscension: Double, declination: Double) {
        self.rightAscension = rightAscension
        self.declination = declination
    }

    /// The place towards which a vector points.
    ///
    /// - Parameter direction: of any length; (0, 0, 0) counts as pointing to (0°, 0°).
    public init(of direction: SIMD3<Double>) {
        let azimuth = atan2(direction.y, direction.x) * 180 / .pi
        // A tiny negative angle becomes 360 when 360 is added.
        let turned = azimuth < 0 ? azimuth + 360 : azimuth
        rightAscension = turned < 360 ? turned : 0
        declination = atan2(direction.z, hypot(direction.x, direction.y)) * 180 / .pi
    }

    /// The unit vector n̂ = (cos δ cos α, cos δ sin α, sin δ).
    public var direction: SIMD3<Double> {
        let (alpha, delta) = (rightAscension * .pi / 180, declination * .pi / 180)
        return SIMD3(cos(delta) * cos(alpha), cos(delta) * sin(alpha), sin(delta))
    }
}
