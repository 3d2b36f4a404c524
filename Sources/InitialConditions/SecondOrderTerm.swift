internal import Background
internal import Mesh

/// `ψ2 = +D2 ∇φ2`, `∇²φ2 = Σ_{i<j} (φ1,ii φ1,jj − φ1,ij²)`, with products on the particle grid.
///
/// The transpose: `φ̄_ii = s̄ (δ − φ1,ii)`, `φ̄_ij = −2 s̄ φ1,ij`.
struct SecondOrderTerm<Scalar: FourierScalar>: PerturbationTerm {
    let transform: FourierTransform<Scalar>
    let waves: DerivativeTables

    func coefficients<Number>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number> {
        growth.secondOrderCoefficients
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func source(of linear: Modes<Scalar>) -> Modes<Scalar> {
        var sum = tide(0, 0, of: linear)
        var source = Field<Scalar>(transform.decomposition, ghosts: .none, for: "second-order source")
        do {
            let second = tide(1, 1, of: linear)
            update(&source, &sum, with: second) { source, sum, second in
                (sum * second, sum + second)
            }
        }
        do {
            let third = tide(2, 2, of: linear)
            update(&source, &sum, with: third) { source, sum, third in (source + sum * third, sum) }
        }
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            let mixed = tide(i, j, of: linear)
            update(&source, &sum, with: mixed) { source, sum, mixed in (source - mixed * mixed, sum) }
        }
        return Modes(transform.forward(source))
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func addTranspose(of cotangent: Modes<Scalar>, at linear: Modes<Scalar>, to target: Modes<Scalar>) {
        let source = transform.inverse(cotangent.field.copy(for: "source cotangent"), ghosts: .none)
        // Σ φ1,ii = δ
        let contrast = transform.inverse(linear.field.copy(for: "linear overdensity"), ghosts: .none)
        for (i, j) in SymmetricTensor<Scalar>.components {
            var tide = tide(i, j, of: linear)
            do {
                let (sources, contrasts) = (source.values.span, contrast.values.span)
                var tides = tide.values.mutableSpan
                for index in tides.indices {
                    let others = i == j ? contrasts[index] - tides[index] : -2 * tides[index]
                    tides[index] = sources[index] * others
                }
            }
            transform.forward(tide, times: waves.tidal(i, j), addingTo: &target.field)
        }
    }

    /// `φ1,ij` for D1 = 1, on the particle grid.
    private func tide(_ i: Int, _ j: Int, of modes: Modes<Scalar>) -> Field<Scalar> {
        transform.inverse(of: modes.field, times: waves.tidal(i, j), ghosts: .none)
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

/// The same with products free of aliasing.
struct DealiasedSecondOrderTerm<Scalar: FourierScalar>: PerturbationTerm {
    let tides: TidalProducts<Scalar>

    func coefficients<Number>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number> {
        growth.secondOrderCoefficients
    }

    func source(of linear: Modes<Scalar>) -> Modes<Scalar> {
        tides.product(of: linear) { TensorKernels<Scalar>.minors(&$0) }
    }

    func addTranspose(of cotangent: Modes<Scalar>, at linear: Modes<Scalar>, to target: Modes<Scalar>) {
        // M(H, H) is bilinear and symmetric: twice the transpose for one of them.
        tides.addTidalTranspose(of: cotangent, linear, to: target) {
            TensorKernels<Scalar>.mixedTranspose(&$0, times: 2)
        }
    }
}

extension GrowthFactors {
    /// ψ2 is +D2 ∇φ2 where ψ1 is −D1 ∇φ1: the sign goes with D2.
    var secondOrderCoefficients: TermCoefficients<Scalar> {
        TermCoefficients(x: -d2, p: -secondOrderMomentum)
    }
}
