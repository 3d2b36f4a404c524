public import Background
internal import Memory
public import Mesh
public import Parallel
public import Particles

/// A particle would start half a box or more away from its Lagrangian point.
public struct DisplacementOverflow: ReportedError, Equatable {
    /// Always the user: amplitude, box or starting time do not fit together.
    public var fault: Fault { .user }
    /// The one line.
    public var message: String {
        "initial conditions: a particle is displaced by half the box or more, or its momentum exceeds the "
            + "integer range; check the amplitude (A_s, sigma8), the white noise and initial.a"
    }
}

/// Lagrangian perturbation theory of first or second order on the particle grid.
///
///     ∇²φ1 = δ,                               ψ1 = −D1 ∇φ1
///     ∇²φ2 = Σ_{i<j} (φ1,ii φ1,jj − φ1,ij²),  ψ2 = +D2 ∇φ2        (D2 < 0)
///     x = q + ψ1 + ψ2,   p = a² E d(ψ1 + ψ2)/d ln a
///
/// Nyquist planes are zero for an odd number of derivatives along their axis.
/// - Source: Bouchet et al. 1995; Scoccimarro 1998, appendix D.
public final class LagrangianPerturbation<Scalar: ParticleScalar> {
    /// The highest order included.
    public enum Order: Int, Sendable {
        /// Zel'dovich.
        case first = 1
        /// With tidal corrections.
        case second = 2
    }

    /// The particle grid.
    public let decomposition: Decomposition
    /// The order.
    public let order: Order
    /// Transforms on the particle grid.
    public let transform: FourierTransform<Scalar>
    private let waves: DerivativeTables

    /// Perturbation theory on a particle grid with spacing s [Mpc/h].
    public init(_ decomposition: Decomposition, spacing: Double, order: Order) {
        self.decomposition = decomposition
        self.order = order
        transform = FourierTransform(decomposition)
        waves = DerivativeTables(shape: decomposition.shape, spacing: spacing)
    }

    /// The particles' state at the start, from the linear modes for D1 = 1. Collective.
    ///
    /// - Parameters:
    ///   - modes: `δ_k` on the particle grid.
    ///   - growth: growth factors at the starting time.
    ///   - units: the integer units of position and momentum.
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func displace(
        _ modes: borrowing FourierField<Scalar>, to growth: GrowthFactors<Double>, in units: StateUnits
    ) throws -> LagrangianBlock<Scalar> {
        let secondOrder: FourierField<Scalar>? = order == .second ? secondOrderModes(of: modes) : nil
        var block = LagrangianBlock<Scalar>(decomposition, units: units)
        var fits = true
        for axis in 0..<3 {
            let first = transform.inverse(
                modes.multiplied(by: waves.displacement(axis), for: "displacement"), ghosts: .none)
            if secondOrder != nil {
                // ψ2 is +D2 ∇φ2 where ψ1 is −D1 ∇φ1: the sign goes with D2.
                let second = transform.inverse(
                    secondOrder!.multiplied(by: waves.displacement(axis), for: "displacement"), ghosts: .none)
                let start = StartingState(axis: axis, growth: growth, units: units)
                fits = start.set(&block, first: first, second: second) && fits
            } else {
                let start = StartingState(axis: axis, growth: growth, units: units)
                fits = start.set(&block, first: first) && fits
            }
        }
        guard !decomposition.grid.world.any(!fits) else { throw DisplacementOverflow() }
        return block
    }

    /// The transpose of ``displace(_:to:in:)`` at given modes. Collective.
    ///
    ///     ψ̄1 = D1 x̄ + G1 p̄,   ψ̄2 = −D2 x̄ − G2 p̄,        G = a² E D′
    ///     δ̄  = Σ_i T_iᵀ ψ̄1_i + Σ_ij S_ij φ̄_ij,   T_i = i k_i/k²,   S_ij = k_i k_j/k²
    ///     φ̄_ii = L̄ (δ − φ1,ii),   φ̄_ij = −2 L̄ φ1,ij,   L̄ = Σ_i T_iᵀ ψ̄2_i
    ///
    /// - Parameters:
    ///   - cotangents: x̄ [1/(Mpc/h)] and p̄ [1/(Mpc/h H0)] on the particle grid.
    ///   - modes: the `δ_k` that were displaced.
    ///   - growth: growth factors at the starting time, with derivatives.
    /// - Returns: the transform of δ̄(q), and the derivatives with respect to the cosmological parameters
    ///   through the growth factors.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public func displaceAdjoint(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, at modes: borrowing FourierField<Scalar>,
        to growth: GrowthFactors<Dual>
    ) throws -> AdjointModes<Scalar> {
        var modesCotangent = FourierField<Scalar>.zero(decomposition, for: "modes cotangent")
        var parameters = Dual(0)
        do {
            let coefficients = (x: growth.d1, p: growth.driftFunction)
            try pullBack(
                cotangents, through: modes, coefficients, into: &modesCotangent, parameters: &parameters)
        }
        if order == .second {
            var sourceCotangent = FourierField<Scalar>.zero(decomposition, for: "source cotangent")
            do {
                let coefficients = (x: -growth.d2, p: -growth.secondOrderMomentum)
                try pullBack(
                    cotangents, through: secondOrderModes(of: modes), coefficients, into: &sourceCotangent,
                    parameters: &parameters)
            }
            let source = transform.inverse(sourceCotangent, ghosts: .none)
            addSecondOrderTranspose(of: source, at: modes, to: &modesCotangent)
        }
        return AdjointModes(modes: modesCotangent, parameters: parameters)
    }

    /// Adds `Σ_i T_iᵀ (c_x x̄_i + c_p p̄_i)` to a cotangent, and to the parameters
    /// `Σ_i (x̄_i·ψ_i) ∂c_x + (p̄_i·ψ_i) ∂c_p` with `ψ_i = T_i f`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func pullBack(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, through modes: borrowing FourierField<Scalar>,
        _ coefficients: (x: Dual, p: Dual), into target: inout FourierField<Scalar>,
        parameters: inout Dual
    ) throws {
        let world = decomposition.grid.world
        for axis in 0..<3 {
            var psi = transform.inverse(
                modes.multiplied(by: waves.displacement(axis), for: "displacement"), ghosts: .none)
            let alongX = try innerProduct(
                cotangents.position[axis].span, psi.values.span, of: "a growth derivative", over: world)
            let alongP = try innerProduct(
                cotangents.momentum[axis].span, psi.values.span, of: "a growth derivative", over: world)
            parameters += coefficients.x.scaled(by: alongX) + coefficients.p.scaled(by: alongP)
            combine(
                cotangents.position[axis].span, coefficients.x.value, cotangents.momentum[axis].span,
                coefficients.p.value, into: &psi)
            var pulled = transform.forward(psi)
            pulled.multiply(by: waves.displacement(axis).transpose)
            target.add(pulled)
        }
    }

    /// `target = a x + b y`, in double, rounded once.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func combine(
        _ x: Span<Scalar>, _ a: Double, _ y: Span<Scalar>, _ b: Double, into target: inout Field<Scalar>
    ) {
        var values = target.values.mutableSpan
        for index in values.indices { values[index] = Scalar(a * Double(x[index]) + b * Double(y[index])) }
    }

    /// The modes of `Σ_{i<j} (φ1,ii φ1,jj − φ1,ij²)`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func secondOrderModes(of modes: borrowing FourierField<Scalar>) -> FourierField<Scalar> {
        var sum = tidal(0, 0, of: modes)
        var source = Field<Scalar>(decomposition, ghosts: .none, for: "second-order source")
        do {
            let second = tidal(1, 1, of: modes)
            update(&source, &sum, with: second) { source, sum, second in
                (sum * second, sum + second)
            }
        }
        do {
            let third = tidal(2, 2, of: modes)
            update(&source, &sum, with: third) { source, sum, third in (source + sum * third, sum) }
        }
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            let mixed = tidal(i, j, of: modes)
            update(&source, &sum, with: mixed) { source, sum, mixed in (source - mixed * mixed, sum) }
        }
        return transform.forward(source)
    }

    /// The transpose of ``secondOrderModes(of:)`` at given modes, added to their cotangent. `Σ φ1,ii = δ`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func addSecondOrderTranspose(
        of source: borrowing Field<Scalar>, at modes: borrowing FourierField<Scalar>,
        to target: inout FourierField<Scalar>
    ) {
        let contrast = transform.inverse(modes.copy(for: "linear overdensity"), ghosts: .none)
        for (i, j) in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)] {
            var tide = tidal(i, j, of: modes)
            do {
                let (sources, contrasts) = (source.values.span, contrast.values.span)
                var tides = tide.values.mutableSpan
                for index in tides.indices {
                    let others = i == j ? contrasts[index] - tides[index] : -2 * tides[index]
                    tides[index] = sources[index] * others
                }
            }
            var pulled = transform.forward(tide)
            pulled.multiply(by: waves.tidal(i, j))
            target.add(pulled)
        }
    }

    /// `φ1,ij` for D1 = 1, on the particle grid.
    private func tidal(_ i: Int, _ j: Int, of modes: borrowing FourierField<Scalar>) -> Field<Scalar> {
        transform.inverse(modes.multiplied(by: waves.tidal(i, j), for: "tidal field"), ghosts: .none)
    }

    @inline(__always)
    private func update(
        _ source: inout Field<Scalar>, _ sum: inout Field<Scalar>, with term: borrowing Field<Scalar>,
        _ rule: (Scalar, Scalar, Scalar) -> (Scalar, Scalar)
    ) {
        var sources = source.values.mutableSpan
        var sums = sum.values.mutableSpan
        let terms = term.values.span
        for index in terms.indices {
            (sources[index], sums[index]) = rule(sources[index], sums[index], terms[index])
        }
    }
}

/// What the transpose of the initial conditions gives.
public struct AdjointModes<Scalar: FourierScalar>: ~Copyable {
    /// The transform of δ̄(q), the cotangent of the linear overdensity for D1 = 1.
    public var modes: FourierField<Scalar>
    /// Derivatives with respect to the cosmological parameters; the value part means nothing.
    public let parameters: Dual

    /// Takes the modes out.
    public consuming func takeModes() -> FourierField<Scalar> { modes }
}
