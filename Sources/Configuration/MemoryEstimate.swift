internal import Mesh
public import Parallel

/// The ledger of the arrays of a run: what the fullest rank will hold at once.
///
/// Particles are counted as they start; clustering moves some between ranks.
public struct MemoryEstimate: Sendable, Equatable {
    /// One array.
    public struct Line: Sendable, Equatable {
        /// What it holds.
        public let array: String
        /// Its size on the fullest rank.
        public let bytes: Int
    }

    /// The arrays.
    public let lines: [Line]

    /// The sum.
    public var bytes: Int { lines.reduce(0) { $0 + $1.bytes } }

    /// What the arrays are for.
    public enum Purpose: Sendable {
        /// A forward run.
        case simulation
        /// Forwards and back, once.
        case gradient
        /// Many gradients, and what the optimiser remembers.
        case reconstruction
    }

    /// The arrays of a run on a grid of ranks.
    public init(
        _ configuration: RunConfiguration, on grid: SIMD2<Int>, for purpose: Purpose = .simulation
    ) {
        let word = configuration.run.precision == .single ? 4 : 8
        let particles = Self.largestBlock(of: configuration.box.particles, on: grid, ghosts: 0)
        let cells = Self.largestBlock(
            of: configuration.box.mesh, on: grid, ghosts: Self.potentialGhosts)
        lines =
            [
                Line(array: "particles: positions", bytes: 3 * word * particles),
                Line(array: "particles: momenta", bytes: 3 * word * particles),
                Line(array: "particles: indices", bytes: 8 * particles),
                Line(array: "particles: sorting", bytes: 12 * particles),
                Line(array: "mesh: deposited mass", bytes: 8 * cells),
                Line(array: "mesh: potential and force", bytes: 2 * word * cells),
            ] + Self.inference(configuration, on: grid, for: purpose, word: word)
            + [Line(array: "libraries and code", bytes: 64 << 20)]
    }

    private static func inference(
        _ configuration: RunConfiguration, on grid: SIMD2<Int>, for purpose: Purpose, word: Int
    ) -> [Line] {
        guard purpose != .simulation else { return [] }
        let points = largestBlock(of: configuration.box.particles, on: grid, ghosts: 0)
        let cells = largestBlock(of: configuration.box.mesh, on: grid, ghosts: 0)
        let lines = [
            Line(array: "particles: cotangents", bytes: 6 * word * points),
            Line(array: "mesh: cotangents, data and weights", bytes: 4 * word * cells),
            Line(array: "white noise and its gradient", bytes: 2 * word * points),
        ]
        guard purpose == .reconstruction, let optimizer = configuration.optimizer else { return lines }
        let kept =
            switch optimizer.method {
            case .lbfgs: 2 * optimizer.history
            case .adam: 2
            case .gradientDescent: 0
            }
        // A point, a gradient, a direction, and those of the trial.
        return lines + [
            Line(array: "optimiser: \(kept) vectors and its step", bytes: (kept + 6) * word * points)
        ]
    }

    /// Two lower and three upper planes, for the stencil and the cloud.
    private static let potentialGhosts = 5

    /// Elements of the largest block, with ghost planes along the axes that are shared.
    private static func largestBlock(of shape: SIMD3<Int>, on grid: SIMD2<Int>, ghosts: Int) -> Int {
        var count = shape.z + (ghosts > 0 ? 2 : 0)  // a transformed line has two reals more
        for axis in 0..<2 {
            let widest = (0..<grid[axis]).map {
                Decomposition.block($0, of: grid[axis], length: shape[axis]).count
            }.max()!
            count *= widest + (grid[axis] > 1 ? ghosts : 0)
        }
        return count
    }

    /// The ledger as a table.
    ///
    /// - Parameter available: bytes that a rank may take, if known.
    public func table(available: Int?) -> String {
        let rows =
            lines.map { ($0.array, $0.bytes) } + [("total", bytes)]
            + (available.map { [("available", $0)] } ?? [])
        let width = rows.map(\.0.count).max()!
        let header = "memory per rank" + String(repeating: " ", count: max(0, width - 15)) + "         MiB"
        return
            ([header]
            + rows.map { name, bytes in
                name + String(repeating: " ", count: width - name.count) + mebibytes(bytes, width: 12)
            }).joined(separator: "\n")
    }

    /// Refuses a run that cannot fit.
    ///
    /// - Parameter available: bytes that a rank may take, the same on all ranks; nil if not known.
    /// - Throws: `EnvironmentError`.
    public func requireRoom(available: Int?) throws(EnvironmentError) {
        guard let available, bytes > available else { return }
        throw EnvironmentError(
            "the run needs \(mebibytes(bytes)) MiB per rank; \(mebibytes(available)) MiB are available; "
                + "use more nodes, fewer particles or a smaller mesh_factor")
    }
}

private func mebibytes(_ bytes: Int, width: Int = 0) -> String {
    let tenths = (Double(bytes) / 1_048_576 * 10).rounded()
    let text = tenths < 1000 ? "\(tenths / 10)" : "\(Int((tenths / 10).rounded()))"
    return String(repeating: " ", count: max(0, width - text.count)) + text
}
