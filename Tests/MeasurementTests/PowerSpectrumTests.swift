import Measurement
import Mesh
import Parallel
import TestSupport
import XCTest

final class PowerSpectrumTests: SPMDTestCase {
    /// Odd and even sizes, cubes and not.
    private let shapes: [SIMD3<Int>] = [[12, 9, 10], [9, 12, 7], [18, 18, 18], [8, 6, 15], [24, 18, 20]]

    private func box(_ shape: SIMD3<Int>) -> SIMD3<Double> { 1.3 * SIMD3<Double>(shape) }

    private func decompositions(_ shape: SIMD3<Int>) throws -> [Decomposition] {
        try gridShapes.filter { Decomposition.fits(shape, on: $0) }
            .map { try Decomposition(shape: shape, over: RankGrid(world: world, shape: $0)) }
    }

    private func alone(_ shape: SIMD3<Int>) throws -> Decomposition {
        let lone = world.split(colour: world.rank, key: 0)
        return try Decomposition(shape: shape, over: RankGrid(world: lone, shape: [1, 1]))
    }

    func testShellsAgreeWithASumOverAllModesOfTheComplexTransform() throws {
        for shape in shapes {
            let field = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 1), shape: shape)
            let expected = BruteForce(field, box: box(shape))
            for decomposition in try decompositions(shape) {
                let measured = try PowerSpectrum(
                    of: field.field(on: decomposition, as: Double.self), box: box(shape))
                XCTAssertEqual(measured.modesPerShell, expected.modes, "\(shape)")
                XCTAssertEqual(measured.modesBeyond, expected.modesBeyond, "\(shape)")
                XCTAssertEqual(measured.shellWidth, expected.width)
                for shell in expected.powers.indices {
                    XCTAssertEqual(
                        measured.powers[shell], expected.powers[shell],
                        accuracy: 1e-12 * expected.powers[shell])
                    XCTAssertEqual(measured.wavenumbers[shell], expected.wavenumbers[shell], accuracy: 1e-9)
                }
            }
        }
    }

    func testShellsTheCornersAndTheMeanHoldEveryModeOnce() throws {
        for shape in shapes + [[7, 9, 11], [12, 12, 6]] {
            for decomposition in try decompositions(shape) {
                var field = FourierField<Float>(decomposition, for: "test")
                field.mapModes { _, _, _, _, _ in (1, 0) }
                let spectrum = try PowerSpectrum(of: field, box: box(shape))
                let inShells = spectrum.modesPerShell.reduce(0, +)
                XCTAssertEqual(1 + inShells + spectrum.modesBeyond, shape.x * shape.y * shape.z)
                XCTAssertTrue(spectrum.modesPerShell.allSatisfy { $0 >= 2 })
            }
        }
    }

    func testWhiteNoiseHasTheSamePowerOnAllScales() throws {
        let shape: SIMD3<Int> = [24, 18, 20]
        let field = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 7), shape: shape)
        let expected = 1.3 * 1.3 * 1.3  // σ² V/N, a cell's volume
        for decomposition in try decompositions(shape) {
            let spectrum = try PowerSpectrum(
                of: field.field(on: decomposition, as: Float.self), box: box(shape))
            var (total, modes) = (0.0, 0)
            for (power, count) in zip(spectrum.powers, spectrum.modesPerShell) {
                XCTAssertEqual(power, expected, accuracy: 4.5 * expected * (2 / Double(count)).squareRoot())
                total += power * Double(count)
                modes += count
            }
            XCTAssertEqual(
                total / Double(modes), expected, accuracy: 4 * expected * (2 / Double(modes)).squareRoot())
        }
    }

    func testAPlaneWaveLandsInOneShellWithItsAmplitude() throws {
        let shape: SIMD3<Int> = [12, 12, 12]
        let points = Double(shape.x * shape.y * shape.z)
        // δ = A cos(k·q): A N/2 at ±k, or A N at a k that is its own mirror image.
        let waves: [(SIMD3<Int>, Double, shell: Int)] = [
            ([0, 0, 2], 0.5, 2), ([3, 0, 0], 0.5, 3), ([2, 10, 1], 0.5, 3), ([0, 0, 6], 1, 6),
            ([6, 0, 0], 1, 6),
            ([11, 11, 5], 0.5, 5),
        ]
        for decomposition in try decompositions(shape) {
            for (wave, share, shell) in waves {
                let mirrored = (0..<3).map { (shape[$0] - wave[$0]) % shape[$0] }
                var field = FourierField<Double>(decomposition, for: "test")
                field.mapModes { x, y, z, _, _ in
                    let isWave = [x, y, z] == [wave.x, wave.y, wave.z] || [x, y, z] == mirrored
                    return (isWave ? 0.25 * share * points : 0, 0)
                }
                let spectrum = try PowerSpectrum(of: field, box: box(shape))
                for (index, power) in spectrum.powers.enumerated() {
                    let volume = box(shape).x * box(shape).y * box(shape).z
                    let variance = share == 1 ? 0.25 * 0.25 : 0.25 * 0.25 / 2
                    let expected =
                        index + 1 == shell ? volume * variance / Double(spectrum.modesPerShell[index]) : 0
                    XCTAssertEqual(power, expected, accuracy: 1e-13 * expected, "\(wave), shell \(index + 1)")
                }
            }
        }
    }

    func testBitsAreTheSameOnEveryRankCountAndGrid() throws {
        for shape in [SIMD3(24, 18, 20), SIMD3(19, 21, 18)] {
            try checkBits(shape, Float.self)
            try checkBits(shape, Double.self)
        }
    }

    private func checkBits<Scalar: FourierScalar>(_ shape: SIMD3<Int>, _: Scalar.Type) throws {
        let first = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 3), shape: shape)
        let second = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 4), shape: shape)
        // A steep spectrum, so that the shells differ by orders of magnitude.
        func slope(_ mode: SIMD3<Int>) -> Double { 1 / (1 + Double(mode.x * mode.x + mode.z * mode.z)) }
        let single = try alone(shape)
        let reference = try SpectralComparison(
            of: first.field(on: single, as: Scalar.self, slope), with: second.field(on: single),
            box: box(shape),
            correcting: .cloudInCell)
        for decomposition in try decompositions(shape) {
            let measured = try SpectralComparison(
                of: first.field(on: decomposition, as: Scalar.self, slope),
                with: second.field(on: decomposition),
                box: box(shape), correcting: .cloudInCell)
            XCTAssertEqual(measured, reference)
        }
    }

    func testAFieldIsPerfectlyLikeItself() throws {
        let shape: SIMD3<Int> = [18, 18, 12]
        let noise = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 5), shape: shape)
        for decomposition in try decompositions(shape) {
            let field = noise.field(on: decomposition, as: Float.self)
            let itself = try SpectralComparison(of: field, with: field, box: box(shape))
            XCTAssertEqual(itself.cross, itself.first)
            for (r, t) in zip(itself.correlation, itself.transfer) {
                XCTAssertEqual(r, 1, accuracy: 1e-14)
                XCTAssertEqual(t, 1)
            }
        }
    }

    func testAScaledFieldShowsInTheTransferAndAMirroredOneInTheCorrelation() throws {
        let shape: SIMD3<Int> = [18, 18, 12]
        let noise = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 5), shape: shape)
        for decomposition in try decompositions(shape) {
            let truth = noise.field(on: decomposition, as: Double.self)
            let model = noise.field(on: decomposition, as: Double.self) { _ in -3 }
            let comparison = try SpectralComparison(of: model, with: truth, box: box(shape))
            for (r, t) in zip(comparison.correlation, comparison.transfer) {
                XCTAssertEqual(r, -1, accuracy: 1e-14)
                XCTAssertEqual(t, 3, accuracy: 1e-14)
            }
        }
    }

    func testIndependentFieldsDoNotCorrelate() throws {
        let shape: SIMD3<Int> = [24, 18, 20]
        let first = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 8), shape: shape)
        let second = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 9), shape: shape)
        let decomposition = try decompositions(shape)[0]
        let comparison = try SpectralComparison(
            of: first.field(on: decomposition, as: Float.self), with: second.field(on: decomposition),
            box: box(shape))
        for (r, modes) in zip(comparison.correlation, comparison.cross.modesPerShell) {
            // Half of the modes mirror the other half.
            XCTAssertEqual(r, 0, accuracy: 4.5 * (2 / Double(modes)).squareRoot())
        }
        XCTAssertTrue(comparison.correlation.contains { abs($0) > 1e-3 })
    }

    func testTheCloudInCellWindowIsDividedOut() throws {
        let shape: SIMD3<Int> = [18, 12, 15]
        let noise = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 6), shape: shape)
        func window(_ mode: SIMD3<Int>) -> Double {
            (0..<3).reduce(1) { product, axis in
                let half =
                    .pi * Double(Wavenumbers.modeNumber(mode[axis], of: shape[axis]))
                    / Double(shape[axis])
                let sinc = half == 0 ? 1 : sin(half) / half
                return product * sinc * sinc
            }
        }
        for decomposition in try decompositions(shape) {
            let bare = try PowerSpectrum(of: noise.field(on: decomposition, as: Double.self), box: box(shape))
            let seen = noise.field(on: decomposition, as: Double.self, window)
            let corrected = try PowerSpectrum(of: seen, box: box(shape), correcting: .cloudInCell)
            let uncorrected = try PowerSpectrum(of: seen, box: box(shape))
            for shell in bare.powers.indices {
                XCTAssertEqual(
                    corrected.powers[shell], bare.powers[shell], accuracy: 1e-12 * bare.powers[shell])
            }
            XCTAssertLessThan(uncorrected.powers.last!, 0.7 * bare.powers.last!)
        }
    }

    func testAnEmptyUniverseHasNoPower() throws {
        let decomposition = try decompositions([18, 18, 18])[0]
        var field = FourierField<Float>(decomposition, for: "test")
        field.mapModes { _, _, _, _, _ in (0, 0) }
        let spectrum = try PowerSpectrum(of: field, box: [10, 10, 10])
        XCTAssertTrue(spectrum.powers.allSatisfy { $0 == 0 })
    }

    func testFaintFieldsKeepTheirDigits() throws {
        // |δ|² down to 1e-290: scales beyond the reach of one power of two.
        let shape: SIMD3<Int> = [18, 18, 18]
        let noise = SerialSpectrum(of: SerialSpectrum.noise(shape: shape, seed: 2), shape: shape)
        let decomposition = try decompositions(shape)[0]
        let bright = try PowerSpectrum(of: noise.field(on: decomposition, as: Double.self), box: box(shape))
        let faint = try PowerSpectrum(
            of: noise.field(on: decomposition, as: Double.self) { _ in 0x1p-470 }, box: box(shape))
        for (bright, faint) in zip(bright.powers, faint.powers) {
            XCTAssertEqual(faint * 0x1p470 * 0x1p470, bright, accuracy: 1e-13 * bright)
        }
    }

    func testOneBadModeOnOneRankStopsAllRanks() throws {
        for bad in [Float.nan, .infinity] {
            for decomposition in try decompositions([18, 18, 18]) {
                var field = FourierField<Float>(decomposition, for: "test")
                field.mapModes { x, y, z, _, _ in [x, y, z] == [4, 5, 6] ? (bad, 0) : (1, 0) }
                assertThrowsEverywhere("power spectrum is not finite") {
                    _ = try PowerSpectrum(of: field, box: [10, 10, 10])
                }
            }
        }
    }

    func testShotNoiseIsTheVolumePerParticle() {
        XCTAssertEqual(PowerSpectrum.shotNoise(particles: 8, box: [4, 2, 3]), 3)
    }
}

/// The definition, mode by mode, over the whole cube of modes.
private struct BruteForce {
    let width: Double
    var modes: [Int]
    var modesBeyond = 0
    var powers: [Double]
    var wavenumbers: [Double]

    init(_ field: SerialSpectrum, box: SIMD3<Double>) {
        let shape = field.shape
        width = 2 * .pi / box.max()
        // The cells are cubes, so ratios of sides are ratios of whole numbers.
        let longest = Double(max(shape.x, shape.y, shape.z))
        let nyquist = longest / 2
        let last = Int(nyquist)
        modes = Array(repeating: 0, count: last)
        powers = Array(repeating: 0, count: last)
        wavenumbers = Array(repeating: 0, count: last)
        for x in 0..<shape.x {
            for y in 0..<shape.y {
                for z in 0..<shape.z where (x, y, z) != (0, 0, 0) {
                    let signed = [x, y, z].enumerated().map { axis, index in
                        Double(2 * index > shape[axis] ? index - shape[axis] : index) / Double(shape[axis])
                            * longest
                    }
                    let n = (signed[0] * signed[0] + signed[1] * signed[1] + signed[2] * signed[2])
                        .squareRoot()
                    let shell = Int((n + 1e-9).rounded(.toNearestOrAwayFromZero))
                    guard shell <= last else {
                        modesBeyond += 1
                        continue
                    }
                    modes[shell - 1] += 1
                    powers[shell - 1] += field[x, y, z].squaredMagnitude
                    wavenumbers[shell - 1] += n * width
                }
            }
        }
        let points = Double(shape.x * shape.y * shape.z)
        for shell in 0..<last {
            powers[shell] *= box.x * box.y * box.z / (points * points) / Double(modes[shell])
            wavenumbers[shell] /= Double(modes[shell])
        }
    }
}
