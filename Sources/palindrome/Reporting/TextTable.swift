/// Rows of text in columns: the first to the left, the others to the right.
struct TextTable {
    private var rows: [[String]]

    init(_ header: [String]) {
        rows = [header]
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// The table, without a newline at its end.
    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        return rows.map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : "  " + padding + row[column]
            }.joined()
        }.joined(separator: "\n")
    }
}

/// A number with some digits after the point, whatever the locale.
func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    let units = Int((abs(value) * scale).rounded())
    let whole = "\(units / Int(scale))"
    let sign = value < 0 && units != 0 ? "-" : ""
    guard digits > 0 else { return sign + whole }
    let part = "\(units % Int(scale))"
    return sign + whole + "." + String(repeating: "0", count: digits - part.count) + part
}
