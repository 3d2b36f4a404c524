import Figures
import Measurement
import Parallel
import TestSupport
import XCTest

final class PictureTests: XCTestCase {
    private func picture() -> Picture {
        var random = SplitMix(seed: 1)
        return Picture(width: 37, height: 23) { column, row in
            RGB(red: UInt8(column * 5), green: UInt8(row * 7), blue: .random(in: 0...255, using: &random))
        }
    }

    func testAPictureComesBackFromItsPNG() throws {
        let picture = picture()
        let png = try picture.png()
        XCTAssertEqual(Array(png.prefix(8)), [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
        XCTAssertEqual(try Picture(png: png, source: "x.png"), picture)
        XCTAssertEqual(try picture.png(), png)
    }

    func testAGreyPictureComesBackFromItsPNG() throws {
        let grey = GreyPicture(width: 16, height: 16, bytes: (0..<256).map { UInt8($0) })
        XCTAssertEqual(try GreyPicture(png: grey.png(), source: "x.png"), grey)
        // Grey read as colour and back is the same grey.
        let colour = try Picture(png: grey.png(), source: "x.png")
        XCTAssertEqual(colour[3, 1], RGB(red: 19, green: 19, blue: 19))
        XCTAssertEqual(try GreyPicture(png: colour.png(), source: "x.png"), grey)
    }

    func testTransparentPartsShowTheBackground() throws {
        // One black pixel of alpha 0, grey with alpha, as any PNG writer makes it.
        let png: [UInt8] = [
            0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
            0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x04, 0x00, 0x00, 0x00, 0xb5, 0x1c, 0x0c,
            0x02, 0x00, 0x00, 0x00, 0x0b, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x60, 0x60, 0x00, 0x00,
            0x00, 0x03, 0x00, 0x01, 0x2b, 0x09, 0x4d, 0x84, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44,
            0xae, 0x42, 0x60, 0x82,
        ]
        XCTAssertEqual(try GreyPicture(png: png, source: "x.png").bytes, [0])
        XCTAssertEqual(try GreyPicture(png: png, source: "x.png", over: 255).bytes, [255])
    }

    func testResamplingTakesMeansOverWhatIsCovered() {
        let picture = GreyPicture(width: 4, height: 2, bytes: [0, 40, 80, 120, 20, 60, 100, 140])
        XCTAssertEqual(picture.resampled(width: 2, height: 1).bytes, [30, 110])
        XCTAssertEqual(picture.resampled(width: 4, height: 2), picture)
        XCTAssertEqual(picture.resampled(width: 8, height: 4).bytes[2 * 8 + 3], 60)
        // Three pixels over four: 1 + 1/3 each.
        XCTAssertEqual(picture.resampled(width: 3, height: 2).bytes, [10, 60, 110, 30, 80, 130])
    }

    func testPixelsAreWhereTheyWerePut() {
        var picture = picture()
        picture[5, 2] = RGB(red: 1, green: 2, blue: 3)
        XCTAssertEqual(Array(picture.bytes[3 * (2 * 37 + 5)..<3 * (2 * 37 + 6)]), [1, 2, 3])
        XCTAssertEqual(picture[5, 2], RGB(red: 1, green: 2, blue: 3))
    }

    func testWhatIsNotAPNGIsNamed() throws {
        let png = try picture().png()
        let damaged: [[UInt8]] = [
            [], Array("GIF89a".utf8), Array(png.prefix(20)), Array(png.prefix(png.count / 2)),
        ]
        for bytes in damaged {
            XCTAssertThrowsError(try Picture(png: bytes, source: "target.png")) { error in
                XCTAssertTrue("\(error)".hasPrefix("target.png: "), "\(error)")
                XCTAssertTrue("\(error)".contains("PNG picture"), "\(error)")
                XCTAssertEqual((error as? any ReportedError)?.fault, .user)
            }
        }
    }

    func testAPictureThatAnnouncesTooManyPixelsIsNotRead() throws {
        // The header's width and height, with its checksum mended.
        var png = try picture().png()
        png.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
        let checksum = crc(png[12..<29])
        png.replaceSubrange(
            29..<33, with: (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) })
        XCTAssertThrowsError(try Picture(png: png, source: "bomb.png")) { error in
            XCTAssertTrue("\(error)".contains("65536 x 65536"), "\(error)")
        }
    }

    private func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1) * 0xedb8_8320 }
        }
    }
}

final class StretchTests: XCTestCase {
    func testEndsAndMiddle() {
        let linear = Stretch(.linear, from: -2, to: 2)
        XCTAssertEqual([-2, 0, 1, 2].map(linear.fraction), [0, 0.5, 0.75, 1])
        let logarithmic = Stretch(.logarithmic, from: 0.01, to: 100)
        for (value, fraction) in [(0.01, 0.0), (1, 0.5), (10, 0.75), (100, 1)] {
            XCTAssertEqual(logarithmic.fraction(of: value), fraction, accuracy: 1e-14)
            XCTAssertEqual(logarithmic.value(at: fraction), value, accuracy: 1e-12 * value)
        }
        XCTAssertLessThan(logarithmic.fraction(of: 0), 0)
        XCTAssertLessThan(logarithmic.fraction(of: -1), 0)
    }

    func testAFewExtremePixelsDoNotDarkenThePicture() {
        var values = (0..<10_000).map { 0.1 + Double($0) * 1e-3 }
        values[77] = 1e9
        values[78] = 0
        values[79] = 1e-12
        let map = ProjectedMap(width: 100, height: 100, values: values, sides: [1, 1])
        let stretch = Stretch.density(of: map)
        XCTAssertEqual(stretch.lower, 0.2, accuracy: 0.01)
        XCTAssertEqual(stretch.upper, 10.1, accuracy: 0.1)
    }

    func testEmptyVoidsDoNotUseUpTheColours() {
        let values = (0..<100).map { pow(10, Double($0 % 10) - 9) }
        let map = ProjectedMap(width: 10, height: 10, values: values, sides: [1, 1])
        let stretch = Stretch.density(of: map)
        XCTAssertEqual(stretch.upper / stretch.lower, 100, accuracy: 1e-9)
    }

    func testUniformAndEmptyMapsHaveAPictureToo() {
        for value in [1.0, 0, 3e-7] {
            let map = ProjectedMap(
                width: 4, height: 4, values: Array(repeating: value, count: 16), sides: [1, 1])
            let picture = Picture(of: map, .density(of: map), in: .density, pixels: 8)
            XCTAssertEqual(picture[0, 0], picture[7, 7])
            XCTAssertEqual(
                picture[0, 0], value > 0 ? ColourMap.density[0.5] : ColourMap.density[0])
            _ = Stretch.residual(of: map)
        }
    }

    func testResidualsAreCentred() {
        let map = ProjectedMap(width: 2, height: 2, values: [-1, 0, 0.5, 2], sides: [1, 1])
        let stretch = Stretch.residual(of: map, within: 1)
        XCTAssertEqual([stretch.lower, stretch.upper], [-2, 2])
        let picture = Picture(of: map, stretch, in: .residual, pixels: 2)
        XCTAssertEqual(picture[1, 0], ColourMap.residual[0.5])
    }
}
