import Foundation
import Survey
import XCTest

final class HEALPixTests: XCTestCase {
    /// A line of the reference: what it tells, the side, the pixel, a direction.
    private func reference() throws -> [(kind: String, sky: HEALPix, pixel: Int, direction: SIMD3<Double>)] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Resources/healpix.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter {
            !$0.hasPrefix("#")
        }.map { line in
            let words = line.split(separator: " ")
            let numbers = words.dropFirst(3).compactMap { Double($0) }
            return (
                String(words[0]), HEALPix(side: Int(words[1])!), Int(words[2])!,
                SIMD3(numbers[0], numbers[1], numbers[2])
            )
        }
    }

    func testPixelsAreThoseOfHealpy() throws {
        var checked: [String: Int] = [:]
        for (kind, sky, pixel, direction) in try reference() {
            checked["\(kind) \(sky.side)", default: 0] += 1
            XCTAssertEqual(sky.pixel(towards: direction), pixel, "\(kind) \(sky.side) \(direction)")
            guard kind == "pixel" else { continue }
            let found = sky.direction(of: pixel)
            for axis in 0..<3 {
                XCTAssertEqual(found[axis], direction[axis], accuracy: 2e-15, "\(sky.side) \(pixel)")
            }
        }
        for side in [1, 2, 4, 64] {
            XCTAssertGreaterThanOrEqual(checked["towards \(side)"] ?? 0, 128)
            XCTAssertGreaterThanOrEqual(checked["pixel \(side)"] ?? 0, 12)
        }
    }

    /// Also where the side is no power of two, and for directions of any length.
    func testThePixelOfItsMiddleIsItself() {
        for side in [1, 2, 3, 5, 8, 13] {
            let sky = HEALPix(side: side)
            for pixel in 0..<sky.pixelCount {
                XCTAssertEqual(sky.pixel(towards: 17.5 * sky.direction(of: pixel)), pixel, "\(side)")
            }
        }
    }

    /// A fine grid of equal areas in height and azimuth falls into pixels in equal parts.
    func testPixelsHaveOneArea() {
        let sky = HEALPix(side: 3)
        var counts = [Int](repeating: 0, count: sky.pixelCount)
        let (rows, columns) = (360, 720)
        for row in 0..<rows {
            let height: Double = (Double(row) + 0.5) / 180 - 1
            let across = (1 - height * height).squareRoot()
            for column in 0..<columns {
                let azimuth: Double = (Double(column) + 0.5) * .pi / 360
                let direction = SIMD3<Double>(across * cos(azimuth), across * sin(azimuth), height)
                counts[sky.pixel(towards: direction)] += 1
            }
        }
        let mean = Double(rows * columns) / Double(sky.pixelCount)
        for count in counts { XCTAssertEqual(Double(count), mean, accuracy: 0.03 * mean) }
    }

    func testAnyNumberThatIsNoMapHasNoSide() {
        XCTAssertEqual([12, 48, 108, 192, 12 * 64 * 64].map(HEALPix.side), [1, 2, 3, 4, 64])
        for count in [0, 1, 11, 13, 24, 36, 47, 49, 12 * 64 * 64 + 12] {
            XCTAssertNil(HEALPix.side(of: count))
        }
    }
}
