internal import Gravity
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

extension RunConfiguration {
    /// The same under the single mesh, and under every pyramid that there is for its kernel, its mesh and a grid of ranks:
    /// from few levels to many, and then the accurate ones.
    public func underEachLaw(on grid: SIMD2<Int>) -> [RunConfiguration] {
        func under(_ levels: Int, _ accuracy: ForceSection.Accuracy) -> RunConfiguration {
            var configuration = self
            configuration.force.levels = levels
            configuration.force.accuracy = accuracy
            return configuration
        }
        let pyramids = ForceSection.Accuracy.allCases.flatMap { accuracy in
            (1...3).map { under($0, accuracy) }
        }
        return [under(0, .standard)]
            + pyramids.filter { other in
                (other.force.plan as? PyramidPlan)?.misfit(on: box.mesh, over: grid) == nil
                    && other.force.plan is PyramidPlan
            }
    }
}
