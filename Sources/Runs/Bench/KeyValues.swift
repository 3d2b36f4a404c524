package import Parallel
internal import Yams

/// What a user gives as `key=value`, or in a file as lines `key: value`, with what each key may be.
package struct KeyValues {
    private struct Entry {
        let place: String
        let key: String
        let value: String
    }

    private var entries: [Entry] = []
    private var known: [String] = []

    /// Words of the command line.
    package init(words: [String], of option: String) throws(UsageError) {
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

    /// Adds the keys of a file, which the command line's words win over.
    package mutating func add(file: String, _ text: String) throws(UsageError) {
        func broken(_ line: Int) -> UsageError {
            UsageError("\(file):\(line): it must be 'key: value'; try 'latency_us: 2'")
        }
        let document: Node?
        do {
            document = try Yams.compose(yaml: text)
        } catch YamlError.scanner(_, _, let mark, _), YamlError.parser(_, _, let mark, _) {
            throw broken(mark.line)
        } catch {
            throw UsageError("\(file): it must be lines 'key: value', each key once; try 'latency_us: 2'")
        }
        guard let document else { return }
        guard let mapping = document.mapping else { throw broken(document.mark?.line ?? 1) }
        var lines: [Entry] = []
        for (key, value) in mapping {
            let line = key.mark?.line ?? 1
            guard let key = key.scalar?.string, let value = value.scalar?.string else { throw broken(line) }
            lines.append(Entry(place: "\(file):\(line)", key: key, value: value))
        }
        entries = lines + entries
    }

    /// The last value of a key, read by a rule.
    package mutating func value<Value>(_ key: String, must rule: String, _ read: (String) -> Value?)
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
    package mutating func number(_ key: String) throws(UsageError) -> Double? {
        try value(key, must: "a number above 0") { text in
            Double(text).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        }
    }

    /// A whole number, or several between commas.
    package mutating func wholes(_ key: String, _ range: ClosedRange<Int>) throws(UsageError) -> [Int]? {
        try value(key, must: "whole numbers of \(range.lowerBound) to \(range.upperBound), as in 100,1000") {
            text in
            let words = text.split(separator: ",", omittingEmptySubsequences: false)
            let values = words.compactMap { Int($0) }.filter(range.contains)
            return values.count == words.count && !values.isEmpty ? values : nil
        }
    }

    /// Refuses keys that nobody asked for.
    package func finish() throws(UsageError) {
        for entry in entries where !known.contains(entry.key) {
            throw UsageError(
                "\(entry.place): '\(entry.key)' is not known; it must be \(known.joined(separator: ", ")); change it"
            )
        }
    }
}
