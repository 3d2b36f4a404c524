internal import Glibc

/// The pixels of a sphere, all of one area, in rings of one latitude.
///
/// There are 12 N² pixels, N = `nside`, numbered along 4N − 1 rings from the north pole to the south, and along each ring
/// by azimuth. Any N of 1 or more will do: what wants a power of two is the nested order, which is not known here.
///
/// - Source: Górski et al. 2005, ApJ 622, 759, §5.
public struct HEALPix: Sendable, Equatable {
    /// N, the pixels along the side of one of the twelve base pixels.
    public let side: Int

    /// The largest N, as that of other codes.
    public static let largestSide = 1 << 29

    /// Pixels of a side.
    ///
    /// - Precondition: `side` is 1 to ``largestSide``.
    public init(side: Int) {
        precondition((1...Self.largestSide).contains(side))
        self.side = side
    }

    /// The N that a number of pixels belongs to; nil if that is none.
    public static func side(of pixelCount: Int) -> Int? {
        guard pixelCount >= 12, pixelCount % 12 == 0 else { return nil }
        let side = Int(Double(pixelCount / 12).squareRoot().rounded())
        return side <= largestSide && 12 * side * side == pixelCount ? side : nil
    }

    /// 12 N².
    public var pixelCount: Int { 12 * side * side }

    /// Pixels north of the belt in which all rings have 4N of them.
    private var capCount: Int { 2 * side * (side - 1) }

    /// The pixel that a direction falls into.
    ///
    /// In the belt |z| ≤ 2/3 the edges of pixels are the lines z = ∓ 8φ/(3π) + const. (eqs. 10 and 11 of the paper), so that
    /// the numbers of rising and falling lines that a point lies beyond say its ring and its place there. In the caps
    /// edges are curves on which φ_t² (1 − |z|) is a constant (eqs. 19 and 20).
    ///
    /// - Parameter direction: of any length, not zero.
    public func pixel(towards direction: SIMD3<Double>) -> Int {
        let length = (direction * direction).sum().squareRoot()
        let height = direction.z / length
        var quarters = atan2(direction.y, direction.x) / (0.5 * .pi)
        if quarters < 0 { quarters += 4 }
        if quarters >= 4 { quarters -= 4 }
        guard abs(height) > 2.0 / 3 else { return beltPixel(height, quarters) }
        // √(3 (1 − |z|)), from the distance to the axis, which near the poles has more digits than z.
        let across = hypot(direction.x, direction.y) / length
        return capPixel(height > 0, across * (3 / (1 + abs(height))).squareRoot(), quarters)
    }

    private func beltPixel(_ height: Double, _ quarters: Double) -> Int {
        let number = Double(side)
        let falling = Int((number * (0.5 + quarters - 0.75 * height)).rounded(.down))
        let rising = Int((number * (0.5 + quarters + 0.75 * height)).rounded(.down))
        let ring = falling - rising + side  // 0 at the northern edge of the belt
        // Every other ring begins half a pixel further on.
        let place = (falling + rising - side + ring % 2 + 1) >> 1
        let around = 4 * side
        return capCount + ring * around + ((place % around) + around) % around
    }

    /// - Parameter reach: √(3 (1 − |z|)), 0 at the pole and 1 at the edge of the cap.
    private func capPixel(_ isNorthern: Bool, _ reach: Double, _ quarters: Double) -> Int {
        let number = Double(side)
        let within = quarters - quarters.rounded(.down)
        let rising = Int(number * reach * within)
        let falling = Int(number * reach * (1 - within))
        let ring = min(rising + falling + 1, side)  // from the pole, 1 to N
        let place = min(Int(quarters * Double(ring)), 4 * ring - 1)
        return isNorthern ? 2 * ring * (ring - 1) + place : pixelCount - 2 * ring * (ring + 1) + place
    }

    /// The direction of the middle of a pixel, of length 1.
    ///
    /// - Precondition: `pixel` is one of `0 ..< pixelCount`.
    public func direction(of pixel: Int) -> SIMD3<Double> {
        precondition((0..<pixelCount).contains(pixel))
        let number = Double(side)
        if pixel < capCount {
            let (ring, place) = Self.capRing(of: pixel)
            return Self.capDirection(1, Double(ring) / number, (Double(place) + 0.5) / Double(ring))
        }
        if pixel >= pixelCount - capCount {
            // As the north's, counted from the other end: places along a ring then run backwards.
            let (ring, place) = Self.capRing(of: pixelCount - 1 - pixel)
            return Self.capDirection(
                -1, Double(ring) / number, (Double(4 * ring - 1 - place) + 0.5) / Double(ring))
        }
        let (ring, place) = (pixel - capCount).quotientAndRemainder(dividingBy: 4 * side)
        let height = 2.0 / 3 * (1 - Double(ring) / number)
        let shift = ring % 2 == 0 ? 0.5 : 0
        return Self.direction(
            height, across: (1 - height * height).squareRoot(), (Double(place) + shift) / number)
    }

    /// The ring, from 1, and the place along it of a pixel of the northern cap.
    private static func capRing(of pixel: Int) -> (ring: Int, place: Int) {
        var ring = Int(((1 + (1 + 2 * Double(pixel)).squareRoot()) / 2))
        while 2 * ring * (ring - 1) > pixel { ring -= 1 }
        while 2 * ring * (ring + 1) <= pixel { ring += 1 }
        return (ring, pixel - 2 * ring * (ring - 1))
    }

    /// - Parameter share: i/N of the ring's number i: |z| = 1 − (i/N)²/3.
    private static func capDirection(_ sign: Double, _ share: Double, _ quarters: Double) -> SIMD3<Double> {
        let depth = share * share / 3
        return direction(sign * (1 - depth), across: (depth * (2 - depth)).squareRoot(), quarters)
    }

    private static func direction(_ height: Double, across: Double, _ quarters: Double) -> SIMD3<Double> {
        let azimuth = 0.5 * .pi * quarters
        return SIMD3(across * cos(azimuth), across * sin(azimuth), height)
    }
}
