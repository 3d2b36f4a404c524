internal import Background
public import Dynamics
internal import Memory
public import Mesh
internal import Parallel
public import Particles

/// Tracers that were there from the beginning: particles weighted by the linear density where they began.
///
///     ρ_t(c) = M/N Σᵢ wᵢ W(sᵢ − c),    w = 1 + P or e^P,    P = b₁ δ + b₂ (δ² − ⟨δ²⟩) + b_s (s² − ⟨s²⟩) + b_∇ ∇²δ
///
/// for M cells and N particles, W cloud-in-cell, δ = D1(a) δ₁ on the particle grid, and s where particles are, or where
/// redshifts show them. The weights go from the particle grid to the particles and are deposited as integers of either sign.
/// Back, ḡ being the cotangent of ρ_t,
///
///     q = M/N w Σ_c ∇W ḡ,    w̄ = M/N Σ_c W ḡ
///
/// q as in redshift space, w̄ through P into δ₁, D1 and the four coefficients.
///
/// - Source: Modi, Chen & White 2020, MNRAS 492, 5754; Desjacques, Jeong & Schmidt 2018, Phys. Rep. 733, 1.
public final class LagrangianTracerDensity<Scalar: ParticleScalar>: Observable {
    /// Where tracers are seen from.
    public enum Sight: Sendable {
        /// They are where they are.
        case real
        /// In redshift space, along an axis.
        case axis(Int)
        /// In redshift space, from a place [Mpc/h].
        case observer(SIMD3<Double>)
    }

    /// What w is of P.
    public enum Form: Sendable {
        /// 1 + P, of either sign.
        case linear
        /// e^P, as counts need it.
        case exponential
    }

    /// The force mesh.
    public let grid: CellGrid<Scalar>
    /// `bias_b1`, `bias_b2`, `bias_bs2` and `bias_nabla` [(Mpc/h)²].
    public let parameters: [OwnParameter]
    /// Derivatives by ``parameters`` that the last way back found.
    public private(set) var slopes: [Double] = [0, 0, 0, 0]

    private let form: Form
    private let line: LineOfSight
    private var own: [Double]
    private var weights: LagrangianWeights<Scalar>?
    private var particleGrid: Decomposition?

    /// Tracers.
    ///
    /// - Parameters:
    ///   - coefficients: b₁, b₂, b_s and b_∇ [(Mpc/h)²].
    ///   - form: of the weights.
    ///   - sight: from where they are seen.
    ///   - transform: on the force mesh.
    ///   - cell: its spacing [Mpc/h].
    public init(
        _ coefficients: SIMD4<Double>, _ form: Form, seen sight: Sight,
        on transform: FourierTransform<Scalar>, cell: Double
    ) {
        let values = (0..<4).map { coefficients[$0] }
        parameters = zip(["bias_b1", "bias_b2", "bias_bs2", "bias_nabla"], values).map {
            OwnParameter($0, $1)
        }
        own = values
        self.form = form
        line =
            switch sight {
            case .real: .none
            case .axis(let axis): .axis(axis)
            case .observer(let place): .observer(place)
            }
        grid = .mesh(transform, cell: cell)
    }

    /// Takes up the linear density of a universe and the coefficients. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public func begin(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws {
        self.own = own
        particleGrid = model.particleGrid
        weights = nil  // what it held is free before the next one is made
        weights = try LagrangianWeights(
            of: model.linearModes(of: noise), form == .linear ? .linear : .exponential,
            on: model.layout.perturbation.transform, spacing: model.box.spacing)
    }

    /// ρ_t. Collective.
    ///
    /// - Precondition: it was begun.
    /// - Throws: `DriftOverflow`, `NotFiniteError` on all ranks.
    public func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar> {
        let places = particles.lagrangianPlaces(over: particleGrid!)
        return .mesh(try density(of: seen(particles, places, at: moment)))
    }

    /// Predicts and carries back with one copy of the particles. Collective.
    public func observe(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>,
        judge: (consuming Cells<Scalar>) throws -> Cells<Scalar>
    ) throws {
        let places = particles.lagrangianPlaces(over: particleGrid!)
        let seen = try seen(particles, places, at: moment)
        let cotangent = try judge(.mesh(density(of: seen))).takeField()
            .withGhosts(.cloudInCell, for: "density cotangent")
        let bars = bars(of: seen, cotangent)
        let home = seen.home(bars, to: particles)
        let shift = moment.redshiftShift
        let slope = try particles.pullBack(
            home, shownAlong: RedshiftSight(along: line, by: shift.value), addingTo: &adjoint.cotangents)
        adjoint.parameters += shift.scaled(by: slope)

        let growth = moment.growth.d1
        let found = try weights!.pullBack(places.field(of: home.momentum[0]), at: growth.value, own)
        slopes = found.coefficients
        adjoint.parameters += growth.scaled(by: found.growth)
        adjoint.add(linear: found.takeModes())
    }

    /// See the formulas above. Collective.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws {
        var kept: Cells<Scalar>? = cotangent
        try observe(&particles, at: moment, addingTo: &adjoint) { _ in kept.take()! }
    }

    /// The particles where they are seen, each with its weight. Collective.
    private func seen(
        _ particles: borrowing ParticleSet<Scalar>, _ places: borrowing LagrangianPlaces<Scalar>,
        at moment: Moment
    ) throws -> SeenParticles<Scalar> {
        let field = weights!.values(at: moment.growth.d1.value, own)
        return try SeenParticles(
            of: particles, along: RedshiftSight(along: line, by: moment.redshiftShift.value),
            carrying: places.values(of: field))
    }

    /// x̄ of the copy and, along x in place of p̄, w̄.
    private func bars(
        of seen: borrowing SeenParticles<Scalar>, _ cotangent: borrowing Field<Scalar>
    ) -> CotangentSet<Scalar> {
        let weights = seen.weights.span
        var bars = CotangentSet(for: seen.set)
        seen.set.depositAdjoint(cotangent, times: { Double(weights[$0]) }, carrying: &bars)
        bars.addMomenta(
            seen.set.gather(cotangent), along: 0,
            times: Double(cotangent.decomposition.pointCount) / Double(seen.set.totalCount),
            count: seen.set.count)
        return bars
    }

    private func density(of seen: borrowing SeenParticles<Scalar>) throws -> Field<Scalar> {
        let weights = seen.weights.span
        return try seen.set.weightedDensity(of: "the density of tracers") { Double(weights[$0]) }
    }
}
