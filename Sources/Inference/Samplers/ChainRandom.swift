internal import InitialConditions
public import Mesh

/// The random numbers of a chain, from a counter: what an iteration draws depends on the seed, the chain and the
/// iteration alone, not on ranks, nor on what was drawn before. So an iteration that is cut is drawn again alike.
///
///     key = threefry(seed, (chain, iteration, stream)),    then the noise generator
public struct ChainRandom: Sendable, Equatable {
    /// What numbers are for; no two share any.
    public enum Stream: UInt64, Sendable {
        /// The point that a chain starts at.
        case start = 1
        /// Momenta and directions.
        case momentum
        /// The length of a trajectory.
        case length
        /// Whether a proposal is accepted.
        case accept
        /// Refreshments before and after a step.
        case refreshBefore, refreshAfter
        /// Data that a point predicts.
        case predictive
        /// Factors that the posterior is integrated over.
        case leftOut
    }

    /// The seed of all chains.
    public let seed: UInt64
    /// The chain, from 0.
    public let chain: Int

    /// The numbers of a chain.
    public init(seed: UInt64, chain: Int) {
        precondition((0..<1 << 16).contains(chain))
        self.seed = seed
        self.chain = chain
    }

    /// The seed of a stream of an iteration.
    public func key(_ stream: Stream, at iteration: Int) -> UInt64 {
        let counter = UInt64(chain) << 48 | UInt64(iteration) << 8 | stream.rawValue << 1
        let words = RandomBits.words(seed: seed, from: counter, count: 2)
        return UInt64(words[0]) << 32 | UInt64(words[1])
    }

    /// A number in [0, 1), of 53 bits.
    public func uniform(_ stream: Stream, at iteration: Int) -> Double {
        let words = RandomBits.words(seed: key(stream, at: iteration), count: 2)
        return Double((UInt64(words[0]) << 32 | UInt64(words[1])) >> 11) * 0x1p-53
    }

    /// Unit normals, one for each component of a vector.
    public func normals<Scalar: FourierScalar>(
        _ stream: Stream, at iteration: Int, over grid: Decomposition, parameters: Int
    ) -> ParameterVector<Scalar> {
        let key = key(stream, at: iteration)
        return ParameterVector(
            noise: .whiteNoise(seed: key, over: grid),
            parameters: RandomBits.normals(seed: key, from: 1 << 62, count: parameters))
    }
}
