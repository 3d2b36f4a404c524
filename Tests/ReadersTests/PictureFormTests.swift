import Figures
import Foundation
import XCTest

/// The same picture in files of different kinds is the same picture.
final class PictureFormTests: XCTestCase {
    private func grey(_ kind: PNGFixture.Kind, over background: UInt8 = 0, _ value: @escaping (Int) -> UInt8)
        throws -> [UInt8]
    {
        try GreyPicture(png: PNGFixture.picture(kind, value), source: "x.png", over: background).bytes
    }

    func testSixteenBitsAreTheSamePictureAsEight() throws {
        let values = { (index: Int) in UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 7) }
        for colour in [0, 2, 4, 6] {
            for background in [0, 255] as [UInt8] {
                XCTAssertEqual(
                    try grey(.init(depth: 16, colour: colour), over: background, values),
                    try grey(.init(depth: 8, colour: colour), over: background, values), "colour \(colour)")
            }
        }
        XCTAssertEqual(
            try grey(.init(depth: 16), values), (0..<384).map(values), "grey is what is in the file")
    }

    func testAPictureWithAGammaIsWhatAViewerShows() throws {
        let values = { (index: Int) in UInt8(index % 256) }
        for depth in [8, 16] {
            let found = try grey(.init(depth: depth, gamma: 1), values)
            for index in 0..<256 {
                let light = Double(index) / 255
                let expected = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
                XCTAssertEqual(Double(found[index]), 255 * expected, accuracy: 1, "\(index) in \(depth) bits")
            }
            XCTAssertEqual(
                try grey(.init(depth: depth, gamma: 0.45455), values), (0..<384).map(values), "that of sRGB")
        }
    }
}
