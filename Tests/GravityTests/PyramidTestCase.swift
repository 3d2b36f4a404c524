import Gravity
import Mesh
import Parallel
import Particles
import TestSupport

/// What the tests of the pyramid's parts share.
class PyramidTestCase: SPMDTestCase {
    /// The grid of this rank by itself.
    lazy var singleRank = RankGrid(world: alone, shape: [1, 1])

    /// The filters there are: radius 5 with 3 terms, 6 with 5, 8 with 5 and 8 with 6.
    static var filters: [ShortRange] {
        let kernel = ForceKernel(named: "1_4")!
        return PyramidPlan(kernel: kernel, levels: 2, accuracy: .standard)!.filters
            + PyramidPlan(kernel: kernel, levels: 2, accuracy: .accurate)!.filters
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

    func noise<Scalar: ParticleScalar>(
        _: Scalar.Type, over mesh: Decomposition, seed: UInt64 = 1
    ) -> Field<Scalar> {
        var field = Field<Scalar>(mesh, ghosts: .none, for: "test")
        field.mapPoints { x, y, z, _ in Scalar(Self.noise(x, y, z, seed: seed)) }
        return field
    }

    /// One at a point, zero elsewhere.
    func impulse(at point: SIMD3<Int>, over mesh: Decomposition) -> Field<Double> {
        var field = Field<Double>(mesh, ghosts: .none, for: "test")
        field.mapPoints { x, y, z, _ in SIMD3(x, y, z) == point ? 1 : 0 }
        return field
    }

    func onEveryGrid(_ shape: SIMD3<Int>, _ body: (Decomposition) throws -> Void) throws {
        for gridShape in gridShapes where Decomposition.fits(shape, on: gridShape, planes: 1) {
            try body(
                try Decomposition(
                    shape: shape, over: RankGrid(world: world, shape: gridShape), planes: 1))
        }
    }

    /// The mesh of half as many points along each axis.
    func half(_ mesh: Decomposition) throws -> Decomposition {
        try Decomposition(
            shape: SIMD3(mesh.shape.x / 2, mesh.shape.y / 2, mesh.shape.z / 2), over: mesh.grid, planes: 1)
    }

    func reduced<Scalar: ParticleScalar>(_ field: consuming Field<Scalar>) throws -> Field<Scalar> {
        let fine = field.decomposition
        let windows = Self.filters[0].windows(of: fine.shape, on: fine.grid.shape)
        return Reduction<Scalar>(coarse: try half(fine))(WindowFetch(fine, windows).fetch(field))
    }

    func expanded<Scalar: ParticleScalar>(
        _ field: consuming Field<Scalar>, to fine: Decomposition, ghosts: GhostWidth = .none
    ) -> Field<Scalar> {
        let windows = Expansion<Scalar>.windows(of: fine.shape, on: fine.grid.shape)
        let window = WindowFetch(field.decomposition, windows).fetch(field)
        return Expansion<Scalar>(fine: fine)(window, ghosts: ghosts)
    }

    func filtered<Scalar: ParticleScalar>(
        _ field: consuming Field<Scalar>, by filter: ShortRange, scale: Double = 1, ghosts: GhostWidth = .none
    ) -> Field<Scalar> {
        let mesh = field.decomposition
        var result = Field<Scalar>(mesh, ghosts: ghosts, for: "test")
        result.fill(with: 0)
        let window = WindowFetch(mesh, filter.windows(of: mesh.shape, on: mesh.grid.shape)).fetch(field)
        filter.apply(to: window, scale: scale, addingTo: &result)
        return result
    }

    /// Σ over all points, exact.
    func innerProduct<Scalar: ParticleScalar>(
        _ first: borrowing Field<Scalar>, _ second: borrowing Field<Scalar>
    ) throws -> Double {
        var products: [Double] = []
        for x in first.decomposition.x {
            for y in first.decomposition.y {
                for z in 0..<first.decomposition.shape.z {
                    products.append(Double(first[x, y, z]) * Double(second[x, y, z]))
                }
            }
        }
        return try first.decomposition.grid.world.exactSum(count: products.count, of: "product") {
            products[$0]
        }
    }

    /// Owned points whose bits are not those of a single rank.
    func differences<Scalar: ParticleScalar>(
        _ shared: borrowing Field<Scalar>, _ whole: borrowing Field<Scalar>
    ) -> Int {
        var count = 0
        for x in shared.decomposition.x {
            for y in shared.decomposition.y {
                for z in 0..<shared.decomposition.shape.z
                where Double(shared[x, y, z]).bitPattern != Double(whole[x, y, z]).bitPattern { count += 1 }
            }
        }
        return count
    }
}
