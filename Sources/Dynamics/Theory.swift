public import Background
public import InitialConditions
public import Mesh

/// What follows from the cosmological parameters: the background, the linear modes, and the kicks and drifts. Made
/// anew for every θ; it holds no fields and no plans, and costs milliseconds.
public struct Theory: Sendable {
    /// The background, with derivatives.
    public let cosmology: Cosmology<Dual>
    /// The linear power spectrum.
    public let power: LinearPower<Double>
    /// The shape of the power spectrum, from which other parameters make theirs.
    public let powerModel: LinearPowerModel
    /// The amplitude of every linear mode of the particle grid.
    public let amplitudes: ModeAmplitudes
    /// What happens.
    public let schedule: Schedule
    /// Growth at the time of the initial conditions, with momenta as the schedule works with them.
    public let growthAtStart: GrowthFactors<Dual>

    /// The theory of a universe.
    ///
    /// - Parameters:
    ///   - universe: cosmological parameters and the shape of the power spectrum.
    ///   - box: whose modes have amplitudes.
    ///   - order: of the initial conditions.
    ///   - plan: times and integrator.
    /// - Throws: `PowerTableError` when a table does not cover the box's modes.
    public init(
        of universe: (parameters: CosmologyParameters, power: LinearPowerModel), in box: Box,
        startingWith order: PerturbationOrder, following plan: EvolutionPlan
    ) throws {
        cosmology = Cosmology<Dual>(universe.parameters, power: universe.power)
        let background = Cosmology<Double>(universe.parameters, power: universe.power)
        powerModel = universe.power
        power = LinearPower(background, universe.power)
        amplitudes = try ModeAmplitudes(power, shape: box.particles, spacing: box.spacing)
        schedule = plan.integrator.schedule(
            through: plan.scaleFactors, observing: plan.observations, cosmology)
        growthAtStart =
            switch schedule.momenta {
            case .canonical: order.growth(at: plan.start, cosmology)
            case .perGrowth(let factor, _):
                order.growthInGrowthTime(at: plan.start, cosmology).withMomentumScale(1 / factor)
            }
    }

    /// The cosmological parameters on which nothing depends.
    public var idleParameters: [CosmologyParameter] { powerModel.idleParameters(of: cosmology.parameters) }

    /// The velocity dispersion `a² E D1′ σ_ψ` along one axis in linear theory [Mpc/h H0].
    ///
    /// - Parameters:
    ///   - scaleFactor: when.
    ///   - box: whose particle grid limits the waves that count.
    public func velocityDispersion(at scaleFactor: Double, in box: Box) -> Double {
        let background = Cosmology<Double>(cosmology.parameters, power: powerModel)
        let range = ModeAmplitudes.wavenumberRange(shape: box.particles, spacing: box.spacing)
        return growthFactors(at: [scaleFactor], background)[0].driftFunction
            * power.sigmaDisplacement(from: range.lowerBound, to: range.upperBound)
    }
}
