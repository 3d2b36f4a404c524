public import Background
public import Mesh

/// The amplitude of every linear mode of a particle grid: `√(P₀(k)/s³)`, P₀(k) = P_lin(k, 1)/D1²(1).
///
/// With it, `δ_k = s_k √(P₀(k)/s³)` is the linear overdensity for D1 = 1 of the white noise s (s_k its
/// discrete transform); k = 0 is zero. Amplitudes are tabulated by the integer `Σ (n_i M/N_i)²` to which k²
/// is proportional (M the least common multiple of the sides), when that table is smaller than the grid.
public struct ModeAmplitudes: Sendable {
    private let shape: SIMD3<Int>
    private let spacing: Double
    private let multiplier: SIMD3<Int>
    private let fundamental: Double
    private let power: LinearPower<Double>
    private let table: [Double]

    /// The amplitudes of a particle grid.
    ///
    /// - Parameters:
    ///   - power: the linear power spectrum [(Mpc/h)³].
    ///   - shape: the particle grid.
    ///   - spacing: its spacing s [Mpc/h].
    /// - Throws: `PowerTableError` when the grid has modes outside a table's range.
    public init(_ power: LinearPower<Double>, shape: SIMD3<Int>, spacing: Double) throws(PowerTableError) {
        let range = Self.wavenumberRange(shape: shape, spacing: spacing)
        try power.requireCoverage(from: range.lowerBound, to: range.upperBound)
        self.power = power
        self.shape = shape
        self.spacing = spacing
        let common = leastCommonMultiple(leastCommonMultiple(shape.x, shape.y), shape.z)
        multiplier = [common / shape.x, common / shape.y, common / shape.z]
        fundamental = 2 * Double.pi / (spacing * Double(common))
        let squares = (0..<3).map { (shape[$0] / 2 * multiplier[$0]) * (shape[$0] / 2 * multiplier[$0]) }
        let largest = squares.reduce(0, +)
        guard largest <= shape.x * shape.y * shape.z else {
            table = []
            return
        }
        var table = [Double](repeating: -1, count: largest + 1)
        for x in 0...shape.x / 2 {
            for y in 0...shape.y / 2 {
                for z in 0...shape.z / 2 {
                    let key = Self.key([x, y, z], multiplier)
                    if table[key] < 0 {
                        table[key] = Self.amplitude(power, fundamental * Double(key).squareRoot(), spacing)
                    }
                }
            }
        }
        self.table = table
    }

    /// The smallest and the largest wavenumber of a particle grid [h/Mpc].
    public static func wavenumberRange(shape: SIMD3<Int>, spacing: Double) -> ClosedRange<Double> {
        let longest = Double(max(shape.x, shape.y, shape.z))
        let corner = (0..<3).map { axis -> Double in
            let wave = Double(shape[axis] / 2) / Double(shape[axis])
            return wave * wave
        }
        return 2 * Double.pi / (spacing * longest)...2 * Double.pi / spacing * corner.reduce(0, +).squareRoot()
    }

    /// The amplitude of the mode with these indices along x, y and z (as a transform numbers them).
    @inline(__always)
    func callAsFunction(_ x: Int, _ y: Int, _ z: Int) -> Double {
        let signed = SIMD3(2 * x > shape.x ? x - shape.x : x, 2 * y > shape.y ? y - shape.y : y, z)
        let key = Self.key(signed, multiplier)
        guard table.isEmpty else { return table[key] }
        return Self.amplitude(power, fundamental * Double(key).squareRoot(), spacing)
    }

    @inline(__always)
    private static func key(_ mode: SIMD3<Int>, _ multiplier: SIMD3<Int>) -> Int {
        let scaled = mode &* multiplier
        return (scaled &* scaled).wrappedSum()
    }

    private static func amplitude(_ power: LinearPower<Double>, _ k: Double, _ spacing: Double) -> Double {
        k == 0 ? 0 : (power(k) / (spacing * spacing * spacing)).squareRoot()
    }
}

extension ModeAmplitudes {
    /// Turns the modes of white noise into linear overdensity modes for D1 = 1, in place.
    ///
    /// The operation is diagonal and real: it is its own transpose.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func apply<Scalar: FourierScalar>(to modes: inout FourierField<Scalar>) {
        modes.mapModes { x, y, z, real, imaginary in
            let amplitude = self(x, y, z)
            return (Scalar(Double(real) * amplitude), Scalar(Double(imaginary) * amplitude))
        }
    }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
}
