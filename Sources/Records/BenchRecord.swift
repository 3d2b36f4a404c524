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
        /// Steps of a run.
        public var steps: Int
        /// Force evaluations of a run.
        public var forces: Int
        /// The way forwards.
        public var forward: Run
        /// A run forwards and back; nil if it was not measured.
        public var gradient: Gradient?
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
            ranks: [Int], particles: [Int], mesh: [Int], precision: String, kernel: String, steps: Int,
            forces: Int, forward: Run, gradient: Gradient?, ceilings: Ceilings, secondsToFirstForce: Double?,
            peakBytesOfFullestRank: Int, peakBytes: Int, arrayBytesOfFullestRank: Int
        ) {
            self.ranks = ranks
            self.particles = particles
            self.mesh = mesh
            self.precision = precision
            self.kernel = kernel
            self.steps = steps
            self.forces = forces
            self.forward = forward
            self.gradient = gradient
            self.ceilings = ceilings
            self.secondsToFirstForce = secondsToFirstForce
            self.peakBytesOfFullestRank = peakBytesOfFullestRank
            self.peakBytes = peakBytes
            self.arrayBytesOfFullestRank = arrayBytesOfFullestRank
        }

        /// Whether another measurement is of the same problem on the same grid of ranks.
        public func isOfTheSame(_ other: Measurement) -> Bool {
            ranks == other.ranks && particles == other.particles && mesh == other.mesh
        }

        /// The number of ranks.
        public var rankCount: Int { ranks.reduce(1, *) }
        /// Particles per rank, on average.
        public var particlesPerRank: Double { Double(particles.reduce(1, *)) / Double(rankCount) }
        /// Mesh cells per rank, on average.
        public var cellsPerRank: Double { Double(mesh.reduce(1, *)) / Double(rankCount) }
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

        /// A gradient.
        public init(repeats: [Double], forwardSeconds: Double, run: Run) {
            self.repeats = repeats
            seconds = repeats.median
            self.forwardSeconds = forwardSeconds
            self.run = run
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

        /// A floor.
        public init(transforms: Double, exchange: Double, memory: Double) {
            self.transforms = transforms
            self.exchange = exchange
            self.memory = memory
        }

        /// The sum [s].
        public var seconds: Double { transforms + exchange + memory }
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
