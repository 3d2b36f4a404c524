import Figures
import XCTest

final class ColourMapTests: XCTestCase {
    func testBlackWhiteAndGreysHaveNoChroma() {
        for level in stride(from: 0, through: 255, by: 15) {
            let grey = UInt8(level)
            let colour = OKLab(RGB(red: grey, green: grey, blue: grey))
            XCTAssertEqual(colour.a, 0, accuracy: 1e-6)
            XCTAssertEqual(colour.b, 0, accuracy: 1e-6)
        }
        XCTAssertEqual(OKLab(RGB(red: 255, green: 255, blue: 255)).lightness, 1, accuracy: 1e-6)
        XCTAssertEqual(OKLab(RGB(red: 0, green: 0, blue: 0)).lightness, 0)
    }

    func testKnownColoursHaveTheCoordinatesOfThePaper() {
        // Pure sRGB red and blue in OKLab, as listed by CSS Color 4 implementations.
        let red = OKLab(RGB(red: 255, green: 0, blue: 0))
        XCTAssertEqual(red.lightness, 0.62796, accuracy: 1e-4)
        XCTAssertEqual(red.a, 0.22486, accuracy: 1e-4)
        XCTAssertEqual(red.b, 0.12585, accuracy: 1e-4)
        let blue = OKLab(RGB(red: 0, green: 0, blue: 255))
        XCTAssertEqual(blue.lightness, 0.45201, accuracy: 1e-4)
        XCTAssertEqual(blue.a, -0.03246, accuracy: 1e-4)
        XCTAssertEqual(blue.b, -0.31153, accuracy: 1e-4)
    }

    func testEveryScreenColourSurvivesTheRoundTrip() {
        for red in stride(from: 0, through: 255, by: 17) {
            for green in stride(from: 0, through: 255, by: 17) {
                for blue in stride(from: 0, through: 255, by: 17) {
                    let colour = RGB(red: UInt8(red), green: UInt8(green), blue: UInt8(blue))
                    XCTAssertEqual(OKLab(colour).rgb, colour)
                }
            }
        }
    }

    func testDensityMapGrowsLighterAllTheWayInTwoSpaces() {
        let colours = ColourMap.density.colours
        for (darker, lighter) in zip(colours, colours.dropFirst()) {
            XCTAssertGreaterThan(OKLab(lighter).lightness, OKLab(darker).lightness - 2.5e-3)
        }
        // Over steps that rounding to 8 bits cannot hide, strictly; CIE luminance is a second opinion.
        let coarse = stride(from: 0, to: colours.count, by: 16).map { colours[$0] }
        for (darker, lighter) in zip(coarse, coarse.dropFirst()) {
            XCTAssertGreaterThan(OKLab(lighter).lightness, OKLab(darker).lightness)
            XCTAssertGreaterThan(luminance(lighter), luminance(darker))
        }
    }

    func testDensityMapGoesFromDarkVioletOverMagentaAndOrangeToPaleYellow() {
        let start = OKLab(ColourMap.density[0])
        let end = OKLab(ColourMap.density[1])
        XCTAssertEqual(start.lightness, 0.15, accuracy: 5e-3)
        XCTAssertLessThan(start.b, 0)
        XCTAssertEqual(end.lightness, 0.975, accuracy: 5e-3)
        XCTAssertGreaterThan(end.b, 0)
        let middle = ColourMap.density[0.45]
        XCTAssertGreaterThan(middle.red, middle.green)
        XCTAssertGreaterThan(middle.blue, middle.green)
        let warm = ColourMap.density[0.75]
        XCTAssertGreaterThan(warm.red, warm.green)
        XCTAssertGreaterThan(warm.green, warm.blue)
    }

    func testEqualStepsOfTheNumberLookEqual() {
        for map in [ColourMap.density, .residual] {
            let colours = stride(from: 0, through: 1022, by: 73).map { OKLab(map.colours[$0]) }
            let steps = zip(colours, colours.dropFirst()).map { $0.distance(to: $1) }
            let mean = steps.reduce(0, +) / Double(steps.count)
            for step in steps { XCTAssertEqual(step, mean, accuracy: 0.07 * mean) }
        }
    }

    func testMapsNeedNoClipping() {
        // A clipped colour would come back from the screen at another place than the path says.
        for map in [ColourMap.density, .residual] {
            for colour in map.colours {
                let light = OKLab(colour).linearLight
                XCTAssertGreaterThan(light.min(), -1e-3)
                XCTAssertLessThan(light.max(), 1 + 1e-3)
            }
        }
        for index in 0...1000 {
            let s = Double(index) / 1000
            for path in [ColourMap.densityPath(s), ColourMap.residualPath(s)] {
                XCTAssertGreaterThan(path.linearLight.min(), -2e-3, "at \(s)")
                XCTAssertLessThan(path.linearLight.max(), 1 + 2e-3, "at \(s)")
            }
        }
    }

    func testResidualMapIsBalancedAroundItsMiddle() {
        let map = ColourMap.residual
        XCTAssertEqual(OKLab(map[0.5]).lightness, 0.97, accuracy: 5e-3)
        for step in 0...500 {
            let below = OKLab(map.colours[511 - step])
            let above = OKLab(map.colours[511 + step])
            XCTAssertEqual(below.lightness, above.lightness, accuracy: 0.01)
        }
        XCTAssertGreaterThan(map[0].blue, map[0].red)
        XCTAssertGreaterThan(map[1].red, map[1].blue)
    }

    func testValuesOutsideTakeTheColourOfTheEnd() {
        let map = ColourMap.density
        XCTAssertEqual(map[-3], map[0])
        XCTAssertEqual(map[7], map[1])
        XCTAssertEqual(map[.infinity], map[1])
        XCTAssertEqual(map[.nan], map[0])
        XCTAssertEqual(RGB(red: 0, green: 10, blue: 255).hexadecimal, "#000aff")
    }

    private func luminance(_ colour: RGB) -> Double {
        let light = OKLab(colour).linearLight
        return 0.2126 * light.x + 0.7152 * light.y + 0.0722 * light.z
    }
}
