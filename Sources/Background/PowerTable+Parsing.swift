/// What is wrong with a power table or with a question to it.
public struct PowerTableError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public let source: String
    /// The line, counted from 1, if a line is to blame.
    public let line: Int?
    /// The offending text or number.
    public let value: String
    /// What it must obey.
    public let rule: String
    /// What to do.
    public let remedy: String

    /// `file:line: value; it must rule; remedy`.
    public var description: String {
        let place = line.map { "\(source):\($0)" } ?? source
        return "\(place): \(value); it must \(rule); \(remedy)"
    }
}

extension PowerTable {
    /// Reads rows `k [h/Mpc]  P [(Mpc/h)³]`, k increasing; `#` starts a comment, empty lines are skipped.
    ///
    /// - Parameters:
    ///   - text: the content of the file.
    ///   - source: its name, for messages.
    ///   - extrapolation: what happens outside the rows.
    /// - Throws: `PowerTableError` with the line for anything but at least four rows of two positive, finite
    ///   numbers with k increasing.
    public init(
        parsing text: String, source: String, extrapolation: Extrapolation = .forbidden
    ) throws(PowerTableError) {
        var (wavenumbers, powers): ([Double], [Double]) = ([], [])
        var lineNumber = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            lineNumber += 1
            func error(_ value: String, must rule: String, _ remedy: String) -> PowerTableError {
                PowerTableError(source: source, line: lineNumber, value: value, rule: rule, remedy: remedy)
            }
            let content = line.prefix { $0 != "#" }
            let words = content.split(whereSeparator: \.isWhitespace)
            if words.isEmpty { continue }
            guard words.count == 2, let k = Double(words[0]), let power = Double(words[1]) else {
                throw error(
                    "'\(content)'", must: "be two numbers, k [h/Mpc] and P [(Mpc/h)^3]",
                    "put '#' before comments and keep two columns")
            }
            for (name, number) in [("k", k), ("P", power)] {
                guard number.isFinite else {
                    throw error("\(name) is \(number)", must: "be finite", "correct or remove the row")
                }
                guard number > 0 else {
                    throw error("\(name) is \(number)", must: "be positive", "remove the row")
                }
            }
            if let previous = wavenumbers.last, k <= previous {
                throw error(
                    "k is \(k)", must: "be larger than that of the row before, \(previous)",
                    "sort the rows by k and remove doubles")
            }
            wavenumbers.append(k)
            powers.append(power)
        }
        guard wavenumbers.count >= 4 else {
            throw PowerTableError(
                source: source, line: nil, value: "\(wavenumbers.count) rows", rule: "have at least 4 rows",
                remedy: "give a table of k [h/Mpc] and P [(Mpc/h)^3]")
        }
        self.init(source: source, extrapolation: extrapolation, wavenumbers: wavenumbers, powers: powers)
    }
}
