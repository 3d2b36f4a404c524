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

    /// The arrays of a run.
    ///
    /// - Parameters:
    ///   - workload: the problem on its ranks.
    ///   - purpose: what is done with it.
    ///   - keptVectors: what an optimiser keeps from one step to the next; counts for a reconstruction.
    public init(of workload: Workload, for purpose: Purpose, keeping keptVectors: Int = 0) {
        let word = workload.wordBytes
        let particles = Self.largestBlock(of: workload.particles, on: workload.ranks, ghosts: 0)
        let cells = Self.largestBlock(of: workload.mesh, on: workload.ranks, ghosts: Self.potentialGhosts)
        lines =
            [
                Line(array: "particles: positions", bytes: 3 * word * particles),
                Line(array: "particles: momenta", bytes: 3 * word * particles),
                Line(array: "particles: indices", bytes: 8 * particles),
                Line(array: "particles: sorting", bytes: 12 * particles),
                Line(array: "mesh: deposited mass", bytes: 8 * cells),
                Line(array: "mesh: potential and force", bytes: 2 * word * cells),
            ] + Self.inference(workload, for: purpose, keeping: keptVectors)
            + [Line(array: "libraries and code", bytes: 64 << 20)]
    }

    private static func inference(
        _ workload: Workload, for purpose: Purpose, keeping keptVectors: Int
    ) -> [Line] {
        guard purpose != .simulation else { return [] }
        let word = workload.wordBytes
        let points = largestBlock(of: workload.particles, on: workload.ranks, ghosts: 0)
        let cells = largestBlock(of: workload.mesh, on: workload.ranks, ghosts: 0)
        let lines = [
            Line(array: "particles: cotangents", bytes: 6 * word * points),
            Line(array: "mesh: cotangents, data and weights", bytes: 4 * word * cells),
            Line(array: "white noise and its gradient", bytes: 2 * word * points),
        ]
        guard purpose == .reconstruction else { return lines }
        // A point, a gradient, a direction, and those of the trial.
        return lines + [
            Line(
                array: "optimiser: \(keptVectors) vectors and its step",
                bytes: (keptVectors + 6) * word * points)
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
