import Background
import Dynamics
import Gravity
import Inference
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport
import XCTest

/// How often a law was solved.
private final class Count: @unchecked Sendable { var solutions = 0 }

/// Another law, counted.
private struct CountedGravity: ForcePlan {
    let plan: any ForcePlan
    let count = Count()

    func law<Scalar: ParticleScalar>(on mesh: ForceMesh<Scalar>) throws -> any ForceLaw<Scalar> {
        CountedLaw(try plan.law(on: mesh), count)
    }

    func work(on share: MeshShare) -> ForceWork { plan.work(on: share) }
}

private final class CountedLaw<Scalar: ParticleScalar>: ForceLaw {
    private let law: any ForceLaw<Scalar>
    private let count: Count

    init(_ law: any ForceLaw<Scalar>, _ count: Count) {
        self.law = law
        self.count = count
    }

    var mesh: ForceMesh<Scalar> { law.mesh }

    func solve(
        for particles: borrowing ParticleSet<Scalar>, at force: ForceIndex
    ) throws -> any Force<Scalar> {
        count.solutions += 1
        return try law.solve(for: particles, at: force)
    }
}

/// The last forces of the way forwards, kept for the way back.
final class KeptForcesTests: SPMDTestCase {
    /// Forces solved by a gradient, and its bits.
    private func gradient<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, keeping kept: Int, under plan: any ForcePlan, by integrator: any Integrator
    ) throws -> (solutions: Int, again: Int, forces: Int, bits: [UInt64]) {
        let counted = CountedGravity(plan: plan)
        let model: ForwardModel<Scalar> = try ForwardModel(
            Box(particles: [24, 24, 16], spacing: 8, mesh: [24, 24, 16]), in: (.simpleLCDM, .eisensteinHu),
            startingWith: .second,
            following: EvolutionPlan(through: [0.1, 0.3, 0.6, 1], by: integrator, observing: [0.3, 1]),
            under: counted, on: RankGrid(world: world, shape: gridShapes[0])
        ).keepingForces(kept)
        XCTAssertEqual(try model.observing([0.3, 1]).layout.keptForces, kept)
        var data = Field<Scalar>.whiteNoise(seed: 9, over: model.mesh)
        data.mapPoints { _, _, _, value in 1 + value / 2 }
        let objective = try Comparison(ofDensity: data, sigma: 0.7, at: 1, in: model)
        let gradient = try JointLikelihood([objective]).gradient(
            at: .whiteNoise(seed: 4, over: model.particleGrid), in: model, []
        ).takeUniverse()
        XCTAssertEqual(gradient.differingWords, 0)
        return (
            counted.count.solutions, model.schedule.forcesSolvedAgain(keeping: kept),
            model.schedule.forceCount, fingerprint(gradient)
        )
    }

    private func check<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, under plan: any ForcePlan, by integrator: any Integrator
    ) throws {
        let without = try gradient(scalar, keeping: 0, under: plan, by: integrator)
        for kept in [1, 2, 100] {
            let found = try gradient(scalar, keeping: kept, under: plan, by: integrator)
            XCTAssertEqual(found.bits, without.bits, "\(integrator), \(kept) kept")
            XCTAssertEqual(found.solutions, found.forces + found.again, "\(integrator), \(kept) kept")
        }
        XCTAssertEqual(without.solutions, without.forces + without.again, "\(integrator), none kept")
        XCTAssertGreaterThan(without.again, 1)
    }

    func testForcesThatAreKeptAreNotSolvedAgainAndChangeNoBit() throws {
        for name in ["1_4", "3_2"] {
            try check(Float.self, under: ForceKernel(named: name)!, by: FastPM())
            try check(Double.self, under: ForceKernel(named: name)!, by: FastPMDriftKickDrift())
        }
        let pyramid = PyramidPlan(kernel: ForceKernel(named: "1_4")!, levels: 1, accuracy: .standard)!
        if pyramid.misfit(on: [24, 24, 16], over: gridShapes[0]) == nil {
            try check(Float.self, under: pyramid, by: BullFrog())
        }
    }
}
