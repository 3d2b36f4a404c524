/// Rows of text in columns: the first to the left, the others to the right.
public struct TextTable {
    private var rows: [[String]]

    /// A table with the names of its columns.
    public init(_ header: [String]) {
        rows = [header]
    }

    /// Adds a row, a text for each column.
    public mutating func add(_ row: [String]) { rows.append(row) }

    /// The table, without a newline at its end.
    public var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        return rows.map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : "  " + padding + row[column]
            }.joined()
        }.joined(separator: "\n")
    }
}
