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
    /// Of more columns, as CLASS and CAMB write them for several redshifts or kinds of matter, the first two are taken.
    /// Exponents may be Fortran's. What the comments say of redshift and units must not contradict what is asked for.
    ///
    /// - Parameters:
    ///   - text: the content of the file.
    ///   - source: its name, for messages.
    ///   - extrapolation: what happens outside the rows.
    ///   - redshift: of the table.
    /// - Throws: `PowerTableError` with the line for anything but at least four rows of as many finite numbers each,
    ///   two or more, the first two positive, with k increasing.
    public init(
        parsing text: String, source: String, extrapolation: Extrapolation = .forbidden, redshift: Double = 0
    ) throws(PowerTableError) {
        var rows = TableRows(source: source)
        var header = TableHeader()
        var lineNumber = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            lineNumber += 1
            let content = line.prefix { $0 != "#" }
            if content.allSatisfy(\.isWhitespace) {
                if content.endIndex < line.endIndex {
                    header.add(line[content.endIndex...].drop { $0 == "#" }, line: lineNumber)
                }
                continue
            }
            try rows.add(content, line: lineNumber)
        }
        if let found = header.contradiction(takenAt: redshift) {
            throw PowerTableError(
                source: source, line: found.line, value: found.value, rule: found.rule, remedy: found.remedy)
        }
        try self.init(
            rows: rows.finished(), source: source, extrapolation: extrapolation, redshift: redshift)
    }
}

/// The rows of a table while they are read.
struct TableRows {
    private let source: String
    private(set) var wavenumbers: [Double] = []
    private(set) var powers: [Double] = []
    /// Numbers in each row.
    private(set) var columns = 2

    init(source: String) { self.source = source }

    /// Takes in a row without its comment.
    mutating func add(_ content: Substring, line: Int) throws(PowerTableError) {
        func error(_ value: String, must rule: String, _ remedy: String) -> PowerTableError {
            PowerTableError(source: source, line: line, value: value, rule: rule, remedy: remedy)
        }
        let words = content.split(whereSeparator: \.isWhitespace)
        let numbers = words.prefix(2).compactMap(TableNumber.value)
        guard words.count >= 2, numbers.count == 2 else {
            throw error(
                "'\(Self.excerpt(content))'", must: "be two numbers, k [h/Mpc] and P [(Mpc/h)^3]",
                content.contains(where: { $0 == "," || $0 == ";" })
                    ? "put blanks between columns and a point before decimals"
                    : "put '#' before comments and keep two columns")
        }
        if wavenumbers.isEmpty { columns = words.count }
        guard words.count == columns else {
            throw error(
                "there are \(words.count) numbers",
                must: "be two numbers or as many as in the rows before, \(columns)",
                "put '#' before comments and complete the row")
        }
        for (name, number) in zip(["k", "P"], numbers) {
            guard number.isFinite else {
                throw error("\(name) is \(number)", must: "be finite", "correct or remove the row")
            }
            guard number > 0 else {
                throw error(
                    "\(name) is \(number)", must: "be positive",
                    number == 0 ? "remove the row" : "give k and P themselves if these are logarithms")
            }
        }
        if let previous = wavenumbers.last, numbers[0] <= previous {
            throw error(
                "k is \(numbers[0])", must: "be larger than that of the row before, \(previous)",
                "sort the rows by k and remove doubles")
        }
        wavenumbers.append(numbers[0])
        powers.append(numbers[1])
    }

    /// All rows.
    func finished() throws(PowerTableError) -> TableRows {
        guard wavenumbers.count >= 4 else {
            throw PowerTableError(
                source: source, line: nil, value: "\(wavenumbers.count) rows", rule: "have at least 4 rows",
                remedy: "give a table of k [h/Mpc] and P [(Mpc/h)^3]")
        }
        return self
    }

    /// A text on one line, shortened.
    private static func excerpt(_ text: Substring) -> String {
        let scalars = text.unicodeScalars.prefix(61).map { scalar -> Unicode.Scalar in
            scalar.properties.isWhitespace || scalar.properties.generalCategory == .control ? " " : scalar
        }
        let short = String(String.UnicodeScalarView(scalars.prefix(scalars.count > 60 ? 57 : 60)))
        return scalars.count > 60 ? short + "..." : short
    }
}
