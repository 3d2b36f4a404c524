import Background
import Dynamics
import Foundation
import Gravity
import InitialConditions
import Measurement
import Mesh
import Parallel
import Particles

/// A way from perturbation theory to today: where it starts, with what, and by which steps.
struct StepScheme {
    /// Equal steps of what.
    enum Spacing: String {
        case scaleFactor = "a"
        case growth = "D"
    }

    var integrator: any Integrator
    var order: PerturbationOrder
    var start: Double
    var steps: Int
    var spacing: Spacing
    /// Force mesh cells per particle along a side.
    var meshFactor = 2.0

    init(
        _ integrator: any Integrator, _ order: PerturbationOrder, from start: Double, _ steps: Int,
        _ spacing: Spacing
    ) {
        (self.integrator, self.order, self.start) = (integrator, order, start)
        (self.steps, self.spacing) = (steps, spacing)
    }

    /// What all converge to, to a few parts in 10⁴ of P(k).
    static let limit = StepScheme(BullFrog(), .third, from: 0.05, 60, .growth)

    /// The same with initial conditions of another order.
    func of(_ order: PerturbationOrder) -> StepScheme {
        var scheme = self
        scheme.order = order
        return scheme
    }

    /// The same with another force mesh.
    func on(_ meshFactor: Double) -> StepScheme {
        var scheme = self
        scheme.meshFactor = meshFactor
        return scheme
    }

    /// As configurations name it.
    var integratorName: String {
        switch integrator {
        case is FastPM: "fastpm"
        case is FastPMDriftKickDrift: "fastpm-dkd"
        case is Quinn: "quinn"
        default: "bullfrog"
        }
    }

    func scaleFactors(in cosmology: CosmologyParameters) -> [Double] {
        switch spacing {
        case .scaleFactor:
            (0...steps).map {
                $0 == steps ? 1 : start + (1 - start) * Double($0) / Double(steps)
            }
        case .growth:
            scaleFactorsEquallySpacedInGrowth(
                from: start, to: 1, steps: steps, Cosmology<Double>(cosmology, power: .eisensteinHu))
        }
    }
}

/// One universe, brought to today by many schemes.
struct StepStudy {
    /// Particles along each side.
    let side: Int
    /// Of the particles [Mpc/h].
    let spacing: Double
    /// Of the white noise.
    let seed: UInt64
    let world: Communicator
    let gridShape: SIMD2<Int>

    private let cosmology = CosmologyParameters.simpleLCDM

    func model(_ scheme: StepScheme, on grid: RankGrid) throws -> ForwardModel<Float> {
        let mesh = Int((Double(side) * scheme.meshFactor).rounded())
        return try ForwardModel(
            Box(
                particles: SIMD3(repeating: side), spacing: spacing, mesh: SIMD3(repeating: mesh)),
            in: (cosmology, .eisensteinHu), startingWith: scheme.order,
            following: EvolutionPlan(
                through: scheme.scaleFactors(in: cosmology), by: scheme.integrator, observing: [1]),
            under: ForceKernel(named: "1_4")!, on: grid)
    }

    /// Where a scheme ends.
    func end(of scheme: StepScheme) throws -> StepEnd {
        let grid = RankGrid(world: world, shape: gridShape)
        let model = try model(scheme, on: grid)
        var evolution = try model.start(from: .whiteNoise(seed: seed, over: model.particleGrid))
        try evolution.finish()
        let block = evolution.takeParticles().inLagrangianOrder(over: model.particleGrid)
        let momenta = momenta(of: block)
        // The same mesh for all, whatever theirs.
        let mesh = try Decomposition(shape: SIMD3(repeating: 2 * side), over: grid)
        let particles = ParticleSet(routing: block, to: mesh)
        let modes = FourierTransform<Float>(mesh).forward(
            try particles.densityContrast(planes: particles.planes()))
        return StepEnd(
            modes: modes, momenta: momenta, box: SIMD3(repeating: Double(side) * spacing),
            forces: model.schedule.forceCount)
    }

    private func momenta(of block: borrowing LagrangianBlock<Float>) -> [Float] {
        var momenta: [Float] = []
        for axis in 0..<3 {
            let words = block.momentum[axis].span
            for slot in 0..<block.count { momenta.append(Float(block.units.momentum(words[slot]))) }
        }
        return momenta
    }

    /// Seconds of processors and bytes, over all ranks, of one gradient.
    func cost(of scheme: StepScheme) throws -> (seconds: Double, bytes: Int) {
        let grid = RankGrid(world: world, shape: gridShape)
        let model = try model(scheme, on: grid)
        let noise = Field<Float>.whiteNoise(seed: seed, over: model.particleGrid)
        let before = processorSeconds()
        let gradient = try model.gradient(at: noise) { _, particles, adjoint in
            try kineticEnergy(particles, addingTo: &adjoint.cotangents)
        }
        let seconds = processorSeconds() - before
        precondition(gradient.differingWords == 0)
        let total = world.sum([Int128(seconds * 1e6), Int128(grid.memory.peakBytesInUse)])
        return (Double(total[0]) * 1e-6, Int(total[1]))
    }

    /// Of this process, in user mode.
    private func processorSeconds() -> Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) * 1e-6
    }
}

/// Where a scheme has ended.
struct StepEnd: ~Copyable {
    let modes: FourierField<Float>
    /// All of one axis, then of the next.
    let momenta: [Float]
    let box: SIMD3<Double>
    let forces: Int

    /// How far it is from another end.
    func errors(against reference: borrowing StepEnd) throws -> StepErrors {
        let comparison = try SpectralComparison(
            of: modes, with: reference.modes, box: box, correcting: .cloudInCell)
        var (difference, size) = (0.0, 0.0)
        for (found, expected) in zip(momenta, reference.momenta) {
            difference += Double(found - expected) * Double(found - expected)
            size += Double(expected) * Double(expected)
        }
        let sums = modes.decomposition.grid.world.sum([Int128(difference * 1e10), Int128(size * 1e10)])
        return StepErrors(
            bands: StepErrors.edges.compactMap { StepErrors.Band(comparison, within: $0) },
            velocity: (Double(sums[0]) / Double(sums[1])).squareRoot())
    }
}

/// How far one end is from another.
struct StepErrors: CustomStringConvertible {
    /// Of wavenumbers [h/Mpc].
    static let edges: [Range<Double>] = [
        0.03..<0.1, 0.1..<0.2, 0.2..<0.3, 0.3..<0.4, 0.4..<0.5, 0.5..<0.7, 0.7..<1, 1..<1.5, 1.5..<2.5,
    ]

    /// The modes between two wavenumbers.
    struct Band {
        /// Mean |k| of its modes [h/Mpc].
        let wavenumber: Double
        /// P/P_ref − 1.
        let power: Double
        /// 1 − r.
        let decorrelation: Double

        /// Nil if there are no modes.
        init?(_ comparison: SpectralComparison, within range: Range<Double>) {
            var (modes, wavenumbers, first, second, cross) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for (shell, wavenumber) in comparison.wavenumbers.enumerated() where range.contains(wavenumber) {
                let weight = Double(comparison.cross.modesPerShell[shell])
                modes += weight
                wavenumbers += weight * wavenumber
                first += weight * comparison.first.powers[shell]
                second += weight * comparison.second.powers[shell]
                cross += weight * comparison.cross.powers[shell]
            }
            guard modes > 0 else { return nil }
            wavenumber = wavenumbers / modes
            power = first / second - 1
            decorrelation = 1 - cross / (first * second).squareRoot()
        }
    }

    let bands: [Band]
    /// The rms difference of velocities over their rms.
    let velocity: Double

    var description: String {
        bands.map { band in
            String(
                format: "%.2f: %.2f %% %.1fe-4", band.wavenumber, 100 * band.power, 1e4 * band.decorrelation)
        }.joined(separator: ", ")
    }

    /// The largest |P/P_ref − 1| up to a band about a wavenumber.
    func largestPower(upTo wavenumber: Double) -> Double {
        bands.filter { $0.wavenumber < wavenumber + 0.05 }.map { abs($0.power) }.max() ?? .nan
    }

    /// The band about a wavenumber.
    func band(at wavenumber: Double) -> Band {
        bands.min { abs($0.wavenumber - wavenumber) < abs($1.wavenumber - wavenumber) }!
    }
}
