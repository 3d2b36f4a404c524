import Foundation
import Measurement
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

final class MatterSheetTests: SPMDTestCase {
    private let shape: SIMD3<Int> = [20, 18, 14]
    private let box: SIMD3<Double> = [40, 36, 28]

    /// The map of particles whose positions are given by Lagrangian coordinates, all in parts of the box.
    private func map<Scalar: ParticleScalar>(
        _ type: Scalar.Type, on grid: SIMD2<Int>, along axis: BoxAxis, share: Double,
        _ position: (SIMD3<Double>) -> SIMD3<Double>
    ) throws -> ProjectedMap {
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: grid))
        let block = LagrangianBlock<Scalar>(mesh, units: StateUnits(box: box, momentumExponent: 0))
        let unit = Double.powerOfTwo(Scalar.Position.bitWidth)
        for part in 0..<3 {
            var next = 0
            for x in mesh.x {
                for y in mesh.y {
                    for z in 0..<shape.z {
                        let place = position(SIMD3(Double(x), Double(y), Double(z)) / SIMD3<Double>(shape))
                        let wrapped = place[part] - place[part].rounded(.down)
                        unsafe block.position[part].start[next] = Scalar.Position(
                            min(wrapped * unit, unit.nextDown))
                        unsafe block.momentum[part].start[next] = 0
                        next += 1
                    }
                }
            }
        }
        let particles = ParticleSet(routing: block, to: mesh)
        return MatterSheet(along: axis, share: share, box: box).map(of: particles, startedFrom: mesh)
    }

    private func wave(_ q: SIMD3<Double>) -> SIMD3<Double> {
        let phase = 2 * Double.pi
        return q
            + 0.06
            * SIMD3(sin(phase * q.y) + cos(phase * q.x), sin(phase * (q.x - q.z)), cos(phase * 2 * q.y))
    }

    func testTheLatticeItselfDoesNotShow() throws {
        for axis in BoxAxis.allCases {
            // Half of the box ends between two layers of tracers along all axes.
            for share in [0.5, 1] {
                let map = try map(Float.self, on: gridShapes[0], along: axis, share: share) { $0 + 0.013 }
                XCTAssertEqual(map.width, 2 * shape[axis.plane.x])
                XCTAssertLessThan(map.values.map { abs($0 - 1) }.max()!, 2e-3)
            }
        }
    }

    func testASheetThatIsStretchedByTwoIsHalfAsDense() throws {
        // In one half of the box x = 1.5 q, in the other .75 q: between two particles there is no hole.
        let map = try map(Float.self, on: gridShapes[0], along: .z, share: 1) {
            [$0.x < 0.5 ? 1.5 * $0.x : 0.75 + 0.5 * ($0.x - 0.5), $0.y, $0.z]
        }
        for row in 0..<map.height {
            for column in 1..<map.width - 2 {
                let right = Double(column + 1) / Double(map.width)
                if abs(right - 0.75) < 0.1 { continue }
                XCTAssertEqual(map[column, row], right < 0.75 ? 1 / 1.5 : 2, accuracy: 0.2)
            }
        }
    }

    func testTheSlabsTogetherHoldAllMassAndTheMapIsThatOfPointsMadeOneByOne() throws {
        for axis in BoxAxis.allCases {
            let whole = try map(Double.self, on: gridShapes[0], along: axis, share: 1, wave)
            XCTAssertEqual(whole.values.reduce(0, +) / Double(whole.values.count), 1, accuracy: 1e-14)
            let part = try map(Double.self, on: gridShapes[0], along: axis, share: 0.3, wave)
            let expected = pointByPoint(along: axis, share: 0.3)
            for (found, value) in zip(part.values, expected) {
                XCTAssertEqual(found, value, accuracy: 0.02 * max(1, value))
            }
        }
    }

    func testTheMapIsTheSameOnAnyGridOfRanks() throws {
        for axis in BoxAxis.allCases {
            let maps = try gridShapes.map { try map(Float.self, on: $0, along: axis, share: 0.4, wave) }
            XCTAssertTrue(maps.allSatisfy { $0 == maps[0] })
            let digest = maps[0].values.reduce(into: 0) {
                $0 = $0 &* 31 &+ Int(bitPattern: UInt($1.bitPattern))
            }
            XCTAssertEqual(world.maximum(digest), world.minimum(digest))
        }
    }

    /// Tracers one by one, in floating point.
    private func pointByPoint(along axis: BoxAxis, share: Double) -> [Double] {
        let (plane, depth) = (axis.plane, axis.rawValue)
        let (columns, rows) = (2 * shape[plane.x], 2 * shape[plane.y])
        var sums = [Double](repeating: 0, count: columns * rows)
        let counts = SIMD3<Double>(shape)
        for x in 0..<4 * shape.x {
            for y in 0..<4 * shape.y {
                for z in 0..<4 * shape.z {
                    let q = (SIMD3(Double(x), Double(y), Double(z)) + 0.5) / 4
                    let lower = q.rounded(.down)
                    var place = SIMD3<Double>()
                    for corner in 0..<8 {
                        let step = SIMD3(Double(corner & 1), Double(corner >> 1 & 1), Double(corner >> 2))
                        let near = step * (q - lower) + (1 - step) * (1 - (q - lower))
                        place += near.x * near.y * near.z * wave((lower + step) / counts)
                    }
                    place -= place.rounded(.down)
                    guard place[depth] < share else { continue }
                    let u = place[plane.x] * Double(columns) - 0.5
                    let v = place[plane.y] * Double(rows) - 0.5
                    for (i, wu) in [(0.0, 1 - (u - u.rounded(.down))), (1, u - u.rounded(.down))] {
                        for (j, wv) in [(0.0, 1 - (v - v.rounded(.down))), (1, v - v.rounded(.down))] {
                            let column = (Int(u.rounded(.down) + i) + columns) % columns
                            let row = (Int(v.rounded(.down) + j) + rows) % rows
                            sums[(rows - 1 - row) * columns + column] += wu * wv
                        }
                    }
                }
            }
        }
        let mean = 64 * counts.x * counts.y * counts.z * share / Double(columns * rows)
        return sums.map { $0 / mean }
    }
}
