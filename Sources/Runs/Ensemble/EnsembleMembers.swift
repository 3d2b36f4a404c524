internal import Configuration
public import Parallel

/// What the members of an ensemble differ in: the values of some keys, that vary together.
public struct EnsembleMembers: Sendable, Equatable {
    /// Keys, as `--set` takes them.
    public let keys: [String]
    /// For each member the values of these keys.
    public let values: [[String]]

    /// What becomes of each.
    public var product = Product.universes

    /// What becomes of each member.
    public enum Product: String, Sendable, CaseIterable {
        /// A forward run.
        case universes
        /// A universe, observed with the noise of the objective, and its reconstruction with the truth known.
        case mocks
        /// The same, observed without noise.
        case noiselessMocks = "noiseless-mocks"

        /// Whose record a member leaves.
        var command: String { self == .universes ? "simulate" : "reconstruct" }
    }

    /// Members.
    public var count: Int { values.count }

    /// The most members that an ensemble may have.
    static let most = 100_000

    /// Reads what the user gave.
    ///
    /// - Parameter texts: `key=1:100` (whole numbers, both ends included), `key=first:last:step`, or `key=a,b,c`;
    ///   several vary together and have as many values each.
    /// - Throws: `UsageError`.
    public init(varying texts: [String]) throws(UsageError) {
        var (keys, columns): ([String], [[String]]) = ([], [])
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].contains(".") else {
                throw UsageError("--vary is '\(text)'; it must be section.key=values; try initial.seed=1:100")
            }
            let (key, values) = (String(parts[0]), try Self.values(String(parts[1]), of: text))
            guard !keys.contains(key) else {
                throw UsageError("--vary \(key) is given twice; remove one of them")
            }
            if let first = columns.first, first.count != values.count {
                throw UsageError(
                    "--vary \(key) has \(values.count) values, \(keys[0]) has \(first.count); keys vary together, so they "
                        + "must have as many; give each of them \(first.count)")
            }
            keys.append(key)
            columns.append(values)
        }
        guard let first = columns.first else {
            throw UsageError("nothing varies from member to member; try --vary initial.seed=1:100")
        }
        self.keys = keys
        values = first.indices.map { member in columns.map { $0[member] } }
    }

    private static func values(_ text: String, of option: String) throws(UsageError) -> [String] {
        guard text.contains(":"), !text.contains(",") else {
            return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let numbers = text.split(separator: ":").map { Int($0) }
        guard (2...3).contains(numbers.count), let first = numbers[0], let last = numbers[1],
            let step = numbers.count == 3 ? numbers[2] : 1, step > 0, last >= first,
            (last - first) / step < most
        else {
            throw UsageError(
                "--vary is '\(option)'; a range must be first:last or first:last:step, whole numbers that ascend, of at "
                    + "most \(most) values; try initial.seed=1:100")
        }
        return stride(from: first, through: last, by: step).map(String.init)
    }

    /// Reads a table: a line of keys, then a line of values for each member, columns apart by spaces.
    ///
    /// - Throws: `UsageError`.
    public init(table text: String, source: String) throws(UsageError) {
        var rows: [(line: Int, words: [String])] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            if let first = words.first, !first.hasPrefix("#") { rows.append((index + 1, words)) }
        }
        guard let head = rows.first, rows.count > 1 else {
            throw UsageError("\(source): is no table: it must have a line of keys and a line for each member")
        }
        for row in rows.dropFirst() where row.words.count != head.words.count {
            throw UsageError(
                "\(source):\(row.line): has \(row.words.count) values; it must have \(head.words.count), one for each key"
            )
        }
        keys = head.words
        values = rows.dropFirst().map(\.words)
    }

    /// The name of a member's directory, counted from 1.
    func name(_ member: Int) -> String {
        let digits = "\(member + 1)"
        return "member_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// A member's configuration.
    ///
    /// - Throws: `UsageError` with the words of what is wrong with a value.
    func configuration(
        _ member: Int, of bytes: [UInt8], named name: String, overrides: [String], in directory: String,
        ranks: Int
    ) throws(UsageError) -> RunConfiguration {
        let varied = zip(keys, values[member]).map { "\($0)=\($1)" }
        let path = "\(directory)/\(self.name(member))"
        var fixed = [RunConfiguration.override("output.directory", text: path)]
        if product != .universes { fixed += MockUniverse.overrides(in: path) }
        do {
            return try RunConfiguration(
                bytes: bytes, name: name, overrides: overrides + varied + fixed, ranks: ranks)
        } catch {
            let isVaried = keys.contains { error.message.hasPrefix("--set \($0)") }
            throw isVaried ? UsageError("--vary\(error.message.dropFirst("--set".count))") : error
        }
    }
}
