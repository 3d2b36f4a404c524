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

    /// What an old Macintosh and others wrote, of every colour type, over dark and light.
    func testAGammaIsTheSamePictureInEightBitsAndInSixteen() throws {
        let values = { (index: Int) in UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 7) }
        for gamma in [1 / 1.8, 1 / 1.5, 1 / 2.6, 1] {
            for colour in [0, 2, 4, 6] {
                for background in [0, 200] as [UInt8] {
                    let found = try [8, 16].map {
                        try grey(.init(depth: $0, colour: colour, gamma: gamma), over: background, values)
                    }
                    for (pixel, shown) in found[0].enumerated() {
                        let place = "gamma \(gamma), colour \(colour), over \(background), pixel \(pixel)"
                        XCTAssertEqual(
                            Double(shown),
                            Self.viewed(pixel, ofColour: colour, gamma, over: background, values),
                            accuracy: 0.52, place)
                        // Of 16 bits libpng dims what is transparent, and rounds.
                        XCTAssertLessThanOrEqual(abs(Int(found[1][pixel]) - Int(shown)), 1, place)
                        if colour == 0 || colour == 2 { XCTAssertEqual(found[1][pixel], shown, place) }
                    }
                }
            }
        }
    }

    /// What a viewer shows, 0 to 255.
    private static func viewed(
        _ pixel: Int, ofColour colour: Int, _ gamma: Double, over background: UInt8, _ value: (Int) -> UInt8
    ) -> Double {
        let (colours, opaque) = [0: (1, true), 2: (3, true), 4: (1, false), 6: (3, false)][colour]!
        let first = pixel * (opaque ? colours : colours + 1)
        let light = (0..<colours).map { pow(Double(value(first + $0)) / 255, 1 / gamma) }
        let luminance = colours == 1 ? light[0] : 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
        let opacity = opaque ? 1 : Double(value(first + colours)) / 255
        let ground = Double(background) / 255
        let behind = ground <= 0.04045 ? ground / 12.92 : pow((ground + 0.055) / 1.055, 2.4)
        let shown = opacity * luminance + (1 - opacity) * behind
        return 255 * (shown <= 0.0031308 ? 12.92 * shown : 1.055 * pow(shown, 1 / 2.4) - 0.055)
    }

    /// An entry sRGB overrules a gamma, before it and after it.
    func testWhatSaysThatItIsSRGBIsTakenAsItIs() throws {
        let values = { (index: Int) in UInt8(index % 256) }
        for isFirst in [true, false] {
            XCTAssertEqual(
                try grey(.init(gamma: 1 / 1.8, isSRGB: isFirst), values), (0..<384).map(values), "\(isFirst)")
        }
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
