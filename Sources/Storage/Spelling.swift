/// Finds what somebody may have meant.
public enum Spelling {
    /// The names most like the one given, best first.
    ///
    /// - Parameter count: how many at most.
    public static func nearest(to name: String, among known: [String], count: Int = 3) -> [String] {
        known.map { (name: $0, distance: distance(name, $0)) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(count).map(\.name)
    }

    /// Insertions, deletions and replacements that turn one word into another (Levenshtein 1966).
    static func distance(_ first: String, _ second: String) -> Int {
        let second = Array(second.lowercased())
        var row = Array(0...second.count)
        for (i, letter) in first.lowercased().enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in second.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[second.count]
    }
}
