internal import Glibc
public import Measurement
public import Mesh
public import Observables
internal import Parallel
internal import Particles

/// How well networks make the haloes of a universe that they have not learned from.
public struct HaloNetworkTest: Sendable {
    /// The mass that they make against that of the haloes: r = P_×/√(P P′), T = √(P/P′).
    public let mass: SpectralComparison
    /// The same of ρ^1.5, the plain way to make haloes of matter.
    public let power: SpectralComparison
    /// Σ M of the networks over that of the haloes.
    public let massRatio: Double
    /// The probability that a cell with haloes is given a higher one than a cell without.
    public let areaUnderCurve: Double
    /// Of cells with p > ½, the part that has haloes.
    public let precision: Double
    /// Of cells with haloes, the part with p > ½.
    public let recall: Double
    /// The part of cells with haloes.
    public let occupied: Double

    /// Steps of probability in which the area is summed.
    private static let bins = 1 << 14

    /// Tests networks with w = 1. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public init(
        of networks: HaloNetworks, on universe: TrainingUniverse, above threshold: Double,
        _ transform: FourierTransform<Double>, box: SIMD3<Double>
    ) throws {
        let bias = HaloMassBias(networks, on: transform)
        let made = bias.mass(of: universe.density)
        let world = universe.mesh.grid.world
        let truth = transform.forward(keeping: universe.mass)
        massRatio = try Self.total(of: made) / Self.total(of: universe.mass)
        mass = try SpectralComparison(of: transform.forward(keeping: made), with: truth, box: box)
        var steep = universe.density.copy(for: "test")
        steep.mapPoints { _, _, _, value in max(value, 0) * max(value, 0).squareRoot() }
        power = try SpectralComparison(of: transform.forward(steep), with: truth, box: box)

        let probability = bias.probability(of: universe.density)
        var counts = [Int](repeating: 0, count: 2 * Self.bins)
        universe.counts.forEachPoint { x, y, z, count in
            let bin = min(Self.bins - 1, max(0, Int(probability[x, y, z] * Double(Self.bins))))
            counts[2 * bin + (count > threshold ? 1 : 0)] += 1
        }
        counts = world.sum(counts)
        var (without, with) = (0, 0)
        var pairs = 0.0
        var (chosen, found) = (0, 0)
        for bin in 0..<Self.bins {
            let (empty, full) = (counts[2 * bin], counts[2 * bin + 1])
            pairs += Double(full) * (Double(without) + Double(empty) / 2)
            without += empty
            with += full
            if bin >= Self.bins / 2 { (chosen, found) = (chosen + empty + full, found + full) }
        }
        areaUnderCurve = pairs / max(Double(with) * Double(without), 1)
        precision = Double(found) / Double(max(chosen, 1))
        recall = Double(found) / Double(max(with, 1))
        occupied = Double(with) / Double(with + without)
    }

    fileprivate static func total(of masses: borrowing Field<Double>) throws(NotFiniteError) -> Double {
        let values = masses.values.span
        return try masses.decomposition.grid.world.exactSum(count: values.count, of: "the mass of haloes") {
            values[$0]
        }
    }
}

extension HaloNetworks {
    /// The same with masses times a number such that all of the haloes' mass of some universes is there, with w = 1. Collective.
    ///
    /// Cells with few haloes are learned as empty, though about 3 % of the mass is there.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public func calibrated(
        on universes: [TrainingUniverse], _ transform: FourierTransform<Double>
    ) throws -> HaloNetworks {
        let bias = HaloMassBias(self, on: transform)
        var (made, given) = (0.0, 0.0)
        for universe in universes {
            made += try HaloNetworkTest.total(of: bias.mass(of: universe.density))
            given += try HaloNetworkTest.total(of: universe.mass)
        }
        guard made > 0 else { return self }
        var networks = self
        networks.mass.outputMean *= given / made
        networks.mass.outputDeviation *= given / made
        return networks
    }
}

extension HaloResidual {
    /// Edges of the bins of mass [10¹⁰ Msun/h per cell]: below the first there is none.
    private static var usualEdges: [Double] {
        [1e-19] + [-1, 0, 0.5, 1, 1.5, 2, 2.5, 3].map { pow(10, $0) }
    }
    /// Cells that a bin must have for numbers of its own.
    private static var fewest: Double { 30 }

    /// Measures what networks get wrong on some universes. Collective.
    ///
    /// - Parameters:
    ///   - softening: M0 [Msun/h].
    ///   - width: w.
    /// - Throws: `NotFiniteError` on all ranks.
    public static func measured(
        of networks: HaloNetworks, on universes: [TrainingUniverse], softening: Double, width: Double,
        _ transform: FourierTransform<Double>, box: SIMD3<Double>
    ) throws -> HaloResidual {
        let bias = HaloMassBias(networks, on: transform)
        bias.width = width
        let world = transform.decomposition.grid.world
        let edges = usualEdges
        func bin(_ mass: Double) -> Int { edges.count { $0 <= mass } }
        var (differences, bins): ([Double], [Int]) = ([], [])
        for universe in universes {
            let data = bias.smoothed(universe.mass.copy(for: "residual"))
            let model = bias.smoothed(bias.mass(of: universe.density))
            data.forEachPoint { x, y, z, mass in
                differences.append(
                    LogarithmicMass.value(of: mass, softening)
                        - LogarithmicMass.value(of: model[x, y, z], softening))
                bins.append(bin(max(mass, 0)))
            }
        }
        let (values, places) = (differences, bins)
        func sum(_ term: (Int) -> Double) throws -> Double {
            try world.exactSum(count: values.count, of: "a residual of networks", term)
        }
        func moments(_ isIn: (Int) -> Bool) throws -> (count: Double, mean: Double, sigma: Double) {
            let count = try sum { isIn($0) ? 1 : 0 }
            guard count > 0 else { return (0, 0, 0) }
            let mean = try sum { isIn($0) ? values[$0] : 0 } / count
            let square = try sum { isIn($0) ? (values[$0] - mean) * (values[$0] - mean) : 0 }
            return (count, mean, (square / count).squareRoot())
        }
        let overall = try moments { _ in true }
        var (mean, sigma): ([Double], [Double]) = ([], [])
        for bin in 0...edges.count {
            let found = try moments { places[$0] == bin }
            mean.append(found.count >= fewest ? found.mean : 0)
            sigma.append(max(found.count >= fewest ? found.sigma : overall.sigma, 0.05))
        }
        var powers: [Double] = []
        var wavenumbers: [Double] = []
        let cells = transform.decomposition.pointCount
        for number in universes.indices {
            var field = Field<Double>(transform.decomposition, ghosts: .none, for: "residual")
            var next = number * field.values.count
            field.mapPoints { _, _, _, _ in
                defer { next += 1 }
                return (values[next] - mean[places[next]]) / sigma[places[next]]
            }
            let spectrum = try PowerSpectrum(of: transform.forward(field), box: box)
            let perCell = Double(cells) / (box.x * box.y * box.z)
            if powers.isEmpty { powers = spectrum.powers.map { _ in 0 } }
            for shell in powers.indices {
                powers[shell] += spectrum.powers[shell] * perCell / Double(universes.count)
            }
            wavenumbers = spectrum.wavenumbers
        }
        return HaloResidual(
            softening: softening, width: width, edges: edges, mean: mean, sigma: sigma,
            wavenumbers: wavenumbers, powers: powers.map { max($0, 1e-6) })
    }
}
