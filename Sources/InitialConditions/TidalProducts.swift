internal import Mesh

/// Products of second derivatives of potentials, free of aliasing, and their transposes.
final class TidalProducts<Scalar: FourierScalar> {
    /// What goes into a product.
    enum Factor {
        /// Fields as they are.
        case fields([Modes<Scalar>])
        /// Fields that are let go one by one as they are read.
        case spent(SpentModes<Scalar>)
        /// The six `φ,ij` of the potential `∇²φ = s`.
        case tides(Modes<Scalar>)

        var count: Int {
            switch self {
            case .fields(let fields): fields.count
            case .spent(let fields): fields.count
            case .tides: SymmetricTensor<Scalar>.components.count
            }
        }
    }

    private let dealiased: DealiasedProducts<Scalar>
    private let waves: DerivativeTables

    init(_ decomposition: Decomposition, _ waves: DerivativeTables) {
        dealiased = DealiasedProducts(decomposition)
        self.waves = waves
    }

    /// The modes of some products. Collective.
    ///
    /// - Parameters:
    ///   - factors: the fields that ``DealiasedProducts`` is given, in order.
    ///   - count: the number of products.
    ///   - multiply: replaces the first fields by the products.
    func products(
        of factors: [Factor], count: Int, _ multiply: (inout PaddedPlanes<Scalar>) -> Void
    ) -> [Modes<Scalar>] {
        var products: [Modes<Scalar>] = []
        evaluate(factors, count: count, multiply) { _, modes in products.append(Modes(modes)) }
        return products
    }

    /// Adds to the cotangent of a source s what those of its potential's second derivatives make of it:
    /// `s̄ += Σ k_i k_j/k² H̄_ij`. Collective.
    ///
    /// - Parameters:
    ///   - factors: the fields that H̄ is made of.
    ///   - target: the transform of s̄.
    ///   - multiply: replaces the first six fields by H̄, the derivatives with respect to six independent components.
    func addTidalTranspose(
        of factors: [Factor], to target: Modes<Scalar>, _ multiply: (inout PaddedPlanes<Scalar>) -> Void
    ) {
        let components = SymmetricTensor<Scalar>.components
        evaluate(factors, count: components.count, multiply) { index, modes in
            var pulled = modes
            pulled.multiply(by: waves.tidal(components[index].0, components[index].1))
            target.field.add(pulled)
        }
    }

    private func evaluate(
        _ factors: [Factor], count: Int, _ multiply: (inout PaddedPlanes<Scalar>) -> Void,
        output: (Int, consuming FourierField<Scalar>) -> Void
    ) {
        let inputs = factors.flatMap { factor in (0..<factor.count).map { (factor, $0) } }
        dealiased.evaluate(inputs: inputs.count, outputs: count) { index in
            let (factor, component) = inputs[index]
            switch factor {
            case .fields(let fields):
                return fields[component].field.copy(for: "factor")
            case .spent(let fields):
                return fields.take(component).field.copy(for: "factor")
            case .tides(let source):
                let (i, j) = SymmetricTensor<Scalar>.components[component]
                return source.field.multiplied(by: waves.tidal(i, j), for: "tidal field")
            }
        } multiply: {
            multiply(&$0)
        } output: {
            output($0, $1)
        }
    }
}

/// Fields that nobody else holds, each taken once.
final class SpentModes<Scalar: FourierScalar> {
    let count: Int
    private var fields: [Modes<Scalar>?]

    init(_ fields: [Modes<Scalar>]) {
        count = fields.count
        self.fields = fields
    }

    func take(_ index: Int) -> Modes<Scalar> { fields[index].take()! }
}
