internal import Mesh

/// Products of second derivatives of a potential, free of aliasing, and their transposes.
final class TidalProducts<Scalar: FourierScalar> {
    private let dealiased: DealiasedProducts<Scalar>
    private let waves: DerivativeTables

    init(_ decomposition: Decomposition, _ waves: DerivativeTables) {
        dealiased = DealiasedProducts(decomposition)
        self.waves = waves
    }

    /// The modes of a product of the six `φ,ij` of the potential `∇²φ = s`. Collective.
    ///
    /// - Parameter multiply: replaces the first field by the product.
    func product(
        of source: Modes<Scalar>, _ multiply: (inout PaddedPlanes<Scalar>) -> Void
    ) -> Modes<Scalar> {
        var product: Modes<Scalar>?
        dealiased.evaluate(inputs: SymmetricTensor<Scalar>.components.count, outputs: 1) {
            tide($0, of: source)
        } multiply: {
            multiply(&$0)
        } output: {
            product = Modes($1)
        }
        return product!
    }

    /// Adds to the cotangent of a source s what those of its potential's second derivatives make of it:
    /// `s̄ += Σ k_i k_j/k² H̄_ij`. Collective.
    ///
    /// - Parameters:
    ///   - cotangent: of the product, the first field that goes in.
    ///   - source: whose six `φ,ij` follow.
    ///   - target: the transform of s̄.
    ///   - multiply: replaces the first six fields by H̄, the derivatives with respect to six independent components.
    func addTidalTranspose(
        of cotangent: Modes<Scalar>, _ source: Modes<Scalar>, to target: Modes<Scalar>,
        _ multiply: (inout PaddedPlanes<Scalar>) -> Void
    ) {
        let components = SymmetricTensor<Scalar>.components
        dealiased.evaluate(inputs: 1 + components.count, outputs: components.count) { index in
            index == 0 ? cotangent.field.copy(for: "factor") : tide(index - 1, of: source)
        } multiply: {
            multiply(&$0)
        } output: { index, modes in
            var pulled = modes
            pulled.multiply(by: waves.tidal(components[index].0, components[index].1))
            target.field.add(pulled)
        }
    }

    private func tide(_ component: Int, of source: Modes<Scalar>) -> FourierField<Scalar> {
        let (i, j) = SymmetricTensor<Scalar>.components[component]
        return source.field.multiplied(by: waves.tidal(i, j), for: "tidal field")
    }
}
