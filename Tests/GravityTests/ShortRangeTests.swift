import Gravity
import Mesh
import Parallel
import Particles
import XCTest

final class ShortRangeTests: PyramidTestCase {
    /// Odd sides and blocks narrower than the filters; rows longer than a vector with a remainder, and so long that
    /// they are cut.
    private static let shapes: [SIMD3<Int>] = [[17, 19, 21], [18, 20, 53], [17, 17, 1031]]

    func testAnImpulseBecomesTheKernel() throws {
        let shape = SIMD3(23, 19, 25)
        for filter in Self.filters {
            try onEveryGrid(shape) { mesh in
                let point = SIMD3(4, 18, 11)
                let result = filtered(impulse(at: point, over: mesh), by: filter, scale: 2)
                result.forEachPoint { x, y, z, value in
                    let expected = filter.terms.reduce(0.0) { sum, taps in
                        sum
                            + (0..<3).reduce(2.0) { product, axis in
                                let apart = abs(SIMD3(x, y, z)[axis] - point[axis])
                                let distance = min(apart, shape[axis] - apart)
                                return product * (distance < taps.count ? taps[distance] : 0)
                            }
                    }
                    XCTAssertEqual(value, expected, accuracy: 1e-16 + 1e-14 * abs(expected))
                }
            }
        }
    }

    /// ⟨a, S b⟩ = ⟨S a, b⟩.
    func testItIsItsOwnTranspose() throws {
        func check<Scalar: ParticleScalar>(_ scalar: Scalar.Type, tolerance: Double) throws {
            for filter in Self.filters {
                try onEveryGrid(Self.shapes[0]) { mesh in
                    let a = noise(scalar, over: mesh, seed: 1)
                    let b = noise(scalar, over: mesh, seed: 2)
                    let first = try innerProduct(a, filtered(b.copy(for: "test"), by: filter))
                    let second = try innerProduct(filtered(a.copy(for: "test"), by: filter), b)
                    let size = try innerProduct(a, a)
                    XCTAssertEqual(first, second, accuracy: tolerance * size)
                    XCTAssertGreaterThan(abs(first), 1e-5 * size)
                }
            }
        }
        try check(Double.self, tolerance: 1e-14)
        try check(Float.self, tolerance: 1e-6)
    }

    /// The sequence of operations that the kernel promises, one value at a time: along z, y and x, from the centre
    /// outwards, whatever is a vector, a remainder, an edge or a chunk.
    func testEveryValueHasTheBitsOfItsDefinition() throws {
        guard world.isRoot else { return }
        for filter in Self.filters {
            try checkBits(Float.self, Self.shapes[1], filter)
            try checkBits(Double.self, Self.shapes[0], filter)
        }
        try checkBits(Float.self, Self.shapes[2], Self.filters[0])
    }

    private func checkBits<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, _ shape: SIMD3<Int>, _ filter: ShortRange
    ) throws {
        let mesh = try Decomposition(shape: shape, over: singleRank)
        let result = filtered(noise(scalar, over: mesh), by: filter, scale: 0.3, ghosts: .cloudInCell)
        var grid = Grid<Scalar>(shape)
        noise(scalar, over: mesh).forEachPoint { x, y, z, value in grid[x, y, z] = value }
        var expected = Grid<Scalar>(shape)
        for term in filter.terms {
            let planes = grid.convolved(term, along: 2).convolved(term, along: 1)
            expected = planes.convolved(term.map { 0.3 * $0 }, along: 0, addedTo: expected)
        }
        var wrong = 0
        result.forEachPoint { x, y, z, value in
            if Double(value).bitPattern != Double(expected[x, y, z]).bitPattern { wrong += 1 }
        }
        XCTAssertEqual(wrong, 0, "\(scalar) \(shape) radius \(filter.radius)")
    }

    func testTheSameBitsOnAllRanks() throws {
        func check<Scalar: ParticleScalar>(_ scalar: Scalar.Type) throws {
            for shape in Self.shapes {
                for filter in shape.z < 100 ? Self.filters : [Self.filters[1]] {
                    let whole = try Decomposition(shape: shape, over: singleRank)
                    let expected = filtered(noise(scalar, over: whole), by: filter)
                    try onEveryGrid(shape) { mesh in
                        let found = filtered(noise(scalar, over: mesh), by: filter, ghosts: .stencil)
                        XCTAssertEqual(differences(found, expected), 0)
                    }
                }
            }
        }
        try check(Double.self)
        try check(Float.self)
    }
}

/// A periodic mesh, to write a filter down plainly.
private struct Grid<Scalar: ParticleScalar> {
    private let shape: SIMD3<Int>
    private var values: [Scalar]

    init(_ shape: SIMD3<Int>) {
        self.shape = shape
        values = [Scalar](repeating: 0, count: shape.x * shape.y * shape.z)
    }

    private func index(_ x: Int, _ y: Int, _ z: Int) -> Int {
        let (i, j, k) = ((x + shape.x) % shape.x, (y + shape.y) % shape.y, (z + shape.z) % shape.z)
        return (i * shape.y + j) * shape.z + k
    }

    subscript(x: Int, y: Int, z: Int) -> Scalar {
        get { values[index(x, y, z)] }
        set { values[index(x, y, z)] = newValue }
    }

    func convolved(_ taps: [Double], along axis: Int, addedTo start: Grid? = nil) -> Grid {
        let taps = taps.map { Scalar($0) }
        var result = Grid(shape)
        for x in 0..<shape.x {
            for y in 0..<shape.y {
                for z in 0..<shape.z {
                    var sum = taps[0] * self[x, y, z]
                    if let start { sum = start[x, y, z].addingProduct(taps[0], self[x, y, z]) }
                    for a in 1..<taps.count {
                        let (i, j, k) = (axis == 0 ? a : 0, axis == 1 ? a : 0, axis == 2 ? a : 0)
                        sum.addProduct(taps[a], self[x - i, y - j, z - k] + self[x + i, y + j, z + k])
                    }
                    result[x, y, z] = sum
                }
            }
        }
        return result
    }
}
