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

/// Lagrangian perturbation theory up to third order on the particle grid.
///
///     ∇²φ1 = δ,                                        ψ1 = −D1 ∇φ1
///     ∇²φ2 = Σ_{i<j} (φ1,ii φ1,jj − φ1,ij²),           ψ2 = +D2 ∇φ2        (D2 < 0)
///     ∇²φ3a = det φ1,ij,                               ψ3a = D3a ∇φ3a
///     ∇²φ3b = ½ Σ_{i≠j} (φ1,ii φ2,jj − φ1,ij φ2,ij),   ψ3b = D3b ∇φ3b
///     C = −([H, G]_yz, [H, G]_zx, [H, G]_xy),          ψ3c = D3c ∇⁻²(∇ × C),   H = φ1,ij, G = φ2,ij
///     x = q + Σψ,   p = a² E d(Σψ)/d ln a
///
/// Each line is a ``PerturbationTerm``. Nyquist planes are zero for an odd number of derivatives along their axis, and
/// in sources that are free of aliasing.
/// - Source: Bouchet et al. 1995; Scoccimarro 1998, appendix D; Catelan 1995; Rampf & Buchert 2012.
public final class LagrangianPerturbation<Scalar: ParticleScalar> {
    /// The highest order included.
    public typealias Order = PerturbationOrder

    /// The particle grid.
    public let decomposition: Decomposition
    /// The order.
    public let order: Order
    /// Transforms on the particle grid.
    public let transform: FourierTransform<Scalar>
    private let waves: DerivativeTables
    /// By order, the first one first; those of the third are made of the first two.
    private let terms: [any PerturbationTerm<Scalar>]

    /// Whether products free of aliasing can be taken on a grid.
    public static func canDealias(_ shape: SIMD3<Int>) -> Bool {
        shape.min() >= DealiasedProducts<Scalar>.shortestSide
    }

    /// Perturbation theory on a particle grid with spacing s [Mpc/h]. Collective.
    ///
    /// - Precondition: ``canDealias(_:)`` the grid, if the order is free of aliasing.
    public init(_ decomposition: Decomposition, spacing: Double, order: Order) {
        self.decomposition = decomposition
        self.order = order
        let transform = FourierTransform<Scalar>(decomposition)
        let waves = DerivativeTables(shape: decomposition.shape, spacing: spacing)
        self.transform = transform
        self.waves = waves
        var terms: [any PerturbationTerm<Scalar>] = [FirstOrderTerm<Scalar>()]
        if order.isDealiased {
            let tides = TidalProducts<Scalar>(decomposition, waves)
            terms.append(DealiasedSecondOrderTerm(tides: tides))
            if order.rawValue == 3 {
                terms.append(DeterminantTerm(tides: tides))
                terms.append(MixedTerm(tides: tides))
                terms.append(TransverseTerm(tides: tides))
            }
        } else if order.rawValue == 2 {
            terms.append(SecondOrderTerm(transform: transform, waves: waves))
        }
        self.terms = terms
    }

    /// The particles' state at the start, from the linear modes for D1 = 1. Collective.
    ///
    /// - Parameters:
    ///   - modes: `δ_k` on the particle grid.
    ///   - growth: ``PerturbationOrder/growth(at:_:)`` at the starting time.
    ///   - units: the integer units of position and momentum.
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func displace(
        _ modes: consuming FourierField<Scalar>, to growth: GrowthFactors<Double>, in units: StateUnits
    ) throws -> LagrangianBlock<Scalar> {
        var known = LowerOrders<Scalar>(linear: Modes(modes))
        var sources: [[Modes<Scalar>]] = []
        for term in terms {
            sources.append(term.sources(of: known))
            if sources.count == 2 { known.second = sources[1][0] }
        }
        let coefficients = terms.map { $0.coefficients(growth) }
        var block = LagrangianBlock<Scalar>(decomposition, units: units)
        var fits = true
        for axis in 0..<3 {
            let displacements = zip(terms, sources).map { term, sources in
                Displacement(displacement(axis, of: sources, by: term.operation))
            }
            let start = StartingState(axis: axis, coefficients: coefficients, units: units)
            fits = start.set(&block, displacements) && fits
        }
        guard !decomposition.grid.world.any(!fits) else { throw DisplacementOverflow() }
        return block
    }

    /// The transpose of ``displace(_:to:in:)`` at given modes. Collective.
    ///
    ///     ψ̄ = c_x x̄ + c_p p̄,    s̄ = Lᵀ ψ̄,    δ̄ = Σ Sᵀ(s̄)        for each term ψ = c L S(δ)
    ///
    /// - Parameters:
    ///   - cotangents: x̄ [1/(Mpc/h)] and p̄ [1/(Mpc/h H0)] on the particle grid.
    ///   - modes: the `δ_k` that were displaced.
    ///   - growth: growth factors at the starting time, with derivatives.
    /// - Returns: the transform of δ̄(q), and the derivatives with respect to the cosmological parameters
    ///   through the growth factors.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public func displaceAdjoint(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, at modes: consuming FourierField<Scalar>,
        to growth: GrowthFactors<Dual>
    ) throws -> AdjointModes<Scalar> {
        var known = LowerOrders<Scalar>(linear: Modes(modes))
        var target = LowerOrders<Scalar>(linear: .zero(decomposition, for: "modes cotangent"))
        var parameters = Dual(0)
        try pullBack(
            cotangents, through: [known.linear], of: terms[0], growth, into: [target.linear], &parameters)
        if terms.count > 1 {
            known.second = terms[1].sources(of: known)[0]
            target.second = .zero(decomposition, for: "source cotangent")
        }
        // The second order comes last, since the third hands cotangents on to its source.
        for index in (1..<terms.count).reversed() {
            let term = terms[index]
            let sources = index == 1 ? [known.second!] : term.sources(of: known)
            let sourceCotangents =
                index == 1
                ? [target.second!]
                : sources.map { _ in Modes<Scalar>.zero(decomposition, for: "source cotangent") }
            try pullBack(
                cotangents, through: sources, of: term, growth, into: sourceCotangents, &parameters)
            if index == 1 { known.second = nil }
            term.addTranspose(of: sourceCotangents, at: known, to: target)
        }
        return AdjointModes(
            modes: target.linear.field.copy(for: "modes cotangent"), parameters: parameters)
    }

    /// L of a source, along one axis.
    private func displacement(
        _ axis: Int, of sources: [Modes<Scalar>], by operation: DisplacementOperation
    ) -> Field<Scalar> {
        let parts = operation.parts(of: axis)
        var sum = sources[parts[0].source].field.multiplied(by: multiplier(parts[0]), for: "displacement")
        for part in parts.dropFirst() {
            sum.add(sources[part.source].field.multiplied(by: multiplier(part), for: "displacement"))
        }
        return transform.inverse(sum, ghosts: .none)
    }

    private func multiplier(_ part: DisplacementOperation.Part) -> SpectralMultiplier {
        let multiplier = waves.displacement(part.derivative)
        return part.isNegative ? multiplier.negative : multiplier
    }

    /// Adds `Lᵀ (c_x x̄ + c_p p̄)` to the cotangents of a term's source, and to the parameters
    /// `Σ_i (x̄_i·ψ_i) ∂c_x + (p̄_i·ψ_i) ∂c_p` with `ψ = L s`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func pullBack(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, through sources: [Modes<Scalar>],
        of term: any PerturbationTerm<Scalar>, _ growth: GrowthFactors<Dual>, into target: [Modes<Scalar>],
        _ parameters: inout Dual
    ) throws {
        let world = decomposition.grid.world
        let coefficients = term.coefficients(growth)
        for axis in 0..<3 {
            var psi = displacement(axis, of: sources, by: term.operation)
            let alongX = try innerProduct(
                cotangents.position[axis].span, psi.values.span, of: "a growth derivative", over: world)
            let alongP = try innerProduct(
                cotangents.momentum[axis].span, psi.values.span, of: "a growth derivative", over: world)
            parameters += coefficients.x.scaled(by: alongX) + coefficients.p.scaled(by: alongP)
            combine(
                cotangents.position[axis].span, coefficients.x.value, cotangents.momentum[axis].span,
                coefficients.p.value, into: &psi)
            let pulled = transform.forward(psi)
            for part in term.operation.parts(of: axis) {
                target[part.source].field.add(
                    pulled.multiplied(by: multiplier(part).transpose, for: "source cotangent"))
            }
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
