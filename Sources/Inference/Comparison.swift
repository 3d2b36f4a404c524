public import Dynamics
internal import Glibc
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
    private let warnings: [String]

    /// A comparison.
    ///
    /// - Parameter warnings: what a log should say of it besides.
    public init(
        at scaleFactor: Double, _ observable: any Observable<Scalar>, bias: (any BiasModel<Scalar>)? = nil,
        _ likelihood: any Likelihood<Scalar>, warnings: [String] = []
    ) {
        self.warnings = warnings
        self.scaleFactor = scaleFactor
        self.observable = observable
        self.bias = bias
        self.likelihood = likelihood
    }

    /// Those of the observable, of the bias, and of the likelihood.
    public var parameters: [OwnParameter] {
        observable.parameters + (bias?.parameters ?? []) + likelihood.parameters
    }

    /// What the bias makes of a prediction: B, whether it gives that or its logarithm. Collective.
    func biased(_ prediction: consuming Cells<Scalar>, _ own: [Double]) throws -> Cells<Scalar> {
        guard let bias else { return prediction }
        var biased = try bias.apply(to: prediction, split(own).bias)
        if bias.givesLogarithm { biased.map { exp($0) } }
        return biased
    }

    /// The amplitude of the bias, where the likelihood does not know it.
    public var leftOutParameters: [String] { likelihood.leavesOutFactor ? [Self.amplitude] : [] }

    private static var amplitude: String { "bias_amplitude" }

    /// What is known of it, of a factor that is left out of a prediction in which it is what it is.
    private func leftOut(_ factor: LeftOutFactor?, beside bias: [Double]) -> [LeftOutFactor] {
        guard let factor else { return [] }
        let place = self.bias?.parameters.firstIndex { $0.name == Self.amplitude }
        return [factor.times(place.map { bias[$0] } ?? 1)]
    }

    func split(_ own: [Double]) -> (bias: [Double], likelihood: [Double]) {
        let rest = own.dropFirst(observable.parameters.count)
        let count = bias?.parameters.count ?? 0
        return (Array(rest.prefix(count)), Array(rest.dropFirst(count)))
    }

    /// Hands the universe to the observable. Collective.
    public func begin(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws {
        try observable.begin(at: noise, in: model, Array(own.prefix(observable.parameters.count)))
    }

    /// The cells that count.
    public var cellCount: Int { likelihood.cellCount }

    /// Mean and variance of the data; a warning where they are compared with a density in units of its mean, and are
    /// nothing of that kind.
    public var remarks: [String] {
        guard let summary = likelihood.summary else { return warnings }
        let warning = bias == nil && observable.isInUnitsOfItsMean ? summary.warning : nil
        return [summary.remark] + [warning].compactMap(\.self) + warnings
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
        let own = split(own)
        guard let bias else { return try likelihood.value(of: density, own.likelihood) }
        let biased = try bias.apply(to: density, own.bias)
        guard bias.givesLogarithm else { return try likelihood.value(of: biased, own.likelihood) }
        return try likelihood.value(ofExponential: biased, own.likelihood)
    }

    /// `−ln p(d | B(ρ))`, and its derivatives by particles, cosmology and the parameters of bias and
    /// likelihood. Collective.
    public func evaluate(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment, _ own: [Double],
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws -> ObjectiveValue {
        var value = ObjectiveValue(loss: 0)
        let own = split(own)
        try observable.observe(&particles, at: moment, addingTo: &adjoint) { density in
            guard let bias else {
                let assessment = try likelihood.evaluate(density, own.likelihood)
                value = ObjectiveValue(
                    loss: assessment.value, parameters: assessment.parameters,
                    leavingOut: leftOut(assessment.leftOut, beside: own.bias))
                return assessment.takeCotangent()
            }
            let biased = try bias.apply(to: density, own.bias)
            let assessment =
                bias.givesLogarithm
                ? try likelihood.evaluate(exponential: biased, own.likelihood)
                : try likelihood.evaluate(biased, own.likelihood)
            let (loss, slopes) = (assessment.value, assessment.parameters)
            let factors = leftOut(assessment.leftOut, beside: own.bias)
            let throughBias = try bias.pullBack(assessment.takeCotangent(), at: density, own.bias)
            value = ObjectiveValue(
                loss: loss, parameters: throughBias.parameters + slopes, leavingOut: factors)
            return throughBias.takeDensity()
        }
        return ObjectiveValue(
            loss: value.loss, parameters: observable.slopes + value.parameters, leavingOut: value.leftOut)
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
