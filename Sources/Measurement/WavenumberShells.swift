internal import Mesh
internal import Parallel

/// This rank's share of the modes sorted into spherical shells: the loops under ``PowerSpectrum``.
struct WavenumberShells {
    /// k_f [h/Mpc].
    let width: Double
    /// The last whole shell.
    let count: Int

    /// Sums of |k| are kept in these parts of k_f, as integers.
    static let wavenumberUnits = 0x1p32

    // Along each axis, for the indices held: (k/k_f)², and what the window takes from a product of two modes.
    private let squares: (x: [Double], y: [Double], z: [Double])
    private let gains: (x: [Double], y: [Double], z: [Double])
    private let weights: [Double]

    /// Sums over this rank's modes, by shell; shell `count + 1` holds all that lies beyond `count`.
    struct Sums {
        var modes: [Int128]
        var wavenumbers: [Int128]
        var powers: [ExactSum]
    }

    init(
        _ decomposition: Decomposition, y: Range<Int>, z: Range<Int>, box: SIMD3<Double>,
        correction: WindowCorrection
    ) {
        let shape = decomposition.shape
        let longest = box.max()
        width = 2 * .pi / longest
        let shells = SphericalShells(shape: shape, box: box)
        count = shells.count

        func gains(_ held: Range<Int>, _ axis: Int) -> [Double] {
            let phases = Wavenumbers(along: axis, of: shape).phases
            return held.map { index in
                guard correction == .cloudInCell else { return 1 }
                let window = sinc(phases[index] / 2)
                return 1 / (window * window * window * window)
            }
        }
        squares = (shells.squares.x, Array(shells.squares.y[y]), Array(shells.squares.z[z]))
        self.gains = (gains(0..<shape.x, 0), gains(y, 1), gains(z, 2))
        weights = z.map { Double(decomposition.hermitianWeight(z: $0)) }
    }

    /// The largest |weight · gain · Re a b*| held; NaN when one is not finite.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func largestTerm<Scalar: FourierScalar>(_ first: Span<Scalar>, _ second: Span<Scalar>) -> Double {
        var largest = 0.0
        var isFinite = true
        forEachTerm(first, second) { _, _, term in
            let magnitude = abs(term)
            largest = max(largest, magnitude)
            isFinite = isFinite && magnitude < .infinity
        }
        return isFinite ? largest : .nan
    }

    /// The sums over the modes held.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func sums<Scalar: FourierScalar>(
        _ first: Span<Scalar>, _ second: Span<Scalar>, maximum: Double
    ) -> Sums {
        var sums = Sums(
            modes: Array(repeating: 0, count: count + 2), wavenumbers: Array(repeating: 0, count: count + 2),
            powers: Array(repeating: ExactSum(maximum: maximum), count: count + 2))
        forEachTerm(first, second) { square, weight, term in
            let wavenumber = square.squareRoot()
            let shell = min(SphericalShells.shell(ofSquare: square), count + 1)
            sums.modes[shell] &+= Int128(Int64(weight))
            sums.wavenumbers[shell] &+= Int128(Int64(weight * wavenumber * Self.wavenumberUnits))
            sums.powers[shell].add(term)
        }
        return sums
    }

    @inline(__always)
    private func forEachTerm<Scalar: FourierScalar>(
        _ first: Span<Scalar>, _ second: Span<Scalar>,
        _ body: (_ square: Double, _ weight: Double, _ term: Double) -> Void
    ) {
        precondition(first.count == second.count)
        var mode = 0
        for x in squares.x.indices {
            for y in squares.y.indices {
                let square = squares.x[x] + squares.y[y]
                let gain = gains.x[x] * gains.y[y]
                for z in squares.z.indices {
                    let real = Double(first[mode]) * Double(second[mode])
                    let imaginary = Double(first[mode + 1]) * Double(second[mode + 1])
                    body(
                        square + squares.z[z], weights[z],
                        weights[z] * (gain * gains.z[z]) * (real + imaginary))
                    mode += 2
                }
            }
        }
    }
}
