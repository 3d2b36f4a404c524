public import Mesh
internal import Parallel

/// A machine, as far as the cost of a run depends on it.
public struct Machine: Sendable, Equatable {
    /// From a message's start to its end, of no bytes [s].
    public var latency = 2e-6
    /// What a node can send in a second [bytes/s]; its ranks share it.
    public var nodeBandwidth = 25e9
    /// Ranks of a node, one per core.
    public var coresPerNode = 64
    /// Memory of a node [bytes]; its ranks share it.
    public var nodeMemory = 256 * 0x1p30
    /// How fast a core is, in units of that which ``KernelTimes`` were measured on.
    public var coreSpeed = 1.0

    /// A node of 64 cores with 256 GiB on a network of 200 Gbit/s.
    public init() {}

    /// What a rank can send in a second when all do [bytes/s].
    public var rankBandwidth: Double { nodeBandwidth / Double(coresPerNode) }
    /// Memory of a rank [bytes].
    public var rankMemory: Double { nodeMemory / Double(coresPerNode) }

    /// Time of some traffic: `messages × latency + bytes / bandwidth` [s].
    public func seconds(of traffic: Traffic) -> Double {
        Double(traffic.messages) * latency + Double(traffic.bytes) / rankBandwidth
    }
}

/// What one core takes for the work of a force evaluation that is not communication, with its share of the steps
/// around it, every core of the node being busy.
///
///     t = a N_particles + b N_cells + c N_cells log₂(mx my mz)
public struct KernelTimes: Sendable, Equatable {
    /// Times of one direction.
    public struct Coefficients: Sendable, Equatable {
        /// a [s].
        public var perParticle: Double
        /// b [s]: cells outside the transforms.
        public var perCell: Double
        /// c [s]: transforms.
        public var perCellAndLevel: Double

        /// Coefficients.
        public init(perParticle: Double, perCell: Double, perCellAndLevel: Double) {
            self.perParticle = perParticle
            self.perCell = perCell
            self.perCellAndLevel = perCellAndLevel
        }
    }

    /// Forwards.
    public var forward: Coefficients
    /// Forwards and back.
    public var gradient: Coefficients

    /// Times.
    public init(forward: Coefficients, gradient: Coefficients) {
        self.forward = forward
        self.gradient = gradient
    }
}

/// What the time of a phase goes with. A phase that is not known goes with the particles.
public enum PhaseKind: Sendable, Equatable {
    /// Waiting for other ranks: modelled from bytes and messages.
    case communication
    /// Transforms of lines.
    case transforms
    /// Passes over the mesh.
    case cells
    /// Passes over the particles.
    case particles

    /// The kind of a phase, by the name that records have.
    public init(of phase: String) {
        switch Phase(phase) {
        case .exchange, .ghosts, .routing, .agreement: self = .communication
        case .fft: self = .transforms
        case .multiply: self = .cells
        default: self = .particles
        }
    }
}

/// The time that a measurement spent on each kind of work, per force evaluation of a rank.
public struct MeasuredWork: Sendable, Equatable {
    /// Particles of a rank.
    public var particles: Double
    /// Mesh cells of a rank.
    public var cells: Double
    /// log₂ of the cells of the whole mesh.
    public var levels: Double
    /// Seconds that go with the transforms.
    public var transforms: Double
    /// Seconds that go with particles and cells.
    public var others: Double

    /// Work.
    public init(particles: Double, cells: Double, levels: Double, transforms: Double, others: Double) {
        self.particles = particles
        self.cells = cells
        self.levels = levels
        self.transforms = transforms
        self.others = others
    }
}

extension KernelTimes.Coefficients {
    /// The least-squares fit to some measurements, each weighted by the inverse of its time.
    ///
    /// Where all have as many cells per particle, what goes with cells cannot be told from what goes with
    /// particles, and all is given to these.
    ///
    /// - Precondition: there is a measurement.
    public init(fitting measured: [MeasuredWork]) {
        precondition(!measured.isEmpty)
        var (pp, pc, cc, pt, ct) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for work in measured where work.others > 0 {
            let (p, c) = (work.particles / work.others, work.cells / work.others)
            (pp, pc, cc, pt, ct) = (pp + p * p, pc + p * c, cc + c * c, pt + p, ct + c)
        }
        let determinant = pp * cc - pc * pc
        var particle = determinant > 1e-6 * pp * cc ? (pt * cc - ct * pc) / determinant : -1
        var cell = determinant > 1e-6 * pp * cc ? (ct * pp - pt * pc) / determinant : -1
        if particle < 0 || cell < 0 { (particle, cell) = (pp > 0 ? pt / pp : 0, 0) }
        let levels = measured.reduce(0) { $0 + $1.cells * $1.levels }
        self.init(
            perParticle: particle, perCell: cell,
            perCellAndLevel: levels > 0 ? measured.reduce(0) { $0 + $1.transforms } / levels : 0)
    }
}
