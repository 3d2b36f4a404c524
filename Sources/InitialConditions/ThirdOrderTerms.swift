internal import Background
internal import Mesh

// H is φ1,ij, G is φ2,ij. A product of three is taken in two steps, each free of aliasing: P below truncates the
// cofactors to the modes of the particle grid.

/// `ψ3a = D3a ∇φ3a`, `∇²φ3a = det H = ⅓ H : P cof H`.
///
/// The transpose: `H̄ = ⅓ s̄ P cof H + ⅔ cof(H, P(s̄ H))`, with the symmetric bilinear `cof(H, H) = cof H`.
struct DeterminantTerm<Scalar: FourierScalar>: PerturbationTerm {
    let tides: TidalProducts<Scalar>

    var operation: DisplacementOperation { .gradient }

    func coefficients<Number>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number> {
        growth.thirdOrderCoefficients(\.d3a, \.d3aPrime)
    }

    func sources(of known: LowerOrders<Scalar>) -> [Modes<Scalar>] {
        tides.products(of: [.spent(cofactors(of: known.linear)), .tides(known.linear)], count: 1) {
            TensorKernels<Scalar>.thirdOfContraction(&$0)
        }
    }

    func addTranspose(
        of cotangents: [Modes<Scalar>], at known: LowerOrders<Scalar>, to target: LowerOrders<Scalar>
    ) {
        tides.addTidalTranspose(
            of: [.fields(cotangents), .spent(cofactors(of: known.linear))], to: target.linear
        ) {
            TensorKernels<Scalar>.contractionTranspose(&$0, times: 1.0 / 3)
        }
        let scaled = SpentModes(
            tides.products(of: [.fields(cotangents), .tides(known.linear)], count: 6) {
                TensorKernels<Scalar>.scaled(&$0, by: 2.0 / 3)
            })
        tides.addTidalTranspose(of: [.spent(scaled), .tides(known.linear)], to: target.linear) {
            TensorKernels<Scalar>.cofactorsTranspose(&$0)
        }
    }

    private func cofactors(of modes: Modes<Scalar>) -> SpentModes<Scalar> {
        SpentModes(
            tides.products(of: [.tides(modes)], count: 6) { TensorKernels<Scalar>.cofactors(&$0) })
    }
}

/// `ψ3b = D3b ∇φ3b`, `∇²φ3b = M(H, G) = ½ Σ_{i≠j} (H_ii G_jj − H_ij G_ij)`.
///
/// The transpose: `H̄_ii = ½ s̄ (tr G − G_ii)`, `H̄_ij = −s̄ G_ij`, and so for G.
struct MixedTerm<Scalar: FourierScalar>: PerturbationTerm {
    let tides: TidalProducts<Scalar>

    var operation: DisplacementOperation { .gradient }

    func coefficients<Number>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number> {
        growth.thirdOrderCoefficients(\.d3b, \.d3bPrime)
    }

    func sources(of known: LowerOrders<Scalar>) -> [Modes<Scalar>] {
        tides.products(of: [.tides(known.linear), .tides(known.second!)], count: 1) {
            TensorKernels<Scalar>.mixed(&$0)
        }
    }

    func addTranspose(
        of cotangents: [Modes<Scalar>], at known: LowerOrders<Scalar>, to target: LowerOrders<Scalar>
    ) {
        tides.addTidalTranspose(of: [.fields(cotangents), .tides(known.second!)], to: target.linear) {
            TensorKernels<Scalar>.mixedTranspose(&$0, times: 1)
        }
        tides.addTidalTranspose(of: [.fields(cotangents), .tides(known.linear)], to: target.second!) {
            TensorKernels<Scalar>.mixedTranspose(&$0, times: 1)
        }
    }
}

/// `ψ3c = D3c ∇⁻²(∇ × C)`, `C = −([H, G]_yz, [H, G]_zx, [H, G]_xy)`: what keeps the flow free of vorticity.
///
/// The transpose for H is linear in G and C̄, and as `[H, G] = −[G, H]` that for G is minus the same of H.
struct TransverseTerm<Scalar: FourierScalar>: PerturbationTerm {
    let tides: TidalProducts<Scalar>

    var operation: DisplacementOperation { .curl }

    func coefficients<Number>(_ growth: GrowthFactors<Number>) -> TermCoefficients<Number> {
        growth.thirdOrderCoefficients(\.d3c, \.d3cPrime)
    }

    func sources(of known: LowerOrders<Scalar>) -> [Modes<Scalar>] {
        tides.products(of: [.tides(known.linear), .tides(known.second!)], count: 3) {
            TensorKernels<Scalar>.commutator(&$0)
        }
    }

    func addTranspose(
        of cotangents: [Modes<Scalar>], at known: LowerOrders<Scalar>, to target: LowerOrders<Scalar>
    ) {
        tides.addTidalTranspose(of: [.fields(cotangents), .tides(known.second!)], to: target.linear) {
            TensorKernels<Scalar>.commutatorTranspose(&$0, times: 1)
        }
        tides.addTidalTranspose(of: [.fields(cotangents), .tides(known.linear)], to: target.second!) {
            TensorKernels<Scalar>.commutatorTranspose(&$0, times: -1)
        }
    }
}

extension GrowthFactors {
    /// ψ3 is +D3 ∇φ3 where ψ1 is −D1 ∇φ1: the sign goes with D3.
    fileprivate func thirdOrderCoefficients(
        _ growth: KeyPath<ThirdOrderGrowth<Scalar>, Scalar>, _ rate: KeyPath<ThirdOrderGrowth<Scalar>, Scalar>
    ) -> TermCoefficients<Scalar> {
        guard let third else { preconditionFailure("third-order growth was not asked for") }
        return TermCoefficients(x: -third[keyPath: growth], p: -momentum(of: third[keyPath: rate]))
    }
}
