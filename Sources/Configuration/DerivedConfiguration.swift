internal import Mesh

extension RunConfiguration {
    /// The same on a grid of ranks.
    ///
    /// - Precondition: each rank owns enough planes of the particle grid.
    public func onRanks(_ grid: SIMD2<Int>) -> RunConfiguration {
        precondition(Decomposition.fits(box.particles, on: grid))
        var configuration = self
        configuration.run.ranks = grid
        return configuration
    }

    /// A box of the same spacing with so many times as many particles and mesh points along each side.
    ///
    /// - Parameter factors: each 1 or more.
    public func enlarged(by factors: SIMD3<Int>) -> RunConfiguration {
        precondition(factors.min() >= 1)
        var configuration = self
        configuration.box.particles &*= factors
        configuration.box.mesh &*= factors
        return configuration
    }
}
