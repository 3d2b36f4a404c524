import Background
import Dynamics
import Gravity
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// How fast errors fall with the number of steps, and that momenta are p wherever they are looked at.
final class BullFrogAccuracyTests: SPMDTestCase {
    /// Positions and momenta [Mpc/h], [Mpc/h H0] of this rank's particles at two times.
    private typealias States = [(positions: [Double], momenta: [Double])]

    private let box = Box(particles: [24, 20, 16], spacing: 3.125, mesh: [48, 40, 32])

    private func states(
        _ integrator: any Integrator, steps: Int, from start: Double = 0.1
    ) throws -> States {
        let cosmology = Cosmology<Double>(.simpleLCDM, power: .eisensteinHu)
        // Half of the growth has happened at the same time however many steps there are.
        var times = scaleFactorsEquallySpacedInGrowth(from: start, to: 1, steps: steps, cosmology)
        times[steps / 2] =
            scaleFactorsEquallySpacedInGrowth(from: start, to: 1, steps: 2, cosmology)[1]
        let model = try ForwardModel<Double>(
            box, in: (.simpleLCDM, .eisensteinHu), startingWith: .second,
            following: EvolutionPlan(through: times, by: integrator, observing: [times[steps / 2], 1]),
            under: ForceKernel(named: "1_4")!, on: RankGrid(world: world, shape: gridShapes[0]))
        var evolution = try model.start(from: .whiteNoise(seed: 2, over: model.particleGrid))
        var states: States = []
        try evolution.finish { _, particles in
            let block = particles.inLagrangianOrder(over: model.particleGrid)
            var (positions, momenta): ([Double], [Double]) = ([], [])
            for axis in 0..<3 {
                for slot in 0..<block.count {
                    positions.append(block.units.length(block.position[axis].span[slot], along: axis))
                    momenta.append(block.units.momentum(block.momentum[axis].span[slot]))
                }
            }
            states.append((positions, momenta))
        }
        return states
    }

    /// The rms of a difference, over all ranks; positions may have gone round the box.
    private func rms(_ first: [Double], _ second: [Double], period: [Double]? = nil) -> Double {
        let perAxis = first.count / 3
        var square = 0.0
        for index in first.indices {
            var difference = first[index] - second[index]
            if let period {
                let side = period[index / perAxis]
                difference -= (difference / side).rounded() * side
            }
            square += difference * difference
        }
        let sums = world.sum([Int128(square * 1e20), Int128(first.count)])
        return (Double(sums[0]) * 1e-20 / Double(sums[1])).squareRoot()
    }

    func testDisplacementsConvergeWithTheSquareOfTheSteps() throws {
        let sides = [box.size.x, box.size.y, box.size.z]
        let reference = try states(BullFrog(), steps: 120)
        let errors = try [4, 8, 16].map { steps in
            rms(try states(BullFrog(), steps: steps)[1].positions, reference[1].positions, period: sides)
        }
        XCTAssertGreaterThan(errors[0] / errors[1], 3.5, "\(errors)")
        XCTAssertGreaterThan(errors[1] / errors[2], 3.5, "\(errors)")
    }

    /// On the way BullFrog's own momenta are others by tens of percent.
    func testObserversSeeMomentaThatOtherIntegratorsHave() throws {
        let found = try states(BullFrog(), steps: 20)
        let reference = try states(FastPM(), steps: 60)
        for (found, reference) in zip(found, reference) {
            let size = rms(reference.momenta, reference.momenta.map { _ in 0 })
            XCTAssertLessThan(rms(found.momenta, reference.momenta) / size, 0.02)
        }
    }

    func testABeginningAtZeroIsTheLimitOfEarlyOnes() throws {
        let (found, early) = (
            try states(BullFrog(), steps: 10, from: 0), try states(BullFrog(), steps: 10, from: 1e-4)
        )
        for (found, early) in zip(found, early) {
            let size = rms(early.momenta, early.momenta.map { _ in 0 })
            XCTAssertLessThan(rms(found.momenta, early.momenta) / size, 0.01)
        }
    }
}
