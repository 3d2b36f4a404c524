import Background
import Dynamics
import Gravity
import Inference
import InitialConditions
import Mesh
import Observables
import Parallel
import Particles
import TestSupport
import XCTest

/// Particles seen along an axis, and the objective that compares them with a picture.
final class ProjectedDensityTests: SPMDTestCase {
    private let box = SIMD3(18.0, 20, 16)

    /// Particles at given places of the box, dealt out among the ranks.
    private func particles<Scalar: ParticleScalar>(
        _ places: [SIMD3<Double>], on grid: RankGrid, as _: Scalar.Type
    ) throws -> ParticleSet<Scalar> {
        let mesh = try Decomposition(shape: [18, 20, 16], over: grid)
        let own = Array(stride(from: grid.world.rank, to: places.count, by: grid.world.size))
        let units = StateUnits(box: box, momentumExponent: -20)
        var set = ParticleSet<Scalar>(mesh, units: units, count: own.count, totalCount: places.count)
        for (slot, index) in own.enumerated() {
            set.index[slot] = index
            for axis in 0..<3 {
                var positions = set.position[axis].mutableSpan
                positions[slot] = units.position(at: places[index][axis], along: axis)
                var momenta = set.momentum[axis].mutableSpan
                momenta[slot] = 0
            }
        }
        set.route()
        return set
    }

    private func assertOneParticleIsShared<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
        let grid = RankGrid(world: world, shape: gridShapes[0])
        // x at pixel 7.25 of 8, whose right neighbour is pixel 0; z at pixel 1.5 of 4; y is the line of sight.
        let set = try particles([[18 * 7.25 / 8, 13, 16 * 1.5 / 4]], on: grid, as: scalar)
        var expected = [Double](repeating: 0, count: 32)
        (expected[7 * 4 + 1], expected[7 * 4 + 2]) = (32 * 0.375, 32 * 0.375)
        (expected[1], expected[2]) = (32 * 0.125, 32 * 0.125)
        let found = try set.projectedDensity(on: PixelPlane(across: 1, shape: [8, 4]))
        XCTAssertEqual(found, expected)
    }

    func testOneParticleIsSharedByFourPixelsAcrossTheBoundary() throws {
        try assertOneParticleIsShared(Float.self)
        try assertOneParticleIsShared(Double.self)
    }

    private func model<Scalar: ParticleScalar>(_ scalar: Scalar.Type, on grid: RankGrid) throws
        -> ForwardModel<Scalar>
    {
        try ForwardModel(
            Box(particles: [18, 20, 16], spacing: 8, mesh: [18, 20, 16]), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.3, 0.6, 1], by: FastPM(), observing: [1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    private func evolved<Scalar: ParticleScalar>(_ model: ForwardModel<Scalar>) throws -> Evolution<Scalar> {
        var evolution = try model.start(from: .whiteNoise(seed: 4, over: model.particleGrid))
        try evolution.finish()
        return evolution
    }

    /// On the mesh's own pixels the picture is the density, summed over the planes along the line of sight.
    func testThePictureIsTheSumOfTheDensityAlongTheAxis() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        let evolution = try evolved(model)
        let density = try evolution.particles.relativeDensity()
        let shape = model.mesh.shape
        for axis in 0..<3 {
            let axes = PixelPlane(across: axis, shape: [1, 1]).axes
            let plane = PixelPlane(across: axis, shape: [shape[axes.x], shape[axes.y]])
            let picture = try evolution.particles.projectedDensity(on: plane)
            var sums = [Int128](repeating: 0, count: plane.count)
            density.forEachPoint { x, y, z, value in
                let point = SIMD3(x, y, z)
                let pixel = point[axes.x] * plane.shape.y + point[axes.y]
                sums[pixel] += Int128(value / Double(shape[axis]) * 0x1p80)
            }
            let expected = world.sum(sums).map { Double($0) * 0x1p-80 }
            for (found, wanted) in zip(picture, expected) {
                XCTAssertEqual(found, wanted, accuracy: 1e-12 * max(1, wanted))
            }
            XCTAssertEqual(picture.reduce(0, +) / Double(plane.count), 1, accuracy: 1e-13)
            XCTAssertGreaterThan(picture.max()!, 1.1, "the universe has structure")
        }
    }

    /// A picture and weights that nothing repeats.
    private func objective<Scalar: ParticleScalar>(
        across axis: Int, _ model: ForwardModel<Scalar>, smoothing: Double = 0, weighted: Bool = false
    ) throws -> Comparison<Scalar> {
        let plane = PixelPlane(across: axis, shape: [21, 34])
        let numbers = (0..<plane.count).map { Double(($0 &* 2_654_435_761) % 1000) / 500 }
        return try pictureComparison(
            numbers, weights: weighted ? numbers.map { $0 < 0.3 ? 0 : $0 } : nil, on: plane, sigma: 0.7,
            smoothing: smoothing, box: model.box.size)
    }

    func testTheGradientAgreesWithDifferencesAlongEachAxis() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        for axis in 0..<3 {
            try assertDirectionalDerivative(
                model, [objective(across: axis, model)], tolerance: 1e-6, "axis \(axis)")
        }
        try assertDirectionalDerivative(
            model, [objective(across: 1, model, smoothing: 9, weighted: true)], tolerance: 1e-6,
            "smoothed, weighted")
    }

    /// The smoothing of one mode is known: `exp(−k²R²/2)` times that mode.
    func testAModeIsSmoothedByItsFactor() throws {
        let model = try model(Double.self, on: RankGrid(world: world, shape: gridShapes[0]))
        let (size, radius) = (model.box.size, 11.0)
        let evolution = try evolved(model)
        let plane = PixelPlane(across: 2, shape: [12, 15])
        let density = try evolution.particles.projectedDensity(on: plane)
        // Data that differ from the particles by a mode alone leave the mode alone as residual.
        let (k, l) = (2, 3)
        let picture = density.indices.map { pixel -> Double in
            let (u, v) = (Double(pixel / 15) / 12, Double(pixel % 15) / 15)
            return density[pixel] - cos(2 * .pi * (Double(k) * u + Double(l) * v))
        }
        let comparison: Comparison<Double> = try pictureComparison(
            picture, weights: nil, on: plane, sigma: 1, smoothing: radius, box: size)
        let loss = try comparison.likelihood.value(of: .plane(density))
        let wave = 2 * Double.pi * SIMD2(Double(k) / size.x, Double(l) / size.y)
        let factor = exp(-(wave * wave).sum() * radius * radius / 2)
        XCTAssertEqual(loss, 12 * 15 / 4 * factor * factor, accuracy: 1e-12 * 45)
        XCTAssertLessThan(factor, 0.9)
    }

    private func fingerprint<Scalar: ParticleScalar>(_ scalar: Scalar.Type, on grid: RankGrid) throws
        -> [UInt64]
    {
        let model = try model(scalar, on: grid)
        let objective = try objective(across: 0, model, smoothing: 9, weighted: true)
        let gradient = try gradient(
            model, [objective], at: .whiteNoise(seed: 4, over: model.particleGrid)
        ).takeUniverse()
        let plane = PixelPlane(across: 0, shape: [21, 34])
        return fingerprint(gradient)
            + (try evolved(model).particles.projectedDensity(on: plane)).map(\.bitPattern)
    }

    func testPictureLossAndGradientHaveTheSameBitsOnAnyRankGrid() throws {
        try assertSameBits { try fingerprint(Float.self, on: $0) }
        try assertSameBits { try fingerprint(Double.self, on: $0) }
    }

    func testPicturesAndWeightsThatCannotBeUsedAreRefused() {
        let plane = PixelPlane(across: 2, shape: [2, 2])
        func make(_ picture: [Double], _ weights: [Double]?) throws {
            let _: Comparison<Float> = try pictureComparison(
                picture, weights: weights, on: plane, sigma: 1, box: box)
        }
        assertThrowsEverywhere("objective.data holds NaN") { try make([1, .nan, 1, 1], nil) }
        assertThrowsEverywhere("objective.weights holds NaN") {
            try make([1, 1, 1, 1], [1, 1, .infinity, 1])
        }
        assertThrowsEverywhere("objective.weights holds negative") { try make([1, 1, 1, 1], [1, 1, -1, 1]) }
        assertThrowsEverywhere("objective.weights is 0 everywhere") { try make([1, 1, 1, 1], [0, 0, 0, 0]) }
    }

    func testLikenessOfKnownPictures() {
        let picture = [0.0, 2, 0, 2]
        let same = PictureLikeness(of: picture, to: picture)
        XCTAssertEqual(same.meanSquaredError, 0)
        XCTAssertEqual(same.correlation, 1)
        let flat = PictureLikeness(of: [1, 1, 1, 1], to: picture)
        XCTAssertEqual(flat.meanSquaredError, 1)
        XCTAssertEqual(flat.relativeError, 1)
        let negative = PictureLikeness(of: [2, 0, 2, 0], to: picture)
        XCTAssertEqual(negative.relativeError, 4)
        XCTAssertEqual(negative.correlation, -1)
    }
}
