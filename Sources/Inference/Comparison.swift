public import Dynamics
public import Mesh
public import Observables
public import Particles

/// An observable, perhaps seen through a bias, and a likelihood of the data.
///
///     particles → ρ → B(ρ) → −ln p(d | B)
public final class Comparison<Scalar: ParticleScalar>: Objective {
    /// When it looks.
    public let scaleFactor: Double
    /// What is seen of the particles.
    public let observable: any Observable<Scalar>
    /// How tracers follow the density; nil if what is seen is compared as it is.
    public let bias: (any BiasModel<Scalar>)?
    /// How probable the data are.
    public let likelihood: any Likelihood<Scalar>

    /// A comparison.
    public init(
        at scaleFactor: Double, _ observable: any Observable<Scalar>, bias: (any BiasModel<Scalar>)? = nil,
        _ likelihood: any Likelihood<Scalar>
    ) {
        self.scaleFactor = scaleFactor
        self.observable = observable
        self.bias = bias
        self.likelihood = likelihood
    }

    /// Those of the bias.
    public var parameters: [OwnParameter] { bias?.parameters ?? [] }

    /// The cells that count.
    public var cellCount: Int { likelihood.cellCount }

    /// Mean and variance of the data; a warning where they are compared with a density in units of its mean, and are
    /// nothing of that kind.
    public var remarks: [String] {
        guard let summary = likelihood.summary else { return [] }
        let warning = bias == nil && observable.isInUnitsOfItsMean ? summary.warning : nil
        return [summary.remark] + [warning].compactMap(\.self)
    }

    /// Hands the radius to the likelihood.
    public func smooth(by radius: Double) { likelihood.smooth(by: radius) }

    /// Hands the view to the likelihood and to the bias. Collective.
    public func look(through view: HaloView) throws {
        try likelihood.look(through: view)
        bias?.look(through: view)
    }

    /// `−ln p(d | B(ρ))`. Collective.
    public func value(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment, _ own: [Double]
    ) throws -> Double {
        let density = try observable.predict(&particles, at: moment)
        guard let bias else { return try likelihood.value(of: density) }
        return try likelihood.value(of: bias.apply(to: density, own))
    }

    /// `−ln p(d | B(ρ))`, and its derivatives by particles, cosmology and the bias's parameters. Collective.
    public func evaluate(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment, _ own: [Double],
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws -> ObjectiveValue {
        var value = ObjectiveValue(loss: 0)
        try observable.observe(&particles, at: moment, addingTo: &adjoint) { density in
            guard let bias else {
                let assessment = try likelihood.evaluate(density)
                value = ObjectiveValue(loss: assessment.value)
                return assessment.takeCotangent()
            }
            let assessment = try likelihood.evaluate(bias.apply(to: density, own))
            let loss = assessment.value
            let throughBias = try bias.pullBack(assessment.takeCotangent(), at: density, own)
            value = ObjectiveValue(loss: loss, parameters: throughBias.parameters)
            return throughBias.takeDensity()
        }
        return value
    }
}

extension Comparison {
    /// The density of matter on the force mesh, with Gaussian errors. Collective.
    ///
    /// - Parameters:
    ///   - data: ρ/ρ̄, without ghosts.
    ///   - weights: w ≥ 0, without ghosts; all 1 if not given.
    ///   - sigma: σ > 0 of a mesh point.
    ///   - scaleFactor: when.
    ///   - model: whose force mesh it is.
    /// - Throws: ``ObjectiveError`` on all ranks when no loss can be made of data or weights.
    public convenience init(
        ofDensity data: consuming Field<Scalar>, weights: consuming Field<Scalar>? = nil, sigma: Double,
        at scaleFactor: Double, in model: ForwardModel<Scalar>
    ) throws {
        let observable = MatterDensity(on: model.layout.meshTransform, cell: model.box.cell)
        var cells: Cells<Scalar>?
        if let weights { cells = .mesh(weights) }
        self.init(
            at: scaleFactor, observable,
            try GaussianLikelihood(data: .mesh(data), weights: cells, sigma: sigma, on: observable.grid))
    }
}
