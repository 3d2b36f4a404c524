/// Finds what somebody may have meant, for the remedy in an error.
public enum Spelling {
    /// Letters of a name that are compared.
    private static let longest = 100

    /// The names most like the one given, best first.
    ///
    /// - Parameter count: how many at most.
    public static func nearest(to name: String, among known: [String], count: Int = 3) -> [String] {
        ranked(known, by: name).prefix(count).map(\.name)
    }

    /// The name that was probably meant by a misspelt one; nil if none is near.
    public static func probable(for name: String, among known: [String]) -> String? {
        let allowed = max(1, min(name.count, 9) / 3)
        guard let best = ranked(known, by: name).first, best.distance <= allowed else { return nil }
        return best.name
    }

    /// Whatever the case; among equals the one that was listed first.
    private static func ranked(_ known: [String], by name: String) -> [(name: String, distance: Int)] {
        // Nobody misspells so long a name; a file may hold one.
        let name = name.prefix(longest).lowercased()
        return known.enumerated()
            .map { (index: $0, name: $1, distance: distance(name, $1.prefix(longest).lowercased())) }
            .sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
            .map { ($0.name, $0.distance) }
    }

    /// The least number of letters to insert, remove, replace or swap with their neighbour.
    ///
    /// - Source: Damerau 1964, in the form that never edits a swapped pair again.
    public static func distance(_ first: String, _ second: String) -> Int {
        let (a, b) = (Array(first), Array(second))
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
