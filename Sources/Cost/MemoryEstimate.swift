public import Parallel
internal import Text

/// The ledger of the arrays of a run: what the fullest rank holds at once, at the moment when that is most.
///
/// It follows the code from moment to moment. Particles are counted as they start; clustering moves some between
/// ranks. Tests hold it against what the pool of memory counted.
public struct MemoryEstimate: Sendable, Equatable {
    /// One array, or several of a kind.
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

    /// What the arrays need, without libraries and code.
    public var arrayBytes: Int { bytes - Self.program.bytes }

    /// What the arrays are for.
    public enum Purpose: Sendable {
        /// A forward run.
        case simulation
        /// Forwards and back, once.
        case gradient
        /// Many gradients, and what the optimiser remembers.
        case reconstruction
        /// Many gradients along trajectories, and what a chain keeps.
        case sampling
    }

    /// What an objective takes while it is evaluated.
    public struct Observation: Sendable, Equatable {
        /// Fields on the force mesh: prediction, its derivative with ghost planes, and what a bias makes of it.
        public var fields: Int
        /// Fields on the particle grid: what a Lagrangian bias is made of.
        public var gridFields: Int
        /// Cotangents of all particles beside those that travel back; a copy of the particles counts as one and a third.
        public var cotangentSets: Int

        /// The density as it is, if not said otherwise.
        public init(fields: Int = 2, gridFields: Int = 0, cotangentSets: Int = 0) {
            self.fields = fields
            self.gridFields = gridFields
            self.cotangentSets = cotangentSets
        }
    }

    /// What an inference holds beside its gradient, or a forward run beside its particles.
    public struct Holdings: Sendable, Equatable {
        /// Fields of data and weights on the force mesh.
        public var observedFields: Int
        /// Vectors that the optimiser keeps from one step to the next.
        public var keptVectors: Int
        /// Vectors of whole numbers that a sampler holds.
        public var latticeVectors: Int
        /// The linking length of the haloes that a forward run seeks; nil if it seeks none.
        public var linkingLength: Double?

        /// The most that an objective takes.
        public var observation: Observation

        /// Data, perhaps weights, what an optimiser keeps and an objective takes, and haloes.
        public init(
            observedFields: Int = 1, keptVectors: Int = 0, latticeVectors: Int = 0,
            observation: Observation = Observation(), linkingLength: Double? = nil
        ) {
            self.observedFields = observedFields
            self.keptVectors = keptVectors
            self.latticeVectors = latticeVectors
            self.observation = observation
            self.linkingLength = linkingLength
        }
    }

    /// The arrays of a run.
    ///
    /// - Parameters:
    ///   - workload: the problem on its ranks.
    ///   - purpose: what is done with it.
    ///   - holdings: of a gradient or a reconstruction; of a forward run its haloes.
    public init(of workload: Workload, for purpose: Purpose, holding holdings: Holdings = Holdings()) {
        let sizes = ArraySizes(of: workload)
        var moments = [sizes.start, sizes.arrival, sizes.solution(keepingForces: purpose != .simulation)]
        if purpose == .simulation {
            moments += [sizes.ordering(carryingCotangents: false), sizes.snapshot]
            if let length = holdings.linkingLength { moments.append(sizes.haloes(linkingLength: length)) }
            moments += sizes.products?.forwards ?? []
        } else {
            let held = sizes.held(holdings, for: purpose)
            moments += [
                sizes.ordering(carryingCotangents: true), sizes.transpose,
                sizes.observation(holdings.observation),
            ]
            moments = moments.map { $0 + (sizes.products?.kept ?? []) + held }
            if let products = sizes.products {
                moments += (products.forwards + products.backwards).map { $0 + held }
            }
        }
        let fullest = moments.max { Self.sum($0) < Self.sum($1) }!.filter { $0.bytes > 0 }
        // Large blocks are whole huge pages, and a small array may find a free block that is larger.
        let slack = Line(array: "memory pool: blocks larger than asked", bytes: Self.sum(fullest) / 8)
        lines = fullest + [slack, Self.program]
    }

    private static func sum(_ lines: [Line]) -> Int { lines.reduce(0) { $0 + $1.bytes } }

    private static let program = Line(array: "libraries and code", bytes: 64 << 20)

    /// The ledger as a table.
    ///
    /// - Parameter available: bytes that a rank may take, if known.
    public func table(available: Int?) -> String {
        let rows =
            lines.map { ($0.array, $0.bytes) } + [("total", bytes)]
            + (available.map { [("available", $0)] } ?? [])
        let width = rows.map(\.0.count).max()!
        func row(_ name: String, _ bytes: Int) -> String {
            let number = mebibytes(bytes)
            return name + String(repeating: " ", count: width - name.count + max(0, 12 - number.count))
                + number
        }
        let header = "memory per rank" + String(repeating: " ", count: max(0, width - 15)) + "         MiB"
        return ([header] + rows.map(row)).joined(separator: "\n")
    }

    /// Refuses a run that cannot fit.
    ///
    /// - Parameter available: bytes that a rank may take, the same on all ranks; nil if not known.
    /// - Throws: `EnvironmentError`.
    public func requireRoom(available: Int?) throws(EnvironmentError) {
        guard let available, bytes > available else { return }
        let keeps = lines.contains { $0.array == ArraySizes.keptForcesName }
        throw EnvironmentError(
            "the run needs \(mebibytes(bytes)) MiB per rank; \(mebibytes(available)) MiB are available; "
                + "use more nodes, fewer particles\(keeps ? "," : " or") a smaller mesh_factor"
                + (keeps ? " or run.keep_forces: 0" : ""))
    }
}
