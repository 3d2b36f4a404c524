import Measurement
import Mesh
import Parallel
import TestSupport
import XCTest

final class ProjectionTests: SPMDTestCase {
    private let shapes: [SIMD3<Int>] = [[24, 18, 20], [18, 19, 7]]

    private func box(_ shape: SIMD3<Int>) -> SIMD3<Double> { 0.7 * SIMD3<Double>(shape) }

    private func field<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
        _ values: [Double], on decomposition: Decomposition, ghosts: GhostWidth = .cloudInCell
    ) -> Field<Scalar> {
        var field = Field<Scalar>(decomposition, ghosts: ghosts, for: "test")
        // What lies in the ghost planes must not matter.
        var span = field.values.mutableSpan
        for index in span.indices { span[index] = .nan }
        let shape = decomposition.shape
        for x in decomposition.x {
            for y in decomposition.y {
                for z in 0..<shape.z {
                    set(&field, x, y, z, Scalar(values[(x * shape.y + y) * shape.z + z]))
                }
            }
        }
        return field
    }

    private func set<Scalar>(_ field: inout Field<Scalar>, _ x: Int, _ y: Int, _ z: Int, _ value: Scalar) {
        let offset = field.offset(x: x, y: y, z: z)
        var span = field.values.mutableSpan
        span[offset] = value
    }

    private func slabs(_ shape: SIMD3<Int>) -> [Projection] {
        Projection.Axis.allCases.flatMap { axis in
            let length = shape[axis.rawValue]
            return [0..<length, 0..<1, length / 3..<length - 1, length - 2..<length].map {
                Projection(along: axis, planes: $0)
            }
        }
    }

    private func decompositions(_ shape: SIMD3<Int>) throws -> [Decomposition] {
        try gridShapes.filter { Decomposition.fits(shape, on: $0) }
            .map { try Decomposition(shape: shape, over: RankGrid(world: world, shape: $0)) }
    }

    /// Means taken line by line; `[row][column]`, the largest vertical coordinate first.
    private func bruteForce(_ values: [Double], _ shape: SIMD3<Int>, _ slab: Projection) -> [Double] {
        let plane = slab.axis.plane
        return (0..<shape[plane.y]).reversed().flatMap { v in
            (0..<shape[plane.x]).map { u in
                let sum = slab.planes.reduce(0.0) { sum, w in
                    var point = SIMD3(w, w, w)
                    point[plane.x] = u
                    point[plane.y] = v
                    return sum + values[(point.x * shape.y + point.y) * shape.z + point.z]
                }
                return sum / Double(slab.planes.count)
            }
        }
    }

    func testWholeNumbersProjectExactly() throws {
        for shape in shapes {
            var random = SplitMix(seed: 1)
            let values = (0..<shape.x * shape.y * shape.z).map { _ in
                Double(Int.random(in: -1000...100_000, using: &random))
            }
            for decomposition in try decompositions(shape) {
                for slab in slabs(shape) {
                    let map = try slab.map(
                        of: field(values, on: decomposition) as Field<Float>, box: box(shape))
                    XCTAssertEqual(map != nil, world.isRoot)
                    guard let map else { continue }
                    XCTAssertTrue(map.values == bruteForce(values, shape, slab), "\(slab)")
                    XCTAssertEqual([map.width, map.height], [shape[map.axes.x], shape[map.axes.y]])
                    XCTAssertEqual(map.sides, [box(shape)[map.axes.x], box(shape)[map.axes.y]])
                }
            }
        }
    }

    func testAnyNumbersProjectToRoundingWithTheSameBitsOnAllGrids() throws {
        for shape in shapes {
            let values = SerialSpectrum.noise(shape: shape, seed: 2).map { exp(2 * $0) }
            let alone = try Decomposition(
                shape: shape, over: RankGrid(world: world.split(colour: world.rank, key: 0), shape: [1, 1]))
            for slab in slabs(shape) {
                let reference = try slab.map(of: field(values, on: alone) as Field<Double>, box: box(shape))!
                let scale = values.max()!
                for (value, expected) in zip(reference.values, bruteForce(values, shape, slab)) {
                    XCTAssertEqual(value, expected, accuracy: 1e-15 * scale)
                }
                for decomposition in try decompositions(shape) {
                    let map = try slab.map(
                        of: field(values, on: decomposition, ghosts: .stencil) as Field<Double>,
                        box: box(shape))
                    if let map { XCTAssertTrue(map == reference, "\(slab)") }
                }
            }
        }
    }

    func testOnlyTheSlabIsLookedAt() throws {
        let shape: SIMD3<Int> = [18, 18, 12]
        for decomposition in try decompositions(shape) {
            var field: Field<Float> = field(
                Array(repeating: 1, count: shape.x * shape.y * shape.z), on: decomposition)
            if decomposition.x.contains(9) && decomposition.y.contains(4) {
                set(&field, 9, 4, 5, .infinity)
            }
            let map = try Projection(along: .x, planes: 0..<9).map(of: field, box: box(shape))
            XCTAssertEqual(map.map { Set($0.values) } ?? [1], [1])
            assertThrowsEverywhere("projected field is not finite") {
                _ = try Projection(along: .z, planes: 0..<12).map(of: field, box: box(shape))
            }
        }
    }

    func testThicknessBecomesPlanes() {
        let (mesh, box): (SIMD3<Int>, SIMD3<Double>) = ([64, 32, 48], [128, 64, 96])
        XCTAssertEqual(Projection(along: .x, thickness: 20, mesh: mesh, box: box).planes, 0..<10)
        XCTAssertEqual(Projection(along: .z, thickness: 0, mesh: mesh, box: box).planes, 0..<1)
        XCTAssertEqual(Projection(along: .y, thickness: .infinity, mesh: mesh, box: box).planes, 0..<32)
    }
}

final class ProjectedMapTests: XCTestCase {
    private let map = ProjectedMap(
        width: 3, height: 2, values: [1, 2, 3, 4, 5, 6], sides: [3, 2])

    func testNearestNeighboursRepeatPixels() {
        let large = map.magnified(2, by: .nearest)
        XCTAssertEqual([large.width, large.height], [6, 4])
        XCTAssertEqual(
            large.values, [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6])
    }

    func testMagnifiedMapsWrapAroundAndKeepTheirMean() {
        for interpolation in [Interpolation.nearest, .linear, .cubic] {
            for factor in 1...5 {
                let large = map.magnified(factor, by: interpolation)
                let mean = large.values.reduce(0, +) / Double(large.values.count)
                XCTAssertEqual(mean, 3.5, accuracy: 1e-13)
                let shifted = ProjectedMap(
                    width: 3, height: 2, values: [3, 1, 2, 6, 4, 5], sides: [3, 2]
                )
                .magnified(factor, by: interpolation)
                for row in 0..<large.height {
                    for column in 0..<large.width {
                        XCTAssertEqual(
                            shifted[(column + factor) % large.width, row], large[column, row], accuracy: 1e-13
                        )
                    }
                }
            }
        }
    }

    func testOddFactorsKeepThePixelsThemselves() {
        for interpolation in [Interpolation.nearest, .linear, .cubic] {
            let large = map.magnified(3, by: interpolation)
            for row in 0..<2 {
                for column in 0..<3 {
                    XCTAssertEqual(large[3 * column + 1, 3 * row + 1], map[column, row], accuracy: 1e-13)
                }
            }
        }
    }

    func testMagnificationReachesThePixelsAskedFor() {
        XCTAssertEqual(map.magnification(toReach: 512), 171)
        XCTAssertEqual(map.magnification(toReach: 2), 1)
    }

    func testReducedMapsAreMeansOfSquares() {
        let map = ProjectedMap(width: 5, height: 2, values: [1, 3, 5, 7, 9, 1, 3, 5, 7, 11], sides: [5, 2])
        XCTAssertEqual(map.reduced(toAtMost: 5), map)
        let reduced = map.reduced(toAtMost: 3)
        XCTAssertEqual(reduced, ProjectedMap(width: 3, height: 1, values: [2, 6, 10], sides: [5, 2]))
        XCTAssertEqual(map.reduced(toAtMost: 1).values, [5.2])
    }

    func testDifferencesAreTakenPixelByPixel() {
        let map = ProjectedMap(width: 2, height: 1, values: [3, 5], sides: [2, 1])
        XCTAssertEqual((map - map.map { 2 * $0 }).values, [-3, -5])
    }

    func testQuantilesInterpolate() {
        XCTAssertEqual(map.quantile(0), 1)
        XCTAssertEqual(map.quantile(1), 6)
        XCTAssertEqual(map.quantile(0.5), 3.5)
    }
}
