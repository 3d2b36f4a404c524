internal import Mesh

/// The modes of a grid grouped by |k|, so that a function of |k| is evaluated once for each group.
///
/// k² is proportional to the integer `Σ (n_i M/N_i)²`, M the least common multiple of the sides; that integer
/// is the group's number while there are fewer of them than modes in an octant. For sides that hardly share
/// a factor the octant itself, `(|n_x|, |n_y|, |n_z|)`, is the group.
struct ModeShells: Sendable {
    /// `|k| s` of each group, s the grid's spacing; −1 for a number that no mode has.
    let waves: [Double]

    private let shape: SIMD3<Int>
    private let multiplier: SIMD3<Int>
    private let octantStride: SIMD3<Int>
    private let usesSquares: Bool
    /// What kz adds to the group's number.
    private let alongZ: [Int]

    init(shape: SIMD3<Int>) {
        self.shape = shape
        let half = SIMD3(shape.x / 2, shape.y / 2, shape.z / 2)
        let common = leastCommonMultiple(leastCommonMultiple(shape.x, shape.y), shape.z)
        multiplier = [common / shape.x, common / shape.y, common / shape.z]
        octantStride = [(half.y + 1) * (half.z + 1), half.z + 1, 1]
        let octantCount = (half.x + 1) * octantStride.x
        let longest = half &* multiplier
        let squareCount = (longest &* longest).wrappedSum() + 1
        usesSquares = squareCount <= octantCount

        var waves = [Double](repeating: -1, count: usesSquares ? squareCount : octantCount)
        let fundamental = 2 * Double.pi / Double(common)
        for x in 0...half.x {
            for y in 0...half.y {
                for z in 0...half.z {
                    let mode = SIMD3(x, y, z)
                    let scaled = mode &* multiplier
                    let square = (scaled &* scaled).wrappedSum()
                    let group = usesSquares ? square : (mode &* octantStride).wrappedSum()
                    waves[group] = fundamental * Double(square).squareRoot()
                }
            }
        }
        self.waves = waves
        let scale = (usesSquares: usesSquares, multiplier: multiplier.z)
        alongZ = (0...half.z).map { z in
            scale.usesSquares ? z * scale.multiplier * z * scale.multiplier : z
        }
    }

    /// The group of the mode with these indices, as a transform numbers them.
    @inline(__always)
    func index(_ x: Int, _ y: Int, _ z: Int) -> Int { start(x, y) + alongZ[z] }

    /// The groups of the modes (x, y, z), for kz in a range.
    @inline(__always)
    func line(_ x: Int, _ y: Int, _ z: Range<Int>, _ body: (_ z: Int, _ group: Int) -> Void) {
        let start = start(x, y)
        unsafe alongZ.withUnsafeBufferPointer { along in
            for z in z { unsafe body(z, start + along[z]) }
        }
    }

    @inline(__always)
    private func start(_ x: Int, _ y: Int) -> Int {
        let mode = SIMD3(
            abs(Wavenumbers.modeNumber(x, of: shape.x)), abs(Wavenumbers.modeNumber(y, of: shape.y)), 0)
        guard usesSquares else { return (mode &* octantStride).wrappedSum() }
        let scaled = mode &* multiplier
        return (scaled &* scaled).wrappedSum()
    }

    /// A function of `|k| s` for every group.
    func table(of function: (Double) -> Double) -> [Double] {
        waves.map { $0 < 0 ? 0 : function($0) }
    }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
}
