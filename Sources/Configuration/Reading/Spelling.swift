/// The candidate that was probably meant by a misspelt word; nil if none is near.
func nearest(to word: String, in candidates: [String]) -> String? {
    let allowed = max(1, min(word.count, 9) / 3)
    let distances = candidates.map { (editDistance(word.lowercased(), $0.lowercased()), $0) }
    guard let best = distances.min(by: { $0.0 < $1.0 }), best.0 <= allowed else { return nil }
    return best.1
}

/// The least number of letters to insert, remove, replace or swap with their neighbour.
///
/// - Source: Damerau 1964, in the form that never edits a swapped pair again.
func editDistance(_ first: String, _ second: String) -> Int {
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
