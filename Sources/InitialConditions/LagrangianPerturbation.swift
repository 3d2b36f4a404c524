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
/// Each of the first two lines is a ``PerturbationTerm``, all together are a ``ThirdOrderTheory``. Nyquist planes are zero for an odd number of derivatives along their axis, and
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
    /// By order, the first one first; none where there is a theory of third order.
    private let terms: [any PerturbationTerm<Scalar>]
    private let third: ThirdOrderTheory<Scalar>?

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
        let first = FirstOrderTerm<Scalar>()
        switch order.rawValue {
        case 1: terms = [first]
        case 2 where order.isDealiased:
            terms = [first, DealiasedSecondOrderTerm(tides: TidalProducts(decomposition, waves))]
        case 2: terms = [first, SecondOrderTerm(transform: transform, waves: waves)]
        default: terms = []
        }
        third =
            order.rawValue == 3
            ? ThirdOrderTheory(transform: transform, waves: waves, spacing: spacing) : nil
    }

    /// The particles' state at the start, from the linear modes for D1 = 1. Collective.
    ///
    /// - Parameters:
    ///   - modes: `δ_k` on the particle grid.
    ///   - growth: ``PerturbationOrder/growth(at:_:)`` at the starting time.
    ///   - units: the integer units of position and momentum.
    ///   - memory: where what ``displaceAdjoint(_:at:to:remembering:)`` would compute again is kept, if it has the room.
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func displace(
        _ modes: consuming FourierField<Scalar>, to growth: GrowthFactors<Double>, in units: StateUnits,
        remembering memory: PerturbationMemory<Scalar>? = nil
    ) throws -> LagrangianBlock<Scalar> {
        let linear = Modes(modes)
        guard let third else {
            let sources = terms.map { $0.source(of: linear) }
            return try block(in: units, terms.map { $0.coefficients(growth) }) { axis in
                sources.map { Displacement(displacement(axis, of: $0)) }
            }
        }
        let above = third.sources(of: linear)
        memory?.sources = above
        let coefficients = ThirdOrderTheory<Scalar>.coefficients(growth)
        let sums = third.sums(of: [linear] + above, times: coefficients)
        // Displacements and momenta are complete as they come.
        return try block(in: units, [.init(x: 1, p: 0), .init(x: 0, p: 1)]) { axis in
            third.displacements(axis, sums, [linear] + above, times: coefficients.last!)
        }
    }

    private func block(
        in units: StateUnits, _ coefficients: [TermCoefficients<Double>],
        _ displacements: (Int) -> [Displacement<Scalar>]
    ) throws -> LagrangianBlock<Scalar> {
        var block = LagrangianBlock<Scalar>(decomposition, units: units)
        var fits = true
        for axis in 0..<3 {
            let start = StartingState(axis: axis, coefficients: coefficients, units: units)
            fits = start.set(&block, displacements(axis)) && fits
        }
        guard !decomposition.grid.world.any(!fits) else { throw DisplacementOverflow() }
        return block
    }

    /// The transpose of ``displace(_:to:in:remembering:)`` at given modes. Collective.
    ///
    ///     ψ̄ = c_x x̄ + c_p p̄,    s̄ = Lᵀ ψ̄,    δ̄ = Σ Sᵀ(s̄)        for each term ψ = c L S(δ)
    ///
    /// - Parameters:
    ///   - cotangents: x̄ [1/(Mpc/h)] and p̄ [1/(Mpc/h H0)] on the particle grid.
    ///   - modes: the `δ_k` that were displaced.
    ///   - growth: growth factors at the starting time, with derivatives.
    ///   - memory: what was kept when they were displaced, if it was; it is used up.
    ///   - extent: whether the derivatives with respect to the cosmological parameters are wanted.
    /// - Returns: the transform of δ̄(q), and the derivatives with respect to the cosmological parameters
    ///   through the growth factors, 0 if they are not wanted.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public func displaceAdjoint(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, at modes: consuming FourierField<Scalar>,
        to growth: GrowthFactors<Dual>, remembering memory: PerturbationMemory<Scalar>? = nil,
        _ extent: GradientExtent = .everything
    ) throws -> AdjointModes<Scalar> {
        var linear: Modes<Scalar>? = Modes(modes)
        return try decomposition.grid.phases.measure(.initialConditions) {
            try pullBack(cotangents, at: linear.take()!, growth, memory, extent)
        }
    }

    private func pullBack(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, at linear: consuming Modes<Scalar>,
        _ growth: GrowthFactors<Dual>, _ memory: PerturbationMemory<Scalar>?, _ extent: GradientExtent
    ) throws -> AdjointModes<Scalar> {
        if let third {
            // In arrays that give each field up when it has been read for the last time.
            var sources = [consume linear] + (memory?.take() ?? [])
            if sources.count == 1 { sources += third.sources(of: sources[0]) }
            var (sourceCotangents, parameters) = try third.pullBack(
                cotangents, through: sources, ThirdOrderTheory<Scalar>.coefficients(growth), extent)
            sources.removeLast(sources.count - 2)
            let result = third.transpose(of: &sourceCotangents, at: &sources)
            return AdjointModes(
                modes: result.field.copy(for: "modes cotangent"), parameters: parameters)
        }
        let target = Modes<Scalar>.zero(decomposition, for: "modes cotangent")
        var parameters = Dual(0)
        for (index, term) in terms.enumerated() {
            if extent == .everything {
                let source = index == 0 ? linear : term.source(of: linear)
                try addSlopes(cotangents, through: source, of: term, growth, to: &parameters)
            }
            // The source of the first order is δ itself.
            let cotangent =
                index == 0 ? target : Modes<Scalar>.zero(decomposition, for: "source cotangent")
            pullBack(cotangents, of: term, growth, into: cotangent)
            term.addTranspose(of: cotangent, at: linear, to: target)
        }
        return AdjointModes(
            modes: target.field.copy(for: "modes cotangent"), parameters: parameters)
    }

    /// `−∇∇⁻²s` of a source, along one axis.
    private func displacement(_ axis: Int, of source: Modes<Scalar>) -> Field<Scalar> {
        transform.inverse(of: source.field, times: waves.displacement(axis), ghosts: .none)
    }

    /// Adds `Σ_i (x̄_i·ψ_i) ∂c_x + (p̄_i·ψ_i) ∂c_p` with `ψ = L s`. Collective.
    private func addSlopes(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, through source: Modes<Scalar>,
        of term: any PerturbationTerm<Scalar>, _ growth: GrowthFactors<Dual>, to parameters: inout Dual
    ) throws {
        let grid = decomposition.grid
        let coefficients = term.coefficients(growth)
        for axis in 0..<3 {
            let psi = displacement(axis, of: source)
            let alongX = try innerProduct(
                cotangents.position[axis].span, psi.values.span, of: "a growth derivative", over: grid)
            let alongP = try innerProduct(
                cotangents.momentum[axis].span, psi.values.span, of: "a growth derivative", over: grid)
            parameters += coefficients.x.scaled(by: alongX) + coefficients.p.scaled(by: alongP)
        }
    }

    /// Adds `Lᵀ (c_x x̄ + c_p p̄)` to the cotangents of a term's source. Collective.
    private func pullBack(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, of term: any PerturbationTerm<Scalar>,
        _ growth: GrowthFactors<Dual>, into target: Modes<Scalar>
    ) {
        let coefficients = term.coefficients(growth)
        for axis in 0..<3 {
            var field = Field<Scalar>(decomposition, ghosts: .none, for: "displacement")
            combine(
                cotangents.position[axis].span, coefficients.x.value, cotangents.momentum[axis].span,
                coefficients.p.value, into: &field)
            transform.forward(field, times: waves.displacement(axis).transpose, addingTo: &target.field)
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
