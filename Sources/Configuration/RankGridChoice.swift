internal import Mesh
internal import Parallel

extension RunConfiguration {
    /// The shape of the rank grid: the one asked for, or the squarest on which the particle grid fits.
    ///
    /// - Precondition: `ranks` is the number that the configuration was validated for.
    public func rankGrid(for ranks: Int) -> SIMD2<Int> {
        run.ranks ?? Self.fittingGrid(for: ranks, particles: box.particles)!
    }

    static func fittingGrid(for ranks: Int, particles: SIMD3<Int>) -> SIMD2<Int>? {
        RankGrid.shapes(for: ranks).first { Decomposition.fits(particles, on: $0) }
    }
}

extension RunSection {
    /// Every rank needs its share of the particle grid, the smaller of the two that are shared.
    func check(ranks: Int, particles: SIMD3<Int>, _ section: SectionReader) {
        let planes = Decomposition.widestGhostZone
        let rule =
            "each rank must own \(planes) planes of the \(shown(particles)) particle grid along x and y"
        if let grid = self.ranks {
            let shape = "[\(grid.x), \(grid.y)]"
            guard grid.x * grid.y == ranks else {
                section.conflict(
                    "ranks", is: shape, "its product must be the number of ranks (\(ranks))",
                    "start \(grid.x * grid.y) ranks or leave run.ranks out")
                return
            }
            guard Decomposition.fits(particles, on: grid) else {
                section.conflict(
                    "ranks", is: shape, rule, "use at most [\(particles.x / planes), \(particles.y / planes)]"
                )
                return
            }
        } else if RunConfiguration.fittingGrid(for: ranks, particles: particles) == nil {
            let largest = (1...ranks).last {
                RunConfiguration.fittingGrid(for: $0, particles: particles) != nil
            }
            let grid = largest.flatMap { RunConfiguration.fittingGrid(for: $0, particles: particles) }
            section.conflict(
                "ranks", is: "automatic for \(ranks) ranks", rule,
                grid.map { "use at most \($0.x * $0.y), as [\($0.x), \($0.y)]" } ?? "use a larger grid")
        }
    }
}
