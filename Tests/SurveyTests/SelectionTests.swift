import Foundation
import Mesh
import Parallel
import Survey
import TestSupport
import XCTest

final class SelectionTests: SPMDTestCase {
    /// Cells of two force cells along each side, 4 Mpc/h wide.
    private func mesh(observer: SIMD3<Double> = [12, 16, 20], padding: Double = 0) -> ObservationMesh {
        ObservationMesh(
            box: [24, 32, 40], shape: [6, 8, 10], forceMesh: [12, 16, 20], observer: observer,
            padding: padding)
    }

    /// Force points of cell 0 are at 0 and 2 Mpc/h: it reaches from −1 to 3, and around the box.
    func testCellsAreOfTheForceCellsWhoseMeanTheyHave() {
        let mesh = mesh()
        XCTAssertEqual(mesh.cellVolume, 64)
        XCTAssertEqual(mesh.cell(at: [0, 2, 2.999]), [0, 0, 0])
        XCTAssertEqual(mesh.cell(at: [3, 3.001, 4]), [1, 1, 1])
        XCTAssertEqual(mesh.cell(at: [22.999, 31.001, 39]), [5, 0, 0])
        let outside: [SIMD3<Double>] = [[-1e-9, 1, 1], [24, 1, 1], [1, 32, 1], [1, 1, 40], [.nan, 1, 1]]
        for place in outside {
            XCTAssertNil(mesh.cell(at: place), "\(place)")
        }
        for number in 0..<mesh.count { XCTAssertEqual(mesh.number(of: mesh.cell(number)), number) }
        // Every force point is in the cell whose mean it enters.
        for point in 0..<20 { XCTAssertEqual(mesh.cell(at: [0, 0, 2 * Double(point)])?.z, point / 2) }
    }

    func testTheBorderIsWhatReachesIntoIt() {
        let mesh = mesh(padding: 3.5)
        // Cell 0 goes around the box, cell 1 begins at 3, cell 2 at 7; of six the last ends at 23, the fifth at 19.
        XCTAssertEqual((0..<6).map { mesh.isInBorder([$0, 4, 5]) }, [true, true, false, false, false, true])
        XCTAssertFalse(self.mesh().isInBorder([0, 0, 0]))
        XCTAssertTrue(mesh.isAtFace([0, 4, 5]) && mesh.isAtFace([3, 7, 5]))
        XCTAssertFalse(mesh.isAtFace([1, 6, 8]))
    }

    func testARadialSelectionIsAlongStraightLines() {
        let radial = RadialSelection(distances: [2, 4, 10], values: [1, 0.5, 0.2])
        assertClose(
            [1.9, 2, 3, 4, 7, 10, 10.1].map(radial.value), [0, 1, 0.75, 0.5, 0.35, 0.2, 0],
            accuracy: 1e-15)
        XCTAssertEqual(radial.reach, 2...10)
    }

    /// The northern sky is seen by half, the southern not at all; what is seen falls with distance.
    func testTheSelectionOfACellIsTheMeanOverItsSubpoints() throws {
        let sky = HEALPix(side: 4)
        let completeness = (0..<sky.pixelCount).map { pixel -> Double in
            sky.direction(of: pixel).z > 1e-9 ? 0.5 : 0
        }
        let radial = RadialSelection(distances: [0, 20], values: [1, 0])
        let mesh = mesh(observer: [13, 17, 20.0])
        let function = SelectionFunction(
            observer: mesh.observer, sky: sky, completeness: completeness, radial: radial)
        XCTAssertEqual(function.value(at: [13, 17, 30]), 0.5 * 0.5, accuracy: 1e-15)
        XCTAssertEqual(function.value(at: [13, 17, 10]), 0)
        XCTAssertEqual(function.angular(towards: mesh.observer), 0.5, "the pole's")
        // Above the observer, from 31 to 35 along z: 64 points, by hand.
        var sum = 0.0
        for i in 0..<4 {
            for j in 0..<4 {
                for k in 0..<4 {
                    let way = SIMD3<Double>(Double(i), Double(j), Double(k)) + SIMD3<Double>(-1.5, -1.5, 11.5)
                    let distance = (way * way).sum().squareRoot()
                    sum += 1 - distance / 20
                }
            }
        }
        XCTAssertEqual(Double(function.mean(in: [3, 4, 8], of: mesh)), sum / 128, accuracy: 1e-7)
        XCTAssertEqual(function.mean(in: [3, 4, 1], of: mesh), 0)

        let grid = RankGrid(world: world, shape: gridShapes[0])
        let field = function.field(
            of: mesh, over: try Decomposition(shape: mesh.shape, over: grid, planes: 1))
        var seen = 0
        field.forEachPoint { x, y, z, value in
            XCTAssertEqual(value, function.mean(in: [x, y, z], of: mesh))
            seen += value > 0 ? 1 : 0
        }
        XCTAssertGreaterThan(world.sum(seen), 50)
    }

    /// Of another code's pixels and sums, a mask and a radial selection in a padded box; `Tests/Resources/survey.py`.
    func testTheSelectionIsThatOfHealpy() throws {
        let golden = try Golden("survey.h5")
        let mesh = mesh(padding: 2.5)
        let function = SelectionFunction(
            observer: mesh.observer, sky: HEALPix(side: 8), completeness: try golden.values("/mask/good"),
            radial: RadialSelection(
                distances: try golden.values("/reference/radii"), values: try golden.values("/reference/phi"))
        )
        let expected = try golden.values("/reference/selection")
        XCTAssertEqual(expected.count, mesh.count)
        XCTAssertGreaterThan(expected.count { $0 > 0 }, 80)
        for (number, value) in expected.enumerated() {
            XCTAssertEqual(
                Double(function.mean(in: mesh.cell(number), of: mesh)), value, accuracy: 1e-7, "\(number)")
        }
    }

    func testASkyWithoutAMaskIsSeenWhole() {
        let function = SelectionFunction(observer: .zero, sky: nil, completeness: [], radial: nil)
        let mesh = mesh(padding: 1)
        XCTAssertEqual(function.mean(in: [2, 3, 4], of: mesh), 1)
        XCTAssertEqual(function.mean(in: [0, 3, 4], of: mesh), 0)
    }

    func testPlacesOnTheSky() {
        let places: [(SIMD3<Double>, Double, Double)] = [
            ([3, 0, 0], 0, 0), ([0, 2, 0], 90, 0), ([0, -2, 0], 270, 0), ([0, 0, 5], 0, 90),
            ([0, 0, -5], 0, -90), ([-1, -1, 2.0.squareRoot()], 225, 45),
        ]
        for (way, alpha, delta) in places {
            let sky = SkyCoordinates(of: way)
            XCTAssertEqual(sky.rightAscension, alpha, accuracy: 1e-13)
            XCTAssertEqual(sky.declination, delta, accuracy: 1e-13)
            let length = (way * way).sum().squareRoot()
            for axis in 0..<3 { XCTAssertEqual(sky.direction[axis] * length, way[axis], accuracy: 5e-14) }
        }
        XCTAssertEqual(SkyCoordinates(of: [1, -1e-300, 0]).rightAscension, 0)
    }

    func testRedshiftsMoveAlongTheLineOfSight() {
        // 1/(a H) at a = 0.5 and E = 2 is 0.01 Mpc/h per km/s.
        func shift(_ sight: RedshiftShift.Sight) -> RedshiftShift {
            RedshiftShift(along: sight, at: 0.5, expansionRate: 2)
        }
        let velocity: SIMD3<Double> = [100, 200, -300]
        XCTAssertEqual(shift(.none)([1, 2, 3], velocity), [1, 2, 3])
        XCTAssertEqual(shift(.axis(2))([1, 2, 3], velocity), [1, 2, 0])
        // The observer at the left: only the velocity along x counts; one at the place itself sees no motion.
        XCTAssertEqual(shift(.radial(from: [-4, 2, 3]))([1, 2, 3], velocity), [2, 2, 3])
        XCTAssertEqual(shift(.radial(from: [1, 2, 3]))([1, 2, 3], velocity), [1, 2, 3])
        let far = shift(.radial(from: [1, 2, -1e9]))([1, 2, 3], velocity)
        let axis: SIMD3<Double> = [1, 2, 0]
        for number in 0..<3 { XCTAssertEqual(far[number], axis[number], accuracy: 1e-6) }
        let wrapped = RedshiftShift.wrapped([-1, 25, 12], into: [24, 24, 24])
        assertClose([wrapped.x, wrapped.y, wrapped.z], [23, 1, 12], accuracy: 1e-14)
        XCTAssertLessThan(RedshiftShift.wrapped([-1e-300, 0, 0], into: [24, 24, 24]).x, 24)
    }
}

private func assertClose(_ found: [Double], _ expected: [Double], accuracy: Double) {
    XCTAssertEqual(found.count, expected.count)
    for (a, b) in zip(found, expected) { XCTAssertEqual(a, b, accuracy: accuracy) }
}
