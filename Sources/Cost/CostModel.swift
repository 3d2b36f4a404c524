internal import Glibc
internal import Gravity
public import Mesh

/// What a run costs on paper: seconds per force evaluation and memory of a rank.
///
/// - Bytes and messages of transforms and ghost planes are exact (``Workload/traffic(forwards:at:)``), those of the
///   fullest rank.
/// - Particles that change ranks are estimated: along each axis they move by a normal deviate of
///   ``Assumptions/displacement`` over a run, and those within it of a face of the block leave.
/// - The work on a rank is that of its share of particles, times ``Assumptions/imbalance``, and of its largest
///   block of cells, at measured ``KernelTimes``.
/// - Ranks agree ``Assumptions/agreements`` times, each in 2 ⌈log₂ P⌉ messages.
///
/// Nothing overlaps, every rank of a node sends at once, and the network does not congest.
public struct CostModel: Sendable {
    /// What cannot be computed.
    public struct Assumptions: Sendable, Equatable {
        /// Particles of the fullest rank, in units of the mean.
        public var imbalance = 1.1
        /// Rms displacement along one axis over a run [particle spacings]: 5.5 Mpc/h at a spacing of 1 Mpc/h.
        public var displacement = 5.5
        /// Steps of a run.
        public var steps = 40
        /// Reductions over all ranks per force evaluation: mass, overflow, drift, routing, stop signals.
        public var agreements = 5

        /// The usual assumptions.
        public init() {}
    }

    /// The machine.
    public var machine: Machine
    /// Measured times of a core.
    public var times: KernelTimes
    /// What cannot be computed.
    public var assumptions: Assumptions

    /// A model.
    public init(
        on machine: Machine = Machine(), at times: KernelTimes, assuming assumptions: Assumptions = .init()
    ) {
        self.machine = machine
        self.times = times
        self.assumptions = assumptions
    }

    /// What is predicted.
    public enum Direction: Sendable {
        /// A forward run.
        case forward
        /// A run forwards and back.
        case gradient
    }

    /// Seconds per force evaluation, by what takes them.
    public struct Terms: Sendable, Equatable {
        /// Passes over particles.
        public var particles = 0.0
        /// Passes over cells.
        public var cells = 0.0
        /// Transforms of lines.
        public var transforms = 0.0
        /// Filters of the law of gravity.
        public var filters = 0.0
        /// Bytes of the transforms' exchanges.
        public var exchangeBytes = 0.0
        /// Messages of the transforms' exchanges.
        public var exchangeMessages = 0.0
        /// Ghost planes.
        public var ghosts = 0.0
        /// Particles that change ranks.
        public var routing = 0.0
        /// Agreements of all ranks.
        public var agreements = 0.0

        /// The terms by name, the largest first.
        public var named: [(name: String, seconds: Double)] {
            [
                ("particles", particles), ("cells", cells), ("transforms", transforms),
                ("filters", filters),
                ("exchange (bytes)", exchangeBytes), ("exchange (messages)", exchangeMessages),
                ("ghosts", ghosts), ("routing", routing), ("agreements", agreements),
            ].sorted { $0.1 > $1.1 }
        }

        /// All of it.
        public var seconds: Double { named.reduce(0) { $0 + $1.seconds } }
        /// What is not arithmetic.
        public var communication: Double {
            exchangeBytes + exchangeMessages + ghosts + routing + agreements
        }
    }

    /// The terms of one force evaluation, with its share of the steps around it.
    ///
    /// - Precondition: the workload fits its ranks.
    public func terms(of workload: Workload, _ direction: Direction) -> Terms {
        precondition(workload.fits)
        let coefficients = direction == .forward ? times.forward : times.gradient
        let particles = workload.particlesPerRank * assumptions.imbalance / machine.coreSpeed
        let cells = Double(workload.largestBlock(of: workload.mesh)) / machine.coreSpeed
        let work = workload.fullestMeshShares.map { workload.force.work(on: $0) }
        let multiplyAdds = work.map(\.filters.multiplyAdds).max()!
        let transformed = work[0].transforms.mesh
        let levels = (0..<3).reduce(0.0) { $0 + log2(Double(transformed[$1])) }
        let transformedCells = Double(workload.largestBlock(of: transformed)) / machine.coreSpeed
        let traffic = fullestTraffic(of: workload, direction)
        let rounds = 2 * (log2(Double(workload.rankCount))).rounded(.up)
        // The way back agrees twice as often, on scales of integer sums; it finds the force again, and its transpose.
        let times = direction == .forward ? 1.0 : 3.0
        var terms = Terms()
        terms.particles = coefficients.perParticle * particles
        terms.cells = coefficients.perCell * cells
        terms.transforms = coefficients.perCellAndLevel * transformedCells * levels
        terms.filters = times * self.times.perMultiplyAdd * multiplyAdds / machine.coreSpeed
        terms.exchangeBytes = Double(traffic.exchange.bytes) / machine.rankBandwidth
        terms.exchangeMessages = Double(traffic.exchange.messages) * machine.latency
        terms.ghosts = machine.seconds(of: traffic.ghosts)
        terms.routing = machine.seconds(of: routing(of: workload, direction))
        terms.agreements = times * Double(assumptions.agreements) * rounds * machine.latency
        return terms
    }

    /// What the fullest rank sends per force evaluation in the phases `exchange` and `ghosts`.
    public func fullestTraffic(of workload: Workload, _ direction: Direction) -> MeshTraffic {
        var fullest = MeshTraffic.none
        for share in workload.fullestMeshShares {
            let traffic =
                switch direction {
                case .forward: workload.traffic(forwards: 1, at: share.position)
                case .gradient: workload.trafficOfOneGradientStep(at: share.position)
                }
            fullest.exchange = max(fullest.exchange, traffic.exchange)
            fullest.ghosts = max(fullest.ghosts, traffic.ghosts)
        }
        return fullest
    }

    /// What a rank sends in the phase `routing` per force evaluation: an estimate.
    ///
    ///     leaving = N_rank Σ_axes √(2/π) σ / (n w)
    ///
    /// for a displacement σ over n steps and blocks of w particles along the axis; to its 8 neighbours at most, with
    /// a count and a message each. The way back carries cotangents too.
    public func routing(of workload: Workload, _ direction: Direction) -> Traffic {
        guard workload.rankCount > 1 else { return .none }
        let moved = (2 / Double.pi).squareRoot() * assumptions.displacement / Double(assumptions.steps)
        let leaving = (0..<2).reduce(0.0) { sum, axis in
            guard workload.ranks[axis] > 1 else { return sum }
            let width = Double(workload.particles[axis]) / Double(workload.ranks[axis])
            return sum + workload.particlesPerRank * min(1, moved / width)
        }
        // Messages are of whole words of 8 bytes.
        func padded(_ bytes: Int) -> Int { (bytes + 7) / 8 * 8 }
        let state = workload.indexBytes + 6 * workload.wordBytes
        let bytes =
            direction == .forward
            ? padded(state) : padded(state) + padded(state + 6 * workload.wordBytes)
        let neighbours = min(8, workload.rankCount - 1)
        return Traffic(
            bytes: Int(leaving * Double(bytes)), messages: (direction == .forward ? 2 : 4) * neighbours)
    }

    /// Whether a problem can be run, and what limits it if so.
    public enum Verdict: Sendable, Equatable {
        /// A block would be narrower than the ghost zones; the finest grid on which the problem fits.
        case tooManyRanks(finest: SIMD2<Int>)
        /// A rank would have more particles than its lists can number.
        case tooManyParticles
        /// A rank has less memory than is needed.
        case tooLittleMemory
        /// The largest term, as a part of the whole.
        case limited(by: String, share: Double)
    }

    /// What stands in the way of a problem.
    ///
    /// - Parameters:
    ///   - workload: on ranks that may be too many.
    ///   - bytes: memory of a rank.
    public func verdict(on workload: Workload, _ direction: Direction, needing bytes: Int) -> Verdict {
        guard workload.fits else { return .tooManyRanks(finest: workload.finestGrid) }
        guard workload.particlesPerRank * assumptions.imbalance < 0x1p32 else { return .tooManyParticles }
        guard Double(bytes) <= machine.rankMemory else { return .tooLittleMemory }
        let terms = terms(of: workload, direction)
        let largest = terms.named[0]
        return .limited(by: largest.name, share: largest.seconds / terms.seconds)
    }
}

private func max(_ first: Traffic, _ second: Traffic) -> Traffic {
    Traffic(
        bytes: Swift.max(first.bytes, second.bytes), messages: Swift.max(first.messages, second.messages))
}

extension Workload {
    /// The elements of the largest block of a grid.
    func largestBlock(of shape: SIMD3<Int>) -> Int {
        (0..<2).reduce(shape.z) { count, axis in
            count * ((shape[axis] + ranks[axis] - 1) / ranks[axis])
        }
    }

    /// What one more force evaluation adds to a gradient.
    fileprivate func trafficOfOneGradientStep(at position: SIMD2<Int>) -> MeshTraffic {
        let (one, two) = (
            traffic(gradientOf: 1, solving: 0, at: position), traffic(gradientOf: 2, solving: 1, at: position)
        )
        func difference(_ path: KeyPath<MeshTraffic, Traffic>) -> Traffic {
            Traffic(
                bytes: two[keyPath: path].bytes - one[keyPath: path].bytes,
                messages: two[keyPath: path].messages - one[keyPath: path].messages)
        }
        return MeshTraffic(exchange: difference(\.exchange), ghosts: difference(\.ghosts))
    }
}
