/// The work of one force evaluation, with its share of the steps around it, that no program can do without.
///
/// Each array is read or written as few times as the method allows, in the precision of the run (w bytes), and
/// caches keep nothing from one pass over particles or mesh to the next:
///
/// | pass | words per particle | words per cell |
/// |---|---|---|
/// | deposit | 3 x | 1 density written |
/// | transforms | | in FFTW's own time |
/// | kick | 3 x + 6 p read and written | 1 potential (3 components of a spectral force) |
/// | drift | 3 p + 6 x read and written | |
/// | on the way back: deposit | 3 x | 1 density |
/// | kick undone, with its adjoint | 3 x + 6 p + 3 p̄ + 6 x̄ | 1 or 3, and as many of its cotangent written |
/// | deposit's adjoint | 3 x + 6 x̄ | 1 |
/// | drift undone, with its adjoint | 3 p + 6 x + 3 x̄ + 6 p̄ | |
///
/// Drifts that follow each other are one pass. A gradient is one run forwards and one back, which solves a force again
/// unless it is still known. Ordering, routing, ghost zones, the objective and the initial conditions are not in the
/// floor.
public struct UnavoidableWork: Sendable, Equatable {
    /// Real-to-complex transforms.
    public let forwardTransforms: Double
    /// Complex-to-real transforms.
    public let inverseTransforms: Double
    /// Numbers read or written per particle.
    public let wordsPerParticle: Double
    /// Numbers read or written per mesh cell, outside the transforms.
    public let wordsPerCell: Double

    /// What a schedule has beside each of its forces, on average.
    public struct PerForce: Sendable, Equatable {
        /// Passes of drifts.
        public var moves: Double
        /// Forces that the way back solves again.
        public var solvedAgain: Double

        /// Of a schedule's counts.
        ///
        /// - Parameters:
        ///   - moves: drifts, those that follow each other counted once.
        ///   - solvedAgain: forces that are not known any more where the way back needs them.
        ///   - forces: at least one.
        public init(moves: Int, solvedAgain: Int, forces: Int) {
            self.moves = Double(moves) / Double(forces)
            self.solvedAgain = Double(solvedAgain) / Double(forces)
        }
    }

    /// The work per force evaluation on the way forwards.
    ///
    /// - Parameters:
    ///   - inverses: inverse transforms of a force: 1 with a four-point gradient, 3 with a spectral one.
    ///   - share: what else the schedule has.
    public static func forwards(inverses: Int, with share: PerForce) -> UnavoidableWork {
        UnavoidableWork(
            forwardTransforms: 1, inverseTransforms: Double(inverses),
            wordsPerParticle: 3 + 9 + 9 * share.moves, wordsPerCell: 1 + Double(inverses))
    }

    /// The work per force evaluation of a run forwards and back, carrying cotangents.
    public static func gradient(inverses: Int, with share: PerForce) -> UnavoidableWork {
        let there = forwards(inverses: inverses, with: share)
        let components = Double(inverses)
        let again = share.solvedAgain
        return UnavoidableWork(
            forwardTransforms: there.forwardTransforms + again + components,
            inverseTransforms: there.inverseTransforms + again * components + 1,
            wordsPerParticle: there.wordsPerParticle + 3 * again + 18 + 9 + 18 * share.moves,
            wordsPerCell: there.wordsPerCell + again + 2 * components + 1)
    }
}

/// The least time that a force evaluation could take on a machine.
///
///     transforms = n_f t(r2c) + n_i t(c2r)         FFTW's best plan for a rank's share of the mesh
///     exchange   = (n_f + n_i) (t_row + t_column)   MPI_Alltoall with the blocks of the transform
///     memory     = w (a N_particles + b N_cells) / B      B the triad's bandwidth, N per rank
public struct Floor: Sendable, Equatable {
    /// Transforms [s].
    public let transforms: Double
    /// Exchanges between them [s].
    public let exchange: Double
    /// Traffic between memory and processor [s].
    public let memory: Double

    /// The sum [s].
    public var seconds: Double { transforms + exchange + memory }

    /// What the machine does at best, on every rank at once.
    public struct Machine: Sendable, Equatable {
        /// Real-to-complex transform of a rank's share [s].
        public var forwardTransform: Double
        /// Complex-to-real transform [s].
        public var inverseTransform: Double
        /// Both exchanges of one transform [s].
        public var exchange: Double
        /// Memory bandwidth of a rank [bytes/s].
        public var bandwidth: Double

        /// A machine.
        public init(forwardTransform: Double, inverseTransform: Double, exchange: Double, bandwidth: Double) {
            self.forwardTransform = forwardTransform
            self.inverseTransform = inverseTransform
            self.exchange = exchange
            self.bandwidth = bandwidth
        }
    }

    /// The floor of some work.
    ///
    /// - Parameters:
    ///   - work: per force evaluation.
    ///   - wordBytes: 4 or 8.
    ///   - particles: of a rank, on average.
    ///   - cells: of a rank, on average.
    public init(
        of work: UnavoidableWork, wordBytes: Int, particles: Double, cells: Double, on machine: Machine
    ) {
        transforms =
            work.forwardTransforms * machine.forwardTransform
            + work.inverseTransforms * machine.inverseTransform
        exchange = (work.forwardTransforms + work.inverseTransforms) * machine.exchange
        memory =
            Double(wordBytes) * (work.wordsPerParticle * particles + work.wordsPerCell * cells)
            / machine.bandwidth
    }
}
