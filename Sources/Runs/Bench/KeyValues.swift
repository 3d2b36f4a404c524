internal import Parallel

/// What a user gives as `key=value`, or in a file as lines `key: value`, with what each key may be.
struct KeyValues {
    private struct Entry {
        let place: String
        let key: String
        let value: String
    }

    private var entries: [Entry] = []
    private var known: [String] = []
    private var first: UsageError?

    /// Words of the command line.
    init(words: [String], of option: String) throws(UsageError) {
        for word in words {
            guard let sign = word.firstIndex(of: "=") else {
                throw UsageError("\(option) \(word): it must be key=value; try ranks=1000")
            }
            entries.append(
                Entry(
                    place: option, key: String(word[..<sign]), value: String(word[word.index(after: sign)...])
                )
            )
        }
    }

    /// Adds the lines of a file, which the command line's words win over.
    mutating func add(file: String, _ text: String) throws(UsageError) {
        var lines: [Entry] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.prefix { $0 != "#" }.filter { $0 != " " && $0 != "\t" && $0 != "\r" }
            guard !content.isEmpty else { continue }
            guard let colon = content.firstIndex(of: ":") else {
                throw UsageError("\(file):\(number + 1): it must be 'key: value'; try 'latency_us: 2'")
            }
            lines.append(
                Entry(
                    place: "\(file):\(number + 1)", key: String(content[..<colon]),
                    value: String(content[content.index(after: colon)...])))
        }
        entries = lines + entries
    }

    /// The last value of a key, read by a rule.
    mutating func value<Value>(_ key: String, must rule: String, _ read: (String) -> Value?)
        throws(UsageError) -> Value?
    {
        known.append(key)
        guard let entry = entries.last(where: { $0.key == key }) else { return nil }
        guard let value = read(entry.value) else {
            throw UsageError("\(entry.place): \(key) is '\(entry.value)'; it must be \(rule); change it")
        }
        return value
    }

    /// A positive number.
    mutating func number(_ key: String) throws(UsageError) -> Double? {
        try value(key, must: "a number above 0") { text in
            Double(text).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        }
    }

    /// A whole number, or several between commas.
    mutating func wholes(_ key: String, _ range: ClosedRange<Int>) throws(UsageError) -> [Int]? {
        try value(key, must: "whole numbers of \(range.lowerBound) to \(range.upperBound), as in 100,1000") {
            text in
            let words = text.split(separator: ",", omittingEmptySubsequences: false)
            let values = words.compactMap { Int($0) }.filter(range.contains)
            return values.count == words.count && !values.isEmpty ? values : nil
        }
    }

    /// Refuses keys that nobody asked for.
    func finish() throws(UsageError) {
        for entry in entries where !known.contains(entry.key) {
            throw UsageError(
                "\(entry.place): '\(entry.key)' is not known; it must be \(known.joined(separator: ", ")); change it"
            )
        }
    }
}
