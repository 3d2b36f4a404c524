public import Parallel

/// Columns of numbers in a text, found by their names or by their places.
///
/// Columns are parted by blanks, commas or semicolons; what follows a `#` is a comment, and empty lines are passed over.
public enum TextColumns {
    /// Columns by name.
    ///
    /// Names stand in the first line that has all of them, be it a comment or not: `# RA Dec z` or `RA,Dec,z`.
    ///
    /// - Parameters:
    ///   - text: the content of the file.
    ///   - names: of the columns that are wanted.
    ///   - source: the file's name, for messages.
    ///   - key: of the configuration by which columns are named.
    /// - Returns: the columns, and the line of each row.
    /// - Throws: `UsageError` with the line and what is wrong with it.
    public static func read(
        _ text: String, named names: [String], source: String, key: String
    ) throws(UsageError) -> (columns: [[Double]], lines: [Int]) {
        var places: [Int]?
        var offered: [String] = []
        var columns = [[Double]](repeating: [], count: names.count)
        var lines: [Int] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            guard let places else {
                let words = words(of: line.drop { $0 == "#" || $0.isWhitespace })
                guard !words.isEmpty else { continue }
                places = found(names, in: words)
                guard places == nil else { continue }
                let isComment = line.first { !$0.isWhitespace } == "#"
                if isComment { offered = words.map(String.init) }
                guard isComment else {
                    let isHeader = words.contains { number($0) == nil }
                    throw missing(
                        names, among: isHeader ? words.map(String.init) : offered, source, key,
                        line: index + 1)
                }
                continue
            }
            let words = words(of: line.prefix { $0 != "#" })
            guard !words.isEmpty else { continue }
            for (column, place) in places.enumerated() {
                guard place < words.count else {
                    throw UsageError(
                        "\(source):\(index + 1): has \(words.count) columns; \(names[column]) is column \(place + 1); "
                            + "complete the row")
                }
                guard let value = number(words[place]), value.isFinite else {
                    throw UsageError(
                        "\(source):\(index + 1): \(names[column]) is \(PlainText.excerpt(words[place], upTo: 30)); it must be a "
                            + "finite number; correct or remove the row")
                }
                columns[column].append(value)
            }
            lines.append(index + 1)
        }
        guard places != nil else { throw missing(names, among: offered, source, key, line: nil) }
        return (columns, lines)
    }

    /// The first two columns of a table.
    ///
    /// - Returns: the columns, and the line of each row.
    /// - Throws: `UsageError` with the line and what is wrong with it.
    public static func readPairs(
        _ text: String, source: String, of meaning: String
    ) throws(UsageError) -> (first: [Double], second: [Double], lines: [Int]) {
        var (first, second): ([Double], [Double]) = ([], [])
        var lines: [Int] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            let words = words(of: line.prefix { $0 != "#" })
            guard !words.isEmpty else { continue }
            let numbers = words.prefix(2).compactMap(number).filter(\.isFinite)
            guard numbers.count == 2 else {
                throw UsageError(
                    "\(source):\(index + 1): '\(PlainText.excerpt(line, upTo: 30))' must be two finite numbers, \(meaning); put "
                        + "'#' before comments, or correct the row")
            }
            first.append(numbers[0])
            second.append(numbers[1])
            lines.append(index + 1)
        }
        return (first, second, lines)
    }

    private static func words(of line: Substring) -> [Substring] {
        line.split { $0.isWhitespace || $0 == "," || $0 == ";" }
    }

    /// A decimal number; hexadecimal ones are none.
    private static func number(_ word: Substring) -> Double? {
        word.utf8.contains { $0 | 0x20 == UInt8(ascii: "x") } ? nil : Double(word)
    }

    private static func found(_ names: [String], in words: [Substring]) -> [Int]? {
        let places = names.map { name in words.firstIndex { $0 == name } }
        return places.contains(nil) ? nil : places.map { $0! }
    }

    private static func missing(
        _ names: [String], among offered: [String], _ source: String, _ key: String, line: Int?
    ) -> UsageError {
        let place = line.map { "\(source):\($0)" } ?? source
        guard !offered.isEmpty else {
            return UsageError(
                "\(place): no line names the columns \(names.joined(separator: ", ")); begin the file with "
                    + "'# \(names.joined(separator: " "))'")
        }
        let absent = names.filter { !offered.contains($0) }
        let near = Spelling.probable(for: absent[0], among: offered).map { "; did you mean \($0)?" } ?? ""
        return UsageError(
            "\(place): has no column \(absent[0])\(near); the columns are "
                + "\(PlainText.excerpt(offered.joined(separator: ", "), upTo: 200)); say in \(key) which are meant"
        )
    }
}
