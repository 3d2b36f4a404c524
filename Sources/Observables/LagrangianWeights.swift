internal import Glibc
internal import Mesh
internal import Parallel
internal import Particles

/// How much of the tracers each particle carries, from the linear density where it began.
///
///     P = b₁ δ + b₂ (δ² − ⟨δ²⟩) + b_s (s² − ⟨s²⟩) + b_∇ ∇²δ,    s_ij = (∂_i ∂_j ∇⁻² − δ_ij/3) δ,    δ = D δ₁
///
/// and w = 1 + P, or e^P where w must be positive. Back, with P̄ = w̄ or w w̄, and P̄ − ⟨P̄⟩ where a mean was taken off:
///
///     δ̄ = b₁ P̄ + 2 b₂ (P̄ − ⟨P̄⟩) δ + 2 b_s Σ_ij (∂_i ∂_j ∇⁻² − δ_ij/3)[(P̄ − ⟨P̄⟩) s_ij] + b_∇ ∇²P̄,    δ̄₁ = D δ̄,    D̄ = Σ δ̄ δ₁
///
/// Products are made on the particle grid, and their transposes there.
///
/// - Source: Desjacques, Jeong & Schmidt 2018, Phys. Rep. 733, 1; Modi, Chen & White 2020, MNRAS 492, 5754.
struct LagrangianWeights<Scalar: ParticleScalar>: ~Copyable {
    /// What w is of P.
    enum Form {
        /// 1 + P.
        case linear
        /// e^P.
        case exponential
    }

    private let form: Form
    private let transform: FourierTransform<Scalar>
    private let waves: Waves
    /// δ₁.
    private let density: Field<Scalar>
    /// ⟨δ₁²⟩.
    private let variance: Double
    /// s² of δ₁, and its mean.
    private let shear: Field<Scalar>
    private let meanShear: Double
    /// ∇²δ₁ [(h/Mpc)²].
    private let laplacian: Field<Scalar>

    /// What follows from linear modes. Collective.
    ///
    /// - Parameters:
    ///   - modes: δ₁ of each wave, for D = 1.
    ///   - transform: on the particle grid.
    ///   - spacing: of it [Mpc/h].
    /// - Throws: `NotFiniteError` on all ranks.
    init(
        of modes: consuming FourierField<Scalar>, _ form: Form, on transform: FourierTransform<Scalar>,
        spacing: Double
    ) throws(NotFiniteError) {
        let waves = Waves(shape: transform.decomposition.shape, spacing: spacing)
        var curved = modes.copy(for: "Lagrangian bias")
        waves.applyLaplacian(to: &curved, times: 1)
        let laplacian = transform.inverse(curved, ghosts: .none)
        let shear = Self.shear(of: modes, waves, transform)
        let density = transform.inverse(modes, ghosts: .none)
        let variance = try Self.mean(of: density) { $0 * $0 }
        let meanShear = try Self.mean(of: shear) { $0 }
        self.variance = variance
        self.meanShear = meanShear
        self.form = form
        self.transform = transform
        self.waves = waves
        self.density = density
        self.shear = shear
        self.laplacian = laplacian
    }

    /// P at a point.
    private func exponent(_ slot: Int, _ growth: Double, _ own: [Double]) -> Double {
        let delta = Double(density.values.span[slot])
        let square = growth * growth
        return own[0] * growth * delta + own[1] * square * (delta * delta - variance)
            + own[2] * square * (Double(shear.values.span[slot]) - meanShear)
            + own[3] * growth * Double(laplacian.values.span[slot])
    }

    /// w on the particle grid.
    ///
    /// - Parameters:
    ///   - growth: D.
    ///   - own: b₁, b₂, b_s and b_∇ [(Mpc/h)²].
    func values(at growth: Double, _ own: [Double]) -> Field<Scalar> {
        var weights = Field<Scalar>(density.decomposition, ghosts: .none, for: "Lagrangian bias")
        var values = weights.values.mutableSpan
        for slot in values.indices {
            let exponent = exponent(slot, growth, own)
            values[slot] = Scalar(form == .linear ? 1 + exponent : exp(exponent))
        }
        return weights
    }

    /// From w̄ to those of δ₁, D and the coefficients. Collective.
    ///
    /// - Parameter cotangent: w̄ on the particle grid.
    /// - Throws: `NotFiniteError` on all ranks.
    func pullBack(
        _ cotangent: consuming Field<Scalar>, at growth: Double, _ own: [Double]
    ) throws(NotFiniteError) -> LagrangianWeightsCotangent<Scalar> {
        var bar = cotangent
        if form == .exponential {
            var values = bar.values.mutableSpan
            for slot in values.indices {
                values[slot] = Scalar(Double(values[slot]) * exp(exponent(slot, growth, own)))
            }
        }
        let square = growth * growth
        let slopes = [
            growth * (try sum(bar, of: "b1") { Double(density.values.span[$0]) }),
            square
                * (try sum(bar, of: "b2") {
                    let delta = Double(density.values.span[$0])
                    return delta * delta - variance
                }),
            square * (try sum(bar, of: "bs2") { Double(shear.values.span[$0]) - meanShear }),
            growth * (try sum(bar, of: "b_nabla") { Double(laplacian.values.span[$0]) }),
        ]
        let byGrowth =
            (own[0] * slopes[0] + 2 * own[1] * slopes[1] + 2 * own[2] * slopes[2] + own[3] * slopes[3])
            / growth
        let mean = try Self.mean(of: bar) { $0 }
        var result = FourierField<Scalar>.zero(bar.decomposition, for: "Lagrangian bias")
        if own[2] != 0 { addShear(of: bar, minus: mean, times: 2 * own[2] * square, to: &result) }
        if own[3] != 0 {
            var curved = transform.forward(keeping: bar)
            waves.applyLaplacian(to: &curved, times: own[3] * growth)
            result.add(curved)
        }
        do {
            var values = bar.values.mutableSpan
            for slot in values.indices {
                let (pull, delta) = (Double(values[slot]), Double(density.values.span[slot]))
                values[slot] = Scalar(own[0] * growth * pull + 2 * own[1] * square * (pull - mean) * delta)
            }
        }
        result.add(transform.forward(bar))
        return LagrangianWeightsCotangent(modes: result, growth: byGrowth, coefficients: slopes)
    }

    /// `Σ P̄ t` over the grid. Collective.
    private func sum(
        _ bar: borrowing Field<Scalar>, of name: String, _ term: (Int) -> Double
    ) throws(NotFiniteError) -> Double {
        let values = bar.values.span
        return try bar.decomposition.grid.world.exactSum(
            count: values.count, of: "the derivative by bias_\(name)"
        ) { Double(values[$0]) * term($0) }
    }

    private static func mean(
        of field: borrowing Field<Scalar>, _ term: (Double) -> Double
    ) throws(NotFiniteError) -> Double {
        let values = field.values.span
        return try field.decomposition.grid.world.exactSum(count: values.count, of: "a mean") {
            term(Double(values[$0]))
        } / Double(field.decomposition.pointCount)
    }

    // MARK: The tidal field

    /// s² of some modes. Collective.
    private static func shear(
        of modes: borrowing FourierField<Scalar>, _ waves: Waves, _ transform: FourierTransform<Scalar>
    ) -> Field<Scalar> {
        var sum = Field<Scalar>(transform.decomposition, ghosts: .none, for: "Lagrangian bias")
        sum.fill(with: 0)
        for (i, j) in Waves.components {
            let component = tide(i, j, of: modes, waves, transform)
            let weight: Scalar = i == j ? 1 : 2
            let values = component.values.span
            var target = sum.values.mutableSpan
            for slot in target.indices { target[slot] += weight * values[slot] * values[slot] }
        }
        return sum
    }

    /// s_ij of some modes; the same operation is its own transpose. Collective.
    private static func tide(
        _ i: Int, _ j: Int, of modes: borrowing FourierField<Scalar>, _ waves: Waves,
        _ transform: FourierTransform<Scalar>
    ) -> Field<Scalar> {
        transform.inverse(tidalModes(i, j, of: modes, waves), ghosts: .none)
    }

    private static func tidalModes(
        _ i: Int, _ j: Int, of modes: borrowing FourierField<Scalar>, _ waves: Waves
    ) -> FourierField<Scalar> {
        var tides = modes.multiplied(by: waves.tidal(i, j), for: "tidal field")
        if i == j {
            var third = modes.copy(for: "tidal field")
            third.mapModes { _, _, _, real, imaginary in (-real / 3, -imaginary / 3) }
            tides.add(third)
        }
        return tides
    }

    /// Adds the modes of `κ Σ_ij (∂_i ∂_j ∇⁻² − δ_ij/3)[(P̄ − ⟨P̄⟩) s_ij]`. Collective.
    private func addShear(
        of bar: borrowing Field<Scalar>, minus mean: Double, times factor: Double,
        to result: inout FourierField<Scalar>
    ) {
        let modes = transform.forward(keeping: density)
        for (i, j) in Waves.components {
            var product = Self.tide(i, j, of: modes, waves, transform)
            let weight = i == j ? factor : 2 * factor
            do {
                let pulls = bar.values.span
                var values = product.values.mutableSpan
                for slot in values.indices {
                    values[slot] = Scalar(weight * (Double(pulls[slot]) - mean) * Double(values[slot]))
                }
            }
            result.add(Self.tidalModes(i, j, of: transform.forward(product), waves))
        }
    }
}

/// What the weights send back.
struct LagrangianWeightsCotangent<Scalar: ParticleScalar>: ~Copyable {
    /// The transform of δ̄₁(q).
    let modes: FourierField<Scalar>
    /// D̄.
    let growth: Double
    /// Of b₁, b₂, b_s and b_∇.
    let coefficients: [Double]

    /// Takes δ̄₁ out.
    consuming func takeModes() -> FourierField<Scalar> { modes }
}

/// The wavenumbers of the particle grid, arranged as multipliers.
private struct Waves: Sendable {
    static let components = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
    private let full: [[Double]]
    private let withoutNyquist: [[Double]]
    private let ones: [[Double]]

    init(shape: SIMD3<Int>, spacing: Double) {
        let axes = (0..<3).map { Wavenumbers(along: $0, of: shape) }
        let full = axes.map { $0.values(spacing: spacing) }
        self.full = full
        withoutNyquist = zip(axes, full).map { $0.withoutNyquist($1) }
        ones = full.map { $0.map { _ in 1 } }
    }

    private func squares() -> [[Double]] { full.map { $0.map { $0 * $0 } } }

    /// Multiplies modes by `−κ k²`; real and even, so its own transpose.
    func applyLaplacian<Scalar: FourierScalar>(to modes: inout FourierField<Scalar>, times factor: Double) {
        let squares = squares()
        modes.mapModes { x, y, z, real, imaginary in
            let multiplier = Scalar(-factor * (squares[0][x] + squares[1][y] + squares[2][z]))
            return (multiplier * real, multiplier * imaginary)
        }
    }

    /// `k_i k_j / k²`.
    func tidal(_ i: Int, _ j: Int) -> SpectralMultiplier {
        var factors = ones
        if i == j {
            factors[i] = squares()[i]
        } else {
            factors[i] = withoutNyquist[i]
            factors[j] = withoutNyquist[j]
        }
        let squares = squares()
        return SpectralMultiplier(
            factors: .init(x: factors[0], y: factors[1], z: factors[2]),
            denominators: .init(x: squares[0], y: squares[1], z: squares[2]))
    }
}
