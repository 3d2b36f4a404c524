/// The factor L of a small positive definite matrix, `A = L Lᵀ`.
///
/// - Source: Golub & Van Loan 2013, algorithm 4.2.1.
public struct Cholesky {
    /// Rows of L, up to the diagonal.
    private let rows: [[Double]]

    /// Factors a matrix.
    ///
    /// - Parameter matrix: symmetric and positive definite; if it is not, ``inverseDiagonal`` holds NaN.
    public init(of matrix: [[Double]]) {
        var rows: [[Double]] = []
        for (i, given) in matrix.enumerated() {
            var row: [Double] = []
            for j in 0..<i {
                let rest = given[j] - zip(row, rows[j]).reduce(0) { $0 + $1.0 * $1.1 }
                row.append(rest / rows[j][j])
            }
            row.append((given[i] - row.reduce(0) { $0 + $1 * $1 }).squareRoot())
            rows.append(row)
        }
        self.rows = rows
    }

    /// The diagonal of A⁻¹: `Σ_i (L⁻¹)_ij²`.
    public var inverseDiagonal: [Double] {
        rows.indices.map { column in
            var solution: [Double] = []  // of L y = e_column
            for (i, row) in rows.enumerated() {
                let known = zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 }
                solution.append(((i == column ? 1 : 0) - known) / row[i])
            }
            return solution.reduce(0) { $0 + $1 * $1 }
        }
    }
}
