public import Background
public import Mesh
public import Parallel

/// The amplitude of every linear mode of a particle grid: `A(k) = √(P₀(k)/s³)`, P₀(k) = P_lin(k, 1)/D1²(1).
///
/// With it, `δ_k = A(k) s_k` is the linear overdensity for D1 = 1 of the white noise s (s_k its discrete
/// transform); k = 0 is zero.
public struct ModeAmplitudes: Sendable {
    private let shells: ModeShells
    private let spacing: Double
    private let amplitudes: [Double]

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
        self.spacing = spacing
        let shells = ModeShells(shape: shape)
        let cell = spacing * spacing * spacing
        self.shells = shells
        amplitudes = shells.table { wave in wave == 0 ? 0 : (power(wave / spacing) / cell).squareRoot() }
    }

    /// The smallest and the largest wavenumber of a particle grid [h/Mpc].
    public static func wavenumberRange(shape: SIMD3<Int>, spacing: Double) -> ClosedRange<Double> {
        let longest = Double(max(shape.x, shape.y, shape.z))
        let corner = (0..<3).map { axis -> Double in
            let wave = Double(shape[axis] / 2) / Double(shape[axis])
            return wave * wave
        }
        return 2 * Double.pi / (spacing * longest)...2 * Double.pi / spacing
            * corner.reduce(0, +).squareRoot()
    }

    /// Turns the modes of white noise into linear overdensity modes for D1 = 1, in place.
    ///
    /// The operation is diagonal and real: it is its own transpose.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func apply<Scalar: FourierScalar>(to modes: inout FourierField<Scalar>) {
        modes.decomposition.grid.phases.measure(.initialConditions) {
            unsafe amplitudes.withUnsafeBufferPointer { amplitudes in
                for x in modes.x {
                    for y in modes.y {
                        let line = unsafe modes.values.start + modes.offset(x: x, y: y, z: modes.z.lowerBound)
                        let first = modes.z.lowerBound
                        shells.line(x, y, modes.z) { z, group in
                            let (amplitude, mode) = unsafe (amplitudes[group], line + 2 * (z - first))
                            unsafe mode[0] = unsafe Scalar(Double(mode[0]) * amplitude)
                            unsafe mode[1] = unsafe Scalar(Double(mode[1]) * amplitude)
                        }
                    }
                }
            }
        }
    }

    /// The derivatives of a function of δ with respect to the parameters of the power spectrum. Collective.
    ///
    ///     θ̄ = Σ_k Re(δ̄_k* s_k) ∂A(k)/∂θ / N,    ∂A = ∂P₀ / (2 s³ A)
    ///
    /// summed exactly over all modes, the stored half with Hermitian weights.
    ///
    /// - Parameters:
    ///   - cotangent: the transform of δ̄(q).
    ///   - noise: the transform of the white noise.
    ///   - power: the linear power spectrum with derivatives.
    /// - Throws: ``NotFiniteError`` on all ranks.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func parameterDerivatives<Scalar: FourierScalar>(
        _ cotangent: borrowing FourierField<Scalar>, noise: borrowing FourierField<Scalar>,
        _ power: LinearPower<Dual>
    ) throws(NotFiniteError) -> Dual {
        let world = cotangent.decomposition.grid.world
        var largest = 0.0
        forEachProduct(cotangent, noise) { _, product in
            if !(abs(product) <= largest) { largest = product.isFinite ? abs(product) : .nan }
        }
        let maximum = world.maximum(largest)
        guard maximum.isFinite else { throw NotFiniteError(quantity: "the cotangent of the linear modes") }
        var sums = [ExactSum](repeating: ExactSum(maximum: maximum), count: amplitudes.count)
        forEachProduct(cotangent, noise) { shell, product in sums[shell].add(product) }
        let totals = ExactSum.total(sums, over: world)

        let cell = spacing * spacing * spacing
        let count = Double(cotangent.decomposition.pointCount)
        var derivatives = Dual(0)
        for (shell, wave) in shells.waves.enumerated() where wave > 0 && totals[shell] != 0 {
            let scale = totals[shell] / (2 * cell * amplitudes[shell] * count)
            derivatives += power(wave / spacing).scaled(by: scale)
        }
        return derivatives
    }

    /// Visits `weight · Re(cotangent* noise)` of every stored mode.
    @inline(__always)
    private func forEachProduct<Scalar: FourierScalar>(
        _ cotangent: borrowing FourierField<Scalar>, _ noise: borrowing FourierField<Scalar>,
        _ body: (_ shell: Int, _ product: Double) -> Void
    ) {
        let (first, second) = (cotangent.values.span, noise.values.span)
        let mesh = cotangent.decomposition
        var mode = 0
        for x in cotangent.x {
            for y in cotangent.y {
                for z in cotangent.z {
                    let weight = Double(mesh.hermitianWeight(z: z))
                    let product =
                        Double(first[mode]) * Double(second[mode])
                        + Double(first[mode + 1]) * Double(second[mode + 1])
                    body(shells.index(x, y, z), weight * product)
                    mode += 2
                }
            }
        }
    }
}
