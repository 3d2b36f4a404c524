internal import FoundationEssentials
public import Parallel

/// What an ensemble says of its members, for machines: `ensemble.json` beside `ensemble.csv`.
public struct EnsembleRecord: Codable, Sendable, Equatable {
    /// The name of the file.
    public static let fileName = "ensemble.json"
    /// The format that this program writes.
    public static let currentFormat = 1

    /// What became of a member.
    public enum Outcome: String, Codable, Sendable, Equatable, CaseIterable {
        case finished, stopped, failed
    }

    /// A universe.
    public struct Member: Codable, Sendable, Equatable {
        /// Its directory in that of the ensemble.
        public var name: String
        /// The values of ``EnsembleRecord/keys``.
        public var values: [String]
        /// What became of it.
        public var outcome: Outcome
        /// Why it failed.
        public var message: String?
        /// The checksum of its final state.
        public var stateChecksum: String?
        /// Its further numbers by name, as ``RunRecord/results``.
        public var results: [String: Double] = [:]
        /// Haloes at the end.
        public var haloes: Int?
        /// What it took, on its group of ranks [s].
        public var seconds: Double?
        /// P(k) at the end, shell by shell of ``EnsembleRecord/wavenumbers`` [(Mpc/h)³].
        public var powers: [Double]?
        /// Linear theory there [(Mpc/h)³].
        public var linear: [Double]?

        /// A member; what only some have is set afterwards.
        public init(name: String, values: [String], outcome: Outcome) {
            self.name = name
            self.values = values
            self.outcome = outcome
        }
    }

    /// The format; a reader refuses a later one.
    public var format = currentFormat
    /// The command that made the members: `simulate` or `reconstruct`.
    public var command: String
    /// When it ended, UTC.
    public var finished: String
    /// Groups of ranks that worked side by side.
    public var groups: Int
    /// Ranks of all groups together.
    public var ranks: Int
    /// Wall-clock time of the process that wrote this [s].
    public var seconds: Double
    /// The keys that members differ in.
    public var keys: [String]
    /// All of them.
    public var members: [Member]
    /// k of the shells of P(k), if all finished members have the same [h/Mpc].
    public var wavenumbers: [Double] = []
    /// Modes in each.
    public var modes: [Double] = []
    /// The scale factor of P(k).
    public var scaleFactor: Double?
    /// The resolved configuration of the first member, as YAML.
    public var configuration: String

    /// A record; spectra are set afterwards.
    public init(
        of command: String, groups: Int, ranks: Int, seconds: Double, keys: [String], members: [Member],
        configuration: String
    ) {
        self.command = command
        finished = RunRecord.now
        self.groups = groups
        self.ranks = ranks
        self.seconds = seconds
        self.keys = keys
        self.members = members
        self.configuration = configuration
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
    /// - Throws: `UsageError` when it is damaged, of a later format, or its columns differ in length.
    public init(json: String, source: String) throws(UsageError) {
        self = try RecordCoding.decode(json, source: source, called: "an ensemble's record")
        try RecordCoding.requireFormat(format, atMost: Self.currentFormat, source: source)
        let columns = members.flatMap { [$0.powers, $0.linear] }.compactMap(\.self) + [modes]
        guard members.allSatisfy({ $0.values.count == keys.count }),
            columns.allSatisfy({ $0.count == wavenumbers.count })
        else {
            throw UsageError(
                "\(source): its columns are not of one length; remove it to leave it out")
        }
    }

    /// Members that are done.
    public var finishedMembers: [Member] { members.filter { $0.outcome == .finished } }
}
