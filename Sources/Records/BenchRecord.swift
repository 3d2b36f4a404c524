public import Parallel

/// What `palindrome bench` measured, for machines: `bench.json` in its directory.
public struct BenchRecord: Codable, Sendable, Equatable {
    /// The name of the file of a study.
    public static func fileName(of study: Study) -> String {
        study == .single ? "bench.json" : "bench-\(study.rawValue).json"
    }
    /// The format that this program writes.
    public static let currentFormat = 1

    /// What the measurements have in common.
    public enum Study: String, Codable, Sendable, CaseIterable {
        /// One number of ranks.
        case single
        /// The same problem on several numbers of ranks, or shapes of their grid.
        case strong
        /// A problem that grows with the ranks.
        case weak
        /// The same problem under the single mesh and under pyramids, on the same ranks.
        case laws
    }

    /// The format; a reader refuses a later one.
    public var format = currentFormat
    /// The version of the program.
    public var codeVersion: String
    /// The compiler and the libraries it was built with.
    public var build: String
    /// The kind of CPU that rank 0 ran on.
    public var processor: String
    /// The MPI library.
    public var mpi: String
    /// When it ended, UTC, as in `2026-11-21T05:03:25Z`.
    public var finished: String
    /// What the measurements have in common.
    public var study: Study
    /// One for each number and grid of ranks, in the order in which they were made.
    public var measurements: [Measurement]
    /// The resolved configuration, as YAML; in a weak study that of one rank.
    public var configuration: String

    /// A record.
    public init(
        codeVersion: String, build: String, processor: String, mpi: String, finished: String, study: Study,
        measurements: [Measurement], configuration: String
    ) {
        self.codeVersion = codeVersion
        self.build = build
        self.processor = processor
        self.mpi = mpi
        self.finished = finished
        self.study = study
        self.measurements = measurements
        self.configuration = configuration
    }

    /// Adds a measurement, in the place of an earlier one of the same problem on the same grid if there is one;
    /// fewer ranks stand before more.
    public mutating func add(_ measurement: Measurement) {
        measurements.removeAll { $0.isOfTheSame(measurement) }
        let place = measurements.firstIndex { $0.rankCount > measurement.rankCount }
        measurements.insert(measurement, at: place ?? measurements.endIndex)
    }

    /// One problem on one grid of ranks.
    public struct Measurement: Codable, Sendable, Equatable {
        /// Ranks along x and y.
        public var ranks: [Int]
        /// The particle grid.
        public var particles: [Int]
        /// The force mesh.
        public var mesh: [Int]
        /// `single` or `double`.
        public var precision: String
        /// The force kernel.
        public var kernel: String
        /// Meshes below the force mesh, and how exact their filters are; nil for a single mesh.
        public var pyramid: Pyramid?
        /// Steps of a run.
        public var steps: Int
        /// Force evaluations of a run.
        public var forces: Int
        /// The way forwards.
        public var forward: Run
        /// A run forwards and back; nil if it was not measured.
        public var gradient: Gradient?
        /// Parts of a run by themselves; nil in records of earlier versions.
        public var parts: Parts?
        /// How far the law is from the single mesh; nil for that itself, and where it was not asked for.
        public var fidelity: Fidelity?
        /// What the machine did at best.
        public var ceilings: Ceilings
        /// From the start of the process to the first force [s], of the slowest rank.
        public var secondsToFirstForce: Double?
        /// The most memory of the fullest rank, as the system counts it [bytes].
        public var peakBytesOfFullestRank: Int
        /// The sum of the peaks of all ranks [bytes].
        public var peakBytes: Int
        /// The most bytes in arrays at once, on the fullest rank.
        public var arrayBytesOfFullestRank: Int

        /// A measurement.
        public init(
            ranks: [Int], particles: [Int], mesh: [Int], precision: String, kernel: String,
            pyramid: Pyramid? = nil, steps: Int, forces: Int, forward: Run, gradient: Gradient?,
            parts: Parts? = nil, fidelity: Fidelity? = nil, ceilings: Ceilings, secondsToFirstForce: Double?,
            peakBytesOfFullestRank: Int, peakBytes: Int, arrayBytesOfFullestRank: Int
        ) {
            self.ranks = ranks
            self.particles = particles
            self.mesh = mesh
            self.precision = precision
            self.kernel = kernel
            self.pyramid = pyramid
            self.steps = steps
            self.forces = forces
            self.forward = forward
            self.gradient = gradient
            self.parts = parts
            self.fidelity = fidelity
            self.ceilings = ceilings
            self.secondsToFirstForce = secondsToFirstForce
            self.peakBytesOfFullestRank = peakBytesOfFullestRank
            self.peakBytes = peakBytes
            self.arrayBytesOfFullestRank = arrayBytesOfFullestRank
        }

        /// Whether another measurement is of the same problem on the same grid of ranks.
        public func isOfTheSame(_ other: Measurement) -> Bool {
            ranks == other.ranks && particles == other.particles && mesh == other.mesh
                && pyramid == other.pyramid
        }

        /// The number of ranks.
        public var rankCount: Int { ranks.reduce(1, *) }
        /// Particles per rank, on average.
        public var particlesPerRank: Double { Double(particles.reduce(1, *)) / Double(rankCount) }
        /// Mesh cells per rank, on average.
        public var cellsPerRank: Double { Double(mesh.reduce(1, *)) / Double(rankCount) }
    }

    /// What is timed by itself, of the slowest rank: the fastest of some repeats.
    public struct Parts: Codable, Sendable, Equatable {
        /// A transform of the force mesh, forwards and back [s].
        public var transformPair: Double
        /// From the overdensity to the potential with its ghost planes, under the law of gravity [s]; nil if it keeps
        /// none.
        public var potential: Double?
        /// Initial conditions, from white noise to the particles before the first force [s].
        public var start: Double
        /// First-order displacements under both laws; nil where the force is not that of a potential, and in records of
        /// earlier versions.
        public var displacements: Displacements?

        /// Times.
        public init(
            transformPair: Double, potential: Double?, start: Double, displacements: Displacements? = nil
        ) {
            self.transformPair = transformPair
            self.potential = potential
            self.start = start
            self.displacements = displacements
        }
    }

    /// The displacements of first-order perturbation theory as a force: from a linear overdensity on the force mesh to
    /// `−∇∇⁻²δ` at every particle, of the slowest rank: the fastest of some repeats.
    public struct Displacements: Codable, Sendable, Equatable {
        /// By transforms of the whole mesh [s].
        public var singleMesh: Double
        /// By a pyramid [s]; nil if none fits the mesh and the ranks.
        public var pyramid: Double?
        /// The pyramid's levels: the configuration's, or two or one where that is of a single mesh.
        public var levels: Int?

        /// Times.
        public init(singleMesh: Double, pyramid: Double?, levels: Int?) {
            self.singleMesh = singleMesh
            self.pyramid = pyramid
            self.levels = levels
        }
    }

    /// A pyramid of meshes.
    public struct Pyramid: Codable, Sendable, Equatable {
        /// Meshes below the force mesh.
        public var levels: Int
        /// `default` or `accurate`.
        public var accuracy: String
        /// Multiplications with an addition of the filters of one force, of the mean rank.
        public var multiplyAdds: Double

        /// A pyramid.
        public init(levels: Int, accuracy: String, multiplyAdds: Double) {
            self.levels = levels
            self.accuracy = accuracy
            self.multiplyAdds = multiplyAdds
        }
    }

    /// What one force evaluation takes, with its share of the steps around it, and what it cannot take less than.
    public struct Run: Codable, Sendable, Equatable {
        /// Seconds per force evaluation of each repeat, of the slowest rank.
        public var repeats: [Double]
        /// Their median [s].
        public var secondsPerForce: Double
        /// The phases, per force evaluation, those that took longest first; medians over repeats.
        public var phases: [RunRecord.Phase]
        /// The floor [s].
        public var floor: Floor

        /// A run.
        public init(repeats: [Double], phases: [RunRecord.Phase], floor: Floor) {
            self.repeats = repeats
            secondsPerForce = repeats.median
            self.phases = phases
            self.floor = floor
        }

        /// The time in units of the floor.
        public var ratioToFloor: Double { secondsPerForce / floor.seconds }
    }

    /// What a gradient takes.
    public struct Gradient: Codable, Sendable, Equatable {
        /// From white noise to the gradient with respect to it [s], of each repeat.
        public var repeats: [Double]
        /// Their median [s].
        public var seconds: Double
        /// The same for a forward run with the same steps, from white noise to the last step [s].
        public var forwardSeconds: Double
        /// Steps forwards and back, per force evaluation of the way forwards.
        public var run: Run
        /// Forces that were kept for the way back; nil, for none, in records of earlier versions.
        public var keptForces: Int?

        /// A gradient.
        public init(repeats: [Double], forwardSeconds: Double, run: Run, keptForces: Int = 0) {
            self.repeats = repeats
            seconds = repeats.median
            self.forwardSeconds = forwardSeconds
            self.run = run
            self.keptForces = keptForces
        }

        /// The gradient in units of a forward run with the same steps.
        public var ratioToForward: Double { seconds / forwardSeconds }
    }

    /// The least time of a force evaluation.
    public struct Floor: Codable, Sendable, Equatable {
        /// FFTW's best transforms [s].
        public var transforms: Double
        /// The exchanges between them [s].
        public var exchange: Double
        /// Unavoidable traffic of memory [s].
        public var memory: Double
        /// Multiplications and additions of filters [s]; nil if there are none.
        public var arithmetic: Double?

        /// A floor.
        public init(transforms: Double, exchange: Double, memory: Double, arithmetic: Double? = nil) {
            self.transforms = transforms
            self.exchange = exchange
            self.memory = memory
            self.arithmetic = arithmetic
        }

        /// The sum [s].
        public var seconds: Double { transforms + exchange + memory + (arithmetic ?? 0) }
    }

    /// What the machine does at best, on all ranks at once.
    public struct Ceilings: Codable, Sendable, Equatable {
        /// Triad, of one rank [bytes/s].
        public var triadBandwidth: Double
        /// The mesh of FFTW's best plan.
        public var transformShape: [Int]
        /// Real to complex on a rank's mean share [s].
        public var forwardTransform: Double
        /// Complex to real [s].
        public var inverseTransform: Double
        /// The exchange in a row: what a rank sends [bytes].
        public var rowBytes: Int
        /// The exchange in a row [s].
        public var rowSeconds: Double
        /// The exchange in a column: what a rank sends [bytes].
        public var columnBytes: Int
        /// The exchange in a column [s].
        public var columnSeconds: Double

        /// Ceilings.
        public init(
            triadBandwidth: Double, transformShape: [Int], forwardTransform: Double,
            inverseTransform: Double, rowBytes: Int, rowSeconds: Double, columnBytes: Int,
            columnSeconds: Double
        ) {
            self.triadBandwidth = triadBandwidth
            self.transformShape = transformShape
            self.forwardTransform = forwardTransform
            self.inverseTransform = inverseTransform
            self.rowBytes = rowBytes
            self.rowSeconds = rowSeconds
            self.columnBytes = columnBytes
            self.columnSeconds = columnSeconds
        }
    }

    /// The file's content: keys sorted, `snake_case`.
    ///
    /// - Throws: `EncodingError` when a number is not finite.
    public func json() throws -> String { try RecordCoding.text(of: self) }

    /// Reads a file's content.
    ///
    /// - Parameters:
    ///   - json: the content.
    ///   - source: its name, for the error.
    /// - Throws: `UsageError` when it is damaged or of a later format.
    public init(json: String, source: String) throws(UsageError) {
        self = try RecordCoding.decode(json, source: source, called: "a record of palindrome bench")
        try RecordCoding.requireFormat(format, atMost: Self.currentFormat, source: source)
    }
}

extension [Double] {
    /// The middle value, or the mean of the two in the middle.
    ///
    /// - Precondition: there is a value.
    public var median: Double {
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
