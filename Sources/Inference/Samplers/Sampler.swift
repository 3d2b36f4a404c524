public import Mesh

/// A method that draws points in proportion to their probability.
///
/// To add one: a type with these members in a file of its own, and one line where names become types
/// (`SamplerSection`).
public protocol Sampler: Sendable {
    /// Draws the next point of a chain. Collective.
    ///
    /// When the density throws, the state is as it was.
    ///
    /// - Parameters:
    ///   - state: where the chain is.
    ///   - tuning: step and mass; not changed.
    ///   - random: the chain's numbers.
    ///   - density: what is sampled.
    /// - Throws: what the density throws, and `NotFiniteError`; the same on all ranks.
    func draw<Scalar: FourierScalar>(
        _ state: inout ChainState<Scalar>, _ tuning: SamplerTuning<Scalar>, _ random: ChainRandom,
        from density: some SampledDensity<Scalar>
    ) throws -> Draw

    /// How the step is found in warm-up.
    ///
    /// - Parameter dimensions: d.
    func stepSearch(dimensions: Int) -> StepSearch

    /// The length of a trajectory, or over which directions are kept, unless it is given.
    func usualLength(dimensions: Int) -> Double

    /// Whether the length is measured in warm-up, where it is not given.
    var measuresLength: Bool { get }

    /// Whether points lie on a lattice.
    var usesLattice: Bool { get }
}

/// What a warm-up finds.
public struct SamplerTuning<Scalar: FourierScalar> {
    /// ε.
    public var step: Double
    /// T₀ or L.
    public var length: Double
    /// M = F⁻¹CF.
    public var mass: Preconditioner<Scalar>
    /// The energy error beyond which a walk turns back, that nothing else rejects: finite in warm-up alone.
    public var mostError: Double

    /// A tuning.
    public init(step: Double, length: Double, mass: Preconditioner<Scalar>, mostError: Double = .infinity) {
        self.step = step
        self.length = length
        self.mass = mass
        self.mostError = mostError
    }
}

/// Where a chain is between two iterations.
public struct ChainState<Scalar: FourierScalar>: ~Copyable {
    /// Iterations done, those of the warm-up too.
    public internal(set) var iteration: Int
    /// The point; in single precision the rounding of ``lattice``, where there is one.
    public internal(set) var point: ParameterVector<Scalar>
    /// The point, where it lies on a lattice.
    public internal(set) var lattice: LatticeVector<Scalar>?
    /// U and its gradient there.
    public internal(set) var evaluation: Evaluation<Scalar>
    /// The direction, where a method keeps it: a unit vector.
    public internal(set) var direction: ParameterVector<Scalar>?

    /// A state.
    public init(
        iteration: Int = 0, at point: consuming ParameterVector<Scalar>,
        lattice: consuming LatticeVector<Scalar>? = nil, _ evaluation: consuming Evaluation<Scalar>,
        direction: consuming ParameterVector<Scalar>? = nil
    ) {
        self.iteration = iteration
        self.lattice = lattice
        self.direction = direction
        self.point = point
        self.evaluation = evaluation
    }

    var grid: Decomposition { point.noise.decomposition }

    mutating func move(
        to point: consuming ParameterVector<Scalar>, _ evaluation: consuming Evaluation<Scalar>
    ) {
        self.point = point
        self.evaluation = evaluation
    }
}

/// What an iteration did.
public struct Draw: Sendable, Equatable {
    /// H at the end minus H at the start; infinite where the density ends or a number has no place.
    public var energyError: Double
    /// H at the start.
    public var energy: Double
    /// min(1, exp(−``energyError``)); 1 where nothing is rejected.
    public var acceptance: Double
    /// Whether the chain moved.
    public var isAccepted: Bool
    /// Steps of the integrator.
    public var steps: Int
    /// Gradients computed.
    public var gradients: Int

    /// What an iteration did.
    public init(
        energyError: Double, energy: Double, acceptance: Double, isAccepted: Bool, steps: Int, gradients: Int
    ) {
        self.energyError = energyError
        self.energy = energy
        self.acceptance = acceptance
        self.isAccepted = isAccepted
        self.steps = steps
        self.gradients = gradients
    }

    /// A step so wrong that it says something of the posterior.
    public var isDiverging: Bool { !(abs(energyError) <= 1000) }
}

/// The probability to accept a proposal; 0 where the error is no number.
func acceptance(of energyError: Double) -> Double {
    energyError.isNaN ? 0 : min(1, exponential(-energyError))
}
