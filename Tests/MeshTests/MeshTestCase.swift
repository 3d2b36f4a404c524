import Mesh
import Parallel
import TestSupport

/// What the tests of meshes share: sizes that divide badly, values that any rank can make, and the same
/// computation on one rank.
class MeshTestCase: SPMDTestCase {
    /// Even, odd, prime, thin, flat; with empty ranges of kz (nz/2 + 1 < Py) and of ky (ny < Px).
    static let shapes: [SIMD3<Int>] = [
        [24, 30, 36], [20, 20, 20], [17, 19, 23], [7, 9, 5], [12, 24, 4], [13, 27, 2], [24, 3, 8],
        [9, 11, 1],
    ]

    /// The grid of this rank by itself.
    lazy var singleRank = RankGrid(world: alone, shape: [1, 1])

    /// Does something on every rank grid that a mesh fits on, and expects an error on the others.
    func onEveryGrid(_ shape: SIMD3<Int>, _ body: (Decomposition) throws -> Void) throws {
        for gridShape in gridShapes {
            let grid = RankGrid(world: world, shape: gridShape)
            if Decomposition.fits(shape, on: gridShape) {
                try body(try Decomposition(shape: shape, over: grid))
            } else {
                assertThrowsEverywhere("use at most [\(shape.x / 3), \(shape.y / 3)]") {
                    _ = try Decomposition(shape: shape, over: grid)
                }
            }
        }
    }

    /// A number in [−1, 1) from a place, exact in both precisions.
    static func noise(_ x: Int, _ y: Int, _ z: Int, seed: UInt64 = 1) -> Double {
        var bits = seed &* 0x9e37_79b9_7f4a_7c15
        for index in [x, y, z] {
            bits = (bits ^ UInt64(index)) &* 0xbf58_476d_1ce4_e5b9
            bits ^= bits >> 29
        }
        return Double(Int64(bitPattern: bits) >> 43) / Double(1 << 20)
    }

    /// Noise, with nonsense in the ghost planes.
    func noiseField<Scalar: FourierScalar>(
        _ mesh: Decomposition, ghosts: GhostWidth = .none, seed: UInt64 = 1
    ) -> Field<Scalar> {
        var field = Field<Scalar>(mesh, ghosts: ghosts, for: "test")
        field.fill(with: .nan)
        field.mapPoints { x, y, z, _ in Scalar(Self.noise(x, y, z, seed: seed)) }
        return field
    }

    /// A spectrum of noise, not Hermitian.
    func noiseSpectrum<Scalar: FourierScalar>(_ mesh: Decomposition, seed: UInt64 = 1) -> FourierField<Scalar>
    {
        var spectrum = FourierField<Scalar>(mesh, for: "test")
        spectrum.mapModes { x, y, z, _, _ in
            (Scalar(Self.noise(x, y, z, seed: seed)), Scalar(Self.noise(x, y, z, seed: seed + 1)))
        }
        return spectrum
    }

    /// Differences between the bits of what this rank holds and of what a single rank has there.
    func differences<Scalar: FourierScalar>(
        _ shared: borrowing FourierField<Scalar>, _ whole: borrowing FourierField<Scalar>
    ) -> Int {
        var count = 0
        for x in shared.x {
            for y in shared.y {
                for z in shared.z {
                    let here = shared.offset(x: x, y: y, z: z)
                    let there = whole.offset(x: x, y: y, z: z)
                    for part in 0..<2
                    where bits(shared.values.span[here + part]) != bits(whole.values.span[there + part]) {
                        count += 1
                    }
                }
            }
        }
        return count
    }

    /// The same for owned points.
    func differences<Scalar: FourierScalar>(
        _ shared: borrowing Field<Scalar>, _ whole: borrowing Field<Scalar>
    ) -> Int {
        var count = 0
        for x in shared.decomposition.x {
            for y in shared.decomposition.y {
                for z in 0..<shared.decomposition.shape.z {
                    let value = shared[x, y, z]
                    if bits(value) != bits(whole[x, y, z]) { count += 1 }
                }
            }
        }
        return count
    }

    private func bits<Scalar: FourierScalar>(_ value: Scalar) -> UInt64 { Double(value).bitPattern }
}
