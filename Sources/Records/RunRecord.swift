internal import FoundationEssentials
public import Parallel
public import Storage

/// What a finished run says of itself, for machines: `run.json` of a forward run, `reconstruction.json`,
/// `gradient.json` and `training.json` beside the files of those commands, so that one directory can hold all of them.
///
/// It is the one file of a run that differs from one time and machine to the next.
public struct RunRecord: Codable, Sendable, Equatable {
    /// The commands that leave a record, those first whose results a page tells first.
    public static let commands = ["reconstruct", "sample", "simulate", "gradient", "train"]

    /// The name of a command's file.
    public static func fileName(of command: String) -> String {
        switch command {
        case "reconstruct": "reconstruction.json"
        case "gradient": "gradient.json"
        case "sample": "sample.json"
        case "train": "training.json"
        default: "run.json"
        }
    }

    /// The format that this program writes.
    public static let currentFormat = 1

    /// Where time and traffic of one phase went.
    public struct Phase: Codable, Sendable, Equatable {
        /// What was being done.
        public var name: String
        /// The time of the rank that took longest [s].
        public var longestSeconds: Double
        /// The mean over ranks [s]; these add up to ``RunRecord/seconds``.
        public var meanSeconds: Double
        /// Bytes sent to other ranks, mean over ranks.
        public var bytesSent: Double
        /// Messages sent to other ranks, mean over ranks.
        public var messages: Double

        /// A phase.
        public init(
            _ name: String, longestSeconds: Double, meanSeconds: Double, bytesSent: Double, messages: Double
        ) {
            self.name = name
            self.longestSeconds = longestSeconds
            self.meanSeconds = meanSeconds
            self.bytesSent = bytesSent
            self.messages = messages
        }
    }

    /// The format; a reader refuses a later one.
    public var format = currentFormat
    /// The command: `simulate`, `gradient`, `reconstruct`.
    public var command: String
    /// The version of the program.
    public var codeVersion: String
    /// The compiler and the libraries it was built with.
    public var build: String
    /// The kind of CPU that rank 0 ran on.
    public var processor: String
    /// When it ended, UTC, as in `2026-11-21T05:03:25Z`.
    public var finished: String
    /// Ranks along x and y.
    public var ranks: [Int]
    /// Steps of the evolution.
    public var steps: Int?
    /// The step or iteration that this process continued from; time and memory are those since.
    public var continuedFrom: Int?
    /// Wall-clock time of the process so far [s].
    public var seconds: Double
    /// The most memory of the fullest rank [bytes].
    public var peakBytesOfFullestRank: Int
    /// The sum of the peaks of all ranks [bytes].
    public var peakBytes: Int
    /// The phases, those that took longest first.
    public var phases: [Phase]
    /// The checksum of the final state, sixteen hexadecimal digits.
    public var stateChecksum: String?
    /// Further numbers by name: `loss`, `iterations` …
    public var results: [String: Double]
    /// The resolved configuration, as YAML.
    public var configuration: String
    /// Checksums of what was read, by the key that names it; nil in records of earlier versions.
    public var inputs: [String: String]?
    /// The files of the run as they were when they were whole; nil in records of earlier versions.
    public var files: [KeptFile]?

    /// A record; what only some commands know is set afterwards.
    public init(
        command: String, codeVersion: String, build: String, processor: String, finished: String,
        ranks: [Int],
        seconds: Double, peakBytesOfFullestRank: Int, peakBytes: Int, phases: [Phase], configuration: String
    ) {
        self.command = command
        self.codeVersion = codeVersion
        self.build = build
        self.processor = processor
        self.finished = finished
        self.ranks = ranks
        self.seconds = seconds
        self.peakBytesOfFullestRank = peakBytesOfFullestRank
        self.peakBytes = peakBytes
        self.phases = phases
        self.configuration = configuration
        results = [:]
    }

    /// The present moment as ``finished`` has it.
    public static var now: String { Date.now.formatted(.iso8601) }

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
        self = try RecordCoding.decode(json, source: source, called: "a run's record")
        try RecordCoding.requireFormat(format, atMost: Self.currentFormat, source: source)
    }
}
