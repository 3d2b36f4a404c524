import Foundation
import Memory
import Mesh
import Parallel
import Survey
import TestSupport
import XCTest

final class MockGalaxiesTests: SPMDTestCase {
    private let mesh = ObservationMesh(
        box: [72, 80, 64], shape: [9, 10, 8], forceMesh: [18, 20, 16], observer: [30, 41, 33], padding: 9)

    private var function: SelectionFunction {
        let sky = HEALPix(side: 2)
        return SelectionFunction(
            observer: mesh.observer, sky: sky,
            completeness: (0..<sky.pixelCount).map { pixel -> Double in
                pixel % 5 == 0 ? 0.0 : 1.0 - 0.01 * Double(pixel)
            },
            radial: RadialSelection(distances: [0, 15, 30], values: [1, 0.9, 0]))
    }

    /// What a density, a catalogue and its cubes come to, as bits.
    private func mock(on grid: RankGrid) throws -> (
        rows: [Int: SIMD3<Double>], numbers: [Int], expected: Double
    ) {
        let cells = try Decomposition(shape: mesh.shape, over: grid, planes: 1)
        var density = Field<Float>(
            try Decomposition(shape: mesh.forceMesh, over: grid), ghosts: .none, for: "ρ")
        density.mapPoints { x, y, z, _ in
            let number: Int = (7 * x + 5 * y + 3 * z) % 11
            return Float(number) / 5
        }
        let coarse = mesh.average(density, over: cells)
        let selection = function.field(of: mesh, over: cells)
        let tracers = MatterTracers(
            on: mesh, numberDensity: 0.02, bias: TracerBias(exponent: 1.5, threshold: 0.3, steepness: 2),
            random: SurveyRandom(seed: 4, tracer: 1))
        let expected = try tracers.expectation(at: coarse, seen: selection)
        let galaxies = tracers.draw(expecting: expected, by: function)
        let values = expected.values.span
        let sum = try grid.world.exactSum(count: values.count, of: "λ") { values[$0] }
        let counts = mesh.counts(
            of: galaxies.positions.map { mesh.number(of: mesh.cell(at: $0)!) }, over: cells)
        var numbers = [Int](repeating: 0, count: mesh.count)
        counts.forEachPoint { x, y, z, count in numbers[mesh.number(of: [x, y, z])] = Int(count) }
        let total = grid.world.sum(galaxies.positions.count)
        let (run, columns) = RowDelivery.runs(
            (0..<3).map { axis in galaxies.positions.map { $0[axis] } }, rows: galaxies.rows, of: total,
            over: grid)
        var rows: [Int: SIMD3<Double>] = [:]
        for (index, row) in run.enumerated() {
            rows[row] = SIMD3(columns[0][index], columns[1][index], columns[2][index])
        }
        return (rows, grid.world.sum(numbers), sum)
    }

    func testTheSameGalaxiesOnEveryGrid() throws {
        let (rows, numbers, expected) = try mock(on: RankGrid(world: alone, shape: [1, 1]))
        XCTAssertEqual(rows.count, numbers.reduce(0, +))
        // As many as are expected, within five standard deviations; the seed is fixed.
        XCTAssertGreaterThan(expected, 300)
        XCTAssertEqual(Double(rows.count), expected, accuracy: 5 * expected.squareRoot())
        // Rows are in the order of cells; each is in its cell, and where something is seen.
        let cells = (0..<rows.count).map { mesh.number(of: mesh.cell(at: rows[$0]!)!) }
        XCTAssertEqual(cells, cells.sorted())
        for position in rows.values { XCTAssertGreaterThan(function.value(at: position), 0) }
        for shape in gridShapes {
            let other = try mock(on: RankGrid(world: world, shape: shape))
            XCTAssertEqual(other.numbers, numbers)
            XCTAssertEqual(other.expected, expected)
            for (row, position) in other.rows { XCTAssertEqual(position, rows[row]) }
            XCTAssertEqual(world.sum(other.rows.count), rows.count)
        }
    }

    /// λ of a cell by hand.
    func testWhatIsExpectedIsTheModel() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let cells = try Decomposition(shape: mesh.shape, over: grid, planes: 1)
        var density = Field<Float>(cells, ghosts: .none, for: "test")
        var selection = Field<Float>(cells, ghosts: .none, for: "test")
        density.mapPoints { x, y, z, _ in x == 4 && y == 5 && z == 4 ? 2.49 : 0 }
        selection.mapPoints { x, y, z, _ in x == 4 ? 0.25 : 0 }
        let tracers = MatterTracers(
            on: mesh, numberDensity: 0.01, bias: TracerBias(exponent: 2),
            random: SurveyRandom(seed: 1, tracer: 0))
        XCTAssertEqual(tracers.numberPerCell, 5.12, accuracy: 1e-12)
        let expected = try tracers.expectation(at: density, seen: selection)
        expected.forEachPoint { x, y, z, value in
            let bias: Double = x == 4 && y == 5 && z == 4 ? 6.25 : 1e-4
            let mean: Double = x == 4 ? 1.28 * bias : 0
            XCTAssertEqual(value, mean, accuracy: 1e-5)
        }
        let threshold = TracerBias(exponent: 1, threshold: 0.5, steepness: 2)
        XCTAssertEqual(threshold(0.99), exp(-0.25), accuracy: 1e-15)
        XCTAssertEqual(threshold(0), 0.01 * exp(-80), accuracy: 1e-40)
        let many = MatterTracers(
            on: mesh, numberDensity: 1e6, bias: TracerBias(exponent: 1),
            random: SurveyRandom(seed: 1, tracer: 0))
        assertThrowsEverywhere("mock.number_density is 1000000.0; it must leave at most 524288 galaxies") {
            _ = try many.expectation(at: density, seen: selection)
        }
    }

    func testPoissonNumbersHaveTheirMomentsAndFrequencies() {
        let random = SurveyRandom(seed: 20, tracer: 0)
        let count = 20_000
        for mean in [0.05, 3, 15.9, 16.1, 47] {
            let numbers = random.poisson([Double](repeating: mean, count: count), from: 77).map(Double.init)
            let average = numbers.reduce(0, +) / Double(count)
            let squares = numbers.map { number -> Double in
                let off = number - average
                return off * off
            }
            let variance = squares.reduce(0, +) / Double(count)
            XCTAssertEqual(average, mean, accuracy: 5 * (mean / Double(count)).squareRoot(), "\(mean)")
            // The variance of a variance: (λ + 2λ²)/n.
            let scatter = ((mean + 2 * mean * mean) / Double(count)).squareRoot()
            XCTAssertEqual(variance, mean, accuracy: 5 * scatter, "\(mean)")
        }
        let numbers = random.poisson([Double](repeating: 3, count: count), from: 0)
        var probability = exp(-3.0)
        for number in 0..<10 {
            let found = Double(numbers.count { $0 == number })
            let expected = probability * Double(count)
            XCTAssertEqual(found, expected, accuracy: 5 * expected.squareRoot(), "\(number)")
            probability *= 3 / Double(number + 1)
        }
        XCTAssertEqual(random.poisson([0, 0, 0], from: 5), [0, 0, 0])
        // Whoever draws a part draws the same, and another tracer something else.
        XCTAssertEqual(
            Array(random.poisson([Double](repeating: 20, count: 50), from: 0)[30...]),
            random.poisson([Double](repeating: 20, count: 20), from: 30))
        XCTAssertNotEqual(
            SurveyRandom(seed: 20, tracer: 1).poisson([Double](repeating: 3, count: 100), from: 0),
            Array(numbers[..<100]))
    }

    func testHaloesAreSeenAsOftenAsTheyShould() {
        var generator = SplitMix(seed: 3)
        func number() -> Double { Double(generator.next() >> 11) * 0x1p-53 }
        let places: [SIMD3<Double>] = (0..<20_000).map { _ in
            let place = SIMD3<Double>(number(), number(), number())
            return place * mesh.box
        }
        let seen = SeenHaloes(
            among: places, of: mesh, by: function, random: SurveyRandom(seed: 9, tracer: 0))
        let variance = places.reduce(0.0) { sum, place in
            let share: Double = mesh.isInBorder(mesh.cell(at: place)!) ? 0 : function.value(at: place)
            return sum + share * (1 - share)
        }
        XCTAssertGreaterThan(seen.expected, 1000)
        XCTAssertEqual(Double(seen.chosen.count), seen.expected, accuracy: 5 * variance.squareRoot())
        for halo in seen.chosen {
            XCTAssertGreaterThan(function.mean(in: mesh.cell(at: places[halo])!, of: mesh), 0)
        }
        // Those that are looked at beside others are seen alike.
        let fewer = SeenHaloes(
            among: Array(places[..<10_000]), of: mesh, by: function, random: SurveyRandom(seed: 9, tracer: 0))
        XCTAssertEqual(fewer.chosen, seen.chosen.filter { $0 < 10_000 })
    }

    /// The mean over eight force cells, by hand, and the whole is conserved.
    func testTheDensityOfACellIsTheMeanOfItsForceCells() throws {
        for shape in gridShapes {
            let grid = RankGrid(world: world, shape: shape)
            let cells = try Decomposition(shape: mesh.shape, over: grid, planes: 1)
            var density = Field<Float>(
                try Decomposition(shape: mesh.forceMesh, over: grid), ghosts: .none, for: "ρ")
            density.mapPoints { x, y, z, _ in
                let number: Int = x + 100 * y + 10000 * z
                return Float(number) / 64
            }
            let mean = mesh.average(density, over: cells)
            mean.forEachPoint { x, y, z, value in
                // The middle of each pair of points is half a point further on.
                let middle = SIMD3<Double>(Double(2 * x), Double(2 * y), Double(2 * z)) + 0.5
                let expected = (middle * SIMD3<Double>(1, 100, 10000)).sum()
                XCTAssertEqual(Double(value), expected / 64, accuracy: 1e-3)
            }
        }
    }

    func testCountsAreOfAllRanks() throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        let cells = try Decomposition(shape: mesh.shape, over: grid, planes: 1)
        // Every rank names every third cell, and one of them twice.
        let counts = mesh.counts(
            of: (0..<mesh.count).filter { $0 % 3 == 0 } + [300], over: cells)
        counts.forEachPoint { x, y, z, count in
            let number = mesh.number(of: [x, y, z])
            let times = number == 300 ? 2 : number % 3 == 0 ? 1 : 0
            XCTAssertEqual(Int(count), times * world.size)
        }
    }
}
