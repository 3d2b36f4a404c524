internal import Background
internal import Mesh
internal import Parallel
public import Particles

/// Sources of third-order theory that the way forwards leaves for the way back, six fields of the particle grid.
public final class PerturbationMemory<Scalar: ParticleScalar> {
    /// Those above δ; none of lower orders, or when they have been taken.
    var sources: [Modes<Scalar>] = []

    /// Nothing yet.
    public init() {}

    func take() -> [Modes<Scalar>] {
        defer { sources = [] }
        return sources
    }
}

/// Lagrangian perturbation theory up to third order, free of aliasing: five terms that share their products.
///
/// H is φ1,ij and G is φ2,ij. Each is held as three half transformed fields, from which a few planes of its six
/// components at once are brought to where products are taken:
///
/// 1. H → ∇²φ2 and cof H, which is truncated to the modes of the particle grid: P cof H;
/// 2. H, G, P cof H → ∇²φ3a = ⅓ H : P cof H, ∇²φ3b = M(H, G), C = −([H, G]_yz, [H, G]_zx, [H, G]_xy).
///
/// The way back takes three passes. With s̄ the cotangents of these sources:
///
/// 1. H, G, s̄3b, C̄ → Ḡ, and H̄ of φ3b and C;
/// 2. H, P cof H, s̄3a → H̄ += ⅓ s̄3a P cof H, and Q = P(⅔ s̄3a H);
/// 3. H, Q, s̄2 → H̄ += cof(H, Q) + 2 M̄(s̄2, H), where s̄2 has what Ḡ makes of it.
///
/// `M̄_ii = ½ s̄ (tr G − G_ii)`, `M̄_ij = −s̄ G_ij`; commutators give commutators; `cof(H, H) = cof H`, bilinear.
final class ThirdOrderTheory<Scalar: ParticleScalar> {
    private let decomposition: Decomposition
    private let transform: FourierTransform<Scalar>
    private let waves: DerivativeTables
    private let products: DealiasedProducts<Scalar>

    /// δ, ∇²φ2, ∇²φ3a and ∇²φ3b make gradients; then come the three of C.
    private static var gradients: Int { 4 }

    init(transform: FourierTransform<Scalar>, waves: DerivativeTables, spacing: Double) {
        decomposition = transform.decomposition
        self.transform = transform
        self.waves = waves
        products = DealiasedProducts(transform.decomposition, spacing: spacing)
    }

    private typealias Kernels = TensorKernels<Scalar>

    /// Those of δ, φ2, φ3a, φ3b and C.
    static func coefficients<Number>(_ growth: GrowthFactors<Number>) -> [TermCoefficients<Number>] {
        guard let third = growth.third else { preconditionFailure("third-order growth was not asked for") }
        // ψ3 is +D3 ∇φ3 where ψ1 is −D1 ∇φ1: the sign goes with D3.
        func coefficients(_ factor: Number, _ rate: Number) -> TermCoefficients<Number> {
            TermCoefficients(x: -factor, p: -growth.momentum(of: rate))
        }
        return [
            growth.firstOrderCoefficients, growth.secondOrderCoefficients,
            coefficients(third.d3a, third.d3aPrime), coefficients(third.d3b, third.d3bPrime),
            coefficients(third.d3c, third.d3cPrime),
        ]
    }

    // MARK: Forwards

    /// The sources above δ: of φ2, φ3a, φ3b, and the three of C. Collective.
    func sources(of linear: Modes<Scalar>) -> [Modes<Scalar>] {
        let tide = tensor(of: linear)
        var fields = cofactors(of: tide, with: products.emptyField())
        let second = Modes(products.modes(of: fields.removeLast()))
        truncate(&fields)
        products.multiply(
            [.tensor(tide), .tensor(tensor(of: second))] + fields.map { .field($0) },
            into: (0..<5).map { (at: 12 + $0, .field(fields[$0])) }, Kernels.thirdOrderSources)
        fields.removeLast()
        var sources = [second]
        while !fields.isEmpty { sources.append(Modes(products.modes(of: fields.removeFirst()))) }
        return sources
    }

    /// One component of the displacement and of the momentum, each for a coefficient of 1. Collective.
    ///
    /// - Parameters:
    ///   - sums: ``sums(of:times:)`` of the sources that make gradients.
    ///   - sources: δ and ``sources(of:)``.
    func displacements(
        _ axis: Int, _ sums: (x: Modes<Scalar>, p: Modes<Scalar>), _ sources: [Modes<Scalar>],
        times coefficients: TermCoefficients<Double>
    ) -> [Displacement<Scalar>] {
        [(sums.x, coefficients.x), (sums.p, coefficients.p)].map { sum, factor in
            var modes = sum.field.multiplied(by: waves.displacement(axis), for: "displacement")
            for (source, multiplier) in waves.curl(axis) {
                let scaled = multiplier.scaled(by: factor)
                modes.add(
                    sources[Self.gradients + source].field.multiplied(by: scaled, for: "displacement"))
            }
            return Displacement(transform.inverse(modes, ghosts: .none))
        }
    }

    /// `Σ c_t s_t` over the terms that are gradients, for the displacement and for the momentum.
    func sums(
        of sources: [Modes<Scalar>], times coefficients: [TermCoefficients<Double>]
    ) -> (x: Modes<Scalar>, p: Modes<Scalar>) {
        let terms = Array(sources[..<Self.gradients])
        return (
            combined(terms, times: coefficients.prefix(terms.count).map(\.x)),
            combined(terms, times: coefficients.prefix(terms.count).map(\.p))
        )
    }

    // MARK: Back

    /// Adds to the cotangent of δ what the sources' cotangents make of it. Collective.
    ///
    /// - Parameters:
    ///   - cotangents: the transforms of s̄ of all sources, δ's own first, which is the result; they are used up.
    ///   - sources: δ and ∇²φ2, which are used up.
    func transpose(
        of cotangents: inout [Modes<Scalar>], at sources: inout [Modes<Scalar>]
    ) -> Modes<Scalar> {
        let (result, secondCotangent) = (cotangents[0], cotangents[1])
        var thirdCotangents = cotangents.dropFirst(2).map { $0 }
        cotangents = []
        let tide = tensor(of: sources.removeFirst())
        let determinant = thirdCotangents.removeFirst()
        do {
            let secondTide = tensor(of: sources.removeFirst())
            var factors: [PaddedFactor<Scalar>] = [.tensor(tide), .tensor(secondTide)]
            while !thirdCotangents.isEmpty {
                factors.append(
                    .field(products.field(of: thirdCotangents.removeFirst().field.copy(for: "factor"))))
            }
            let fromMixed = products.emptyTensor()
            products.multiply(
                factors, into: [(at: 0, .tensor(fromMixed)), (at: 6, .tensor(secondTide))],
                Kernels.mixedAndTransverseTranspose)
            factors = []
            add(fromMixed, to: result)
            add(secondTide, to: secondCotangent)
        }
        var fields = cofactors(of: tide, with: nil)
        truncate(&fields)
        do {
            let scale = products.field(of: determinant.field.copy(for: "factor"))
            let fromDeterminant = products.emptyTensor()
            products.multiply(
                [.tensor(tide)] + fields.map { .field($0) } + [.field(scale)],
                into: [(at: 0, .tensor(fromDeterminant))]
                    + fields.indices.map { (at: 6 + $0, .field(fields[$0])) },
                Kernels.determinantTranspose)
            add(fromDeterminant, to: result)
        }
        truncate(&fields)
        products.multiply(
            [.tensor(tide)] + fields.map { .field($0) }
                + [.field(products.field(of: secondCotangent.field.copy(for: "factor")))],
            into: [(at: 0, .tensor(tide))], Kernels.cofactorsAndMinorsTranspose)
        fields = []
        add(tide, to: result)
        return result
    }

    /// The cotangents of all sources, and `Σ_i (x̄_i·ψ_i) ∂c_x + (p̄_i·ψ_i) ∂c_p` of all terms. Collective.
    ///
    /// - Throws: ``NotFiniteError`` on all ranks.
    func pullBack(
        _ cotangents: borrowing LagrangianCotangents<Scalar>, through sources: [Modes<Scalar>],
        _ coefficients: [TermCoefficients<Dual>], _ extent: GradientExtent
    ) throws -> (cotangents: [Modes<Scalar>], parameters: Dual) {
        var alongX = zeros(), alongP = zeros()
        for axis in 0..<3 {
            pull(cotangents.position[axis].span, along: axis, into: &alongX)
            pull(cotangents.momentum[axis].span, along: axis, into: &alongP)
        }
        var parameters = Dual(0)
        let scale = 1 / Double(decomposition.pointCount)
        for (pulled, part) in [(alongX, \TermCoefficients<Dual>.x), (alongP, \.p)]
        where extent == .everything {
            // Σ_q a(q) b(q) = 1/N Σ_k w a_k* b_k, and w is a power of two.
            for field in pulled { weigh(field, by: { $0 }) }
            for (index, source) in sources.enumerated() {
                let field = pulled[max(0, index - Self.gradients + 1)]
                let term = min(index, Self.gradients)
                let sum = try product(field.field, source.field)
                parameters += coefficients[term][keyPath: part].scaled(by: scale * sum)
            }
            for field in pulled { weigh(field, by: { 1 / $0 }) }
        }
        let result = sources.indices.map { index in
            let field = max(0, index - Self.gradients + 1)
            let coefficient = coefficients[min(index, Self.gradients)]
            return combined(
                [alongX[field], alongP[field]], times: [coefficient.x.value, coefficient.p.value])
        }
        return (result, parameters)
    }

    /// One field for all gradients, and three for the curl.
    private func zeros() -> [Modes<Scalar>] {
        (0..<4).map { _ in .zero(decomposition, for: "source cotangent") }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func pull(_ values: Span<Scalar>, along axis: Int, into pulled: inout [Modes<Scalar>]) {
        var field = Field<Scalar>(decomposition, ghosts: .none, for: "cotangent")
        do {
            var copy = field.values.mutableSpan
            for index in copy.indices { copy[index] = values[index] }
        }
        let modes = transform.forward(field)
        pulled[0].field.add(
            modes.multiplied(by: waves.displacement(axis).transpose, for: "source cotangent"))
        for (source, multiplier) in waves.curl(axis) {
            pulled[1 + source].field.add(
                modes.multiplied(by: multiplier.transpose, for: "source cotangent"))
        }
    }

    /// Multiplies modes by a function of their Hermitian weight.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func weigh(_ modes: Modes<Scalar>, by factor: (Double) -> Double) {
        let decomposition = decomposition
        let factors = modes.field.z.map { Scalar(factor(Double(decomposition.hermitianWeight(z: $0)))) }
        let first = modes.field.z.lowerBound
        modes.field.mapModes { _, _, z, real, imaginary in
            let weight = factors[z - first]
            return (weight * real, weight * imaginary)
        }
    }

    private func product(
        _ first: borrowing FourierField<Scalar>, _ second: borrowing FourierField<Scalar>
    ) throws(NotFiniteError) -> Double {
        try innerProduct(
            first.values.span, second.values.span, of: "a growth derivative", over: decomposition.grid)
    }

    // MARK: Both ways

    private func tensor(of source: Modes<Scalar>) -> PaddedTensor<Scalar> {
        products.tensor(of: source.field.multiplied(by: waves.inverseLaplacian, for: "potential"))
    }

    /// cof H, and M(H, H) into another field if there is one, which comes last.
    private func cofactors(
        of tide: PaddedTensor<Scalar>, with minors: PaddedField<Scalar>?
    ) -> [PaddedField<Scalar>] {
        let fields = (0..<6).map { _ in products.emptyField() } + (minors.map { [$0] } ?? [])
        products.multiply(
            [.tensor(tide)], into: fields.indices.map { (at: $0, .field(fields[$0])) },
            minors == nil ? Kernels.cofactors : Kernels.cofactorsAndMinors)
        return fields
    }

    private func truncate(_ fields: inout [PaddedField<Scalar>]) {
        for index in fields.indices { fields[index] = products.truncated(fields[index]) }
    }

    private func add(_ tensor: PaddedTensor<Scalar>, to target: Modes<Scalar>) {
        var modes = products.modes(of: tensor)
        modes.multiply(by: waves.inverseLaplacian)
        target.field.add(modes)
    }

    /// `Σ c_i f_i` of up to four fields, in double, rounded once.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func combined(_ fields: [Modes<Scalar>], times factors: [Double]) -> Modes<Scalar> {
        let result = Modes<Scalar>(FourierField(decomposition, for: "sum of sources"))
        let (fields, factors) = (
            fields + Array(repeating: fields[0], count: 4 - fields.count),
            factors + Array(repeating: 0, count: 4 - factors.count)
        )
        let (a, b) = unsafe (fields[0].field.values.start, fields[1].field.values.start)
        let (c, d) = unsafe (fields[2].field.values.start, fields[3].field.values.start)
        let (fa, fb, fc, fd) = (factors[0], factors[1], factors[2], factors[3])
        let target = unsafe result.field.values.start
        for index in 0..<result.field.values.count {
            let first = unsafe fa * Double(a[index]) + fb * Double(b[index])
            let last = unsafe fc * Double(c[index]) + fd * Double(d[index])
            unsafe target[index] = Scalar(first + last)
        }
        return result
    }
}
