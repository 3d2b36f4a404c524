import Foundation
import Measurement
import Mesh
import Parallel
import TestSupport
import XCTest

final class HaloSampleTests: SPMDTestCase {
    private let box: SIMD3<Double> = [90, 100, 80]

    private func table(_ count: Int) -> HaloTable {
        var generator = SplitMix(seed: 11)
        func number() -> Double { Double(generator.next() >> 11) * 0x1p-53 }
        return HaloTable(
            at: 0.5, in: box, omegaMatter: 0.3, criterion: FriendsOfFriends(),
            lengths: (0..<count).map { 2000 / ($0 + 1) + 20 },
            masses: (0..<count).map { 2000.0 / Double($0 + 1) + 20 },
            positions: (0..<count).map { _ in SIMD3(number(), number(), number()) * box },
            velocities: (0..<count).map { _ in SIMD3(number(), number(), number()) * 1000 - 500 })
    }

    func testTheHeaviestAreKeptAndTooManyOrNoneAreOneLine() throws {
        let table = table(1000)
        let sample = try HaloSample(of: table, numberDensity: 200 / table.volume, named: "haloes.hdf5")
        XCTAssertEqual(sample.rows, Array(0..<200))
        XCTAssertEqual(sample.positions, Array(table.positions.prefix(200)))
        assertThrowsEverywhere(
            "haloes.hdf5: a number density of 1.0 (h/Mpc)^3 takes 720000 haloes; there are 1000"
        ) {
            _ = try HaloSample(of: table, numberDensity: 1, named: "haloes.hdf5")
        }
        assertThrowsEverywhere("leaves no halo") {
            _ = try HaloSample(of: table, numberDensity: 1e-9, named: "haloes.hdf5")
        }
    }

    func testScatterHasItsWidthAndBringsOthersIn() throws {
        let table = table(5000)
        let all = 5000 / table.volume
        let scattered = try HaloSample(
            of: table, numberDensity: all, scatter: .init(width: 0.2, seed: 4), named: "haloes")
        let changes = zip(scattered.rows, scattered.masses).map { log10($1 / table.masses[$0]) }
        let mean = changes.reduce(0, +) / 5000
        let variance = changes.reduce(0) { $0 + $1 * $1 } / 5000 - mean * mean
        XCTAssertEqual(mean, 0, accuracy: 0.015)
        XCTAssertEqual(variance.squareRoot(), 0.2, accuracy: 0.01)
        XCTAssertEqual(scattered.masses, scattered.masses.sorted(by: >))
        let few = try HaloSample(
            of: table, numberDensity: 500 / table.volume, scatter: .init(width: 0.2, seed: 4), named: "haloes"
        )
        XCTAssertEqual(few.rows, Array(scattered.rows.prefix(500)))
        XCTAssertGreaterThan(few.rows.count { $0 >= 500 }, 50)
        let other = try HaloSample(
            of: table, numberDensity: all, scatter: .init(width: 0.2, seed: 5), named: "haloes")
        XCTAssertNotEqual(other.rows, scattered.rows)
    }

    func testRedshiftSpaceMovesAlongOneAxisAndAroundTheBox() throws {
        let table = table(300)
        let sample = try HaloSample(of: table, numberDensity: 300 / table.volume, named: "haloes")
        for axis in 0..<3 {
            let seen = sample.inRedshiftSpace(along: axis, shift: 0.02)
            var around = 0
            for halo in 0..<300 {
                for other in 0..<3 where other != axis {
                    XCTAssertEqual(seen.positions[halo][other], sample.positions[halo][other])
                }
                let way = seen.positions[halo][axis] - sample.positions[halo][axis]
                let expected = table.velocities[sample.rows[halo]][axis] * 0.02
                XCTAssertEqual((way - expected).remainder(dividingBy: box[axis]), 0, accuracy: 1e-10)
                XCTAssertTrue((0..<box[axis]).contains(seen.positions[halo][axis]))
                around += abs(way - expected) > 1 ? 1 : 0
            }
            XCTAssertGreaterThan(around, 0)
        }
    }

    func testFieldsAreThoseOfADirectSumTheSameBitsOnEveryGrid() throws {
        let shape: SIMD3<Int> = [18, 20, 19]
        let table = table(700)
        let sample = try HaloSample(of: table, numberDensity: 400 / table.volume, named: "haloes")
        for quantity in HaloSample.Quantity.allCases {
            var expected = [Double](repeating: 0, count: shape.x * shape.y * shape.z)
            for halo in 0..<400 {
                let place = sample.positions[halo] / box * SIMD3<Double>(shape)
                let cell = SIMD3<Int>(place.rounded(.down))
                for corner in 0..<8 {
                    var (weight, index) = (quantity == .counts ? 1 : sample.masses[halo], 0)
                    for axis in 0..<3 {
                        let upper = corner >> axis & 1
                        let offset = place[axis] - Double(cell[axis])
                        weight *= upper == 1 ? offset : 1 - offset
                        index = index * shape[axis] + (cell[axis] + upper) % shape[axis]
                    }
                    expected[index] += weight
                }
            }
            var first: [Int]?
            for grid in gridShapes {
                let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: grid))
                let field = sample.field(quantity, over: mesh)
                var bits = [Int](repeating: 0, count: mesh.pointCount)
                field.forEachPoint { x, y, z, value in
                    let point = (x * shape.y + y) * shape.z + z
                    bits[point] = Int(value.bitPattern)
                    XCTAssertEqual(value, expected[point], accuracy: 1e-5 * max(1, sample.masses[0]))
                }
                let all = world.sum(bits)
                XCTAssertTrue(all == first ?? all, "\(grid)")
                first = all
            }
            let sum = first!.reduce(0) { $0 + Double(bitPattern: UInt64($1)) }
            let total = quantity == .counts ? 400 : sample.masses.reduce(0, +)
            XCTAssertEqual(sum / total, 1, accuracy: 1e-12)
        }
    }
}
