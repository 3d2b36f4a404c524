import Background
import Dynamics
import XCTest

final class BullFrogTests: XCTestCase {
    private let times = [0.1, 0.2, 0.4, 0.7, 1]

    private func schedule(
        through times: [Double], observing observed: [Double] = [],
        _ parameters: CosmologyParameters = .simpleLCDM
    ) throws -> Schedule {
        try BullFrog().schedule(
            through: times, observing: Observation.at(observed),
            Cosmology<Dual>(parameters, power: .eisensteinHu))
    }

    private func kicks(_ schedule: Schedule) -> [Dual] {
        schedule.stages.compactMap { if case .kick(let coefficient) = $0 { coefficient } else { nil } }
    }

    /// Values of an independent integration, numpy and DOP853; the derivatives by its differences.
    func testKicksAreThoseOfTheReference() throws {
        let kicks = try kicks(schedule(through: times))
        let values = [0.181387869818, 0.295343818587, 0.296212020494, 0.176304399135]
        let slopes = [0.273230, 0.501741, 0.681491, 0.537790]
        XCTAssertEqual(kicks.count, 4)
        for (kick, (value, slope)) in zip(kicks, zip(values, slopes)) {
            XCTAssertEqual(kick.value, value, accuracy: 1e-10 * value)
            XCTAssertEqual(kick[.omegaMatter], slope, accuracy: 1e-6)
        }
    }

    func testAStepIsDriftForceKickDriftAndTheMomentaAtTheEndAreTheirOwn() throws {
        let schedule = try schedule(through: times, observing: [0.1, 1, 0.4])
        XCTAssertEqual(schedule.forceCount, 4)
        XCTAssertEqual(schedule.stepCount, 4)
        var factors: [Int: Dual] = [:]
        for case .observe(let observation) in schedule.stages {
            factors[observation.number] = observation.momentumFactor
        }
        XCTAssertEqual(factors.count, 3)
        XCTAssertEqual(factors[1], Dual(1))
        XCTAssertNotEqual(factors[2], Dual(1))
        XCTAssertGreaterThanOrEqual(schedule.largestMomentumRatio, abs(factors[0]!.value))
        // Two factors beside 4 kicks and 8 drifts are what a checkpoint keeps.
        XCTAssertEqual(schedule.coefficients.count, 14)
        let halved = schedule.coefficients.map { $0 / 2 }
        XCTAssertEqual(schedule.replacingCoefficients(with: halved).coefficients, halved)
    }

    /// One step takes the velocity of second order to where perturbation theory has it, and the position of first: with
    /// x = D1 s1 + D2 s2 the force in the middle is D1 s1 + (D2 − D1²) s2.
    func testAStepAgreesWithSecondOrderPerturbationTheory() throws {
        let cosmology = Cosmology<Double>(.simpleLCDM, power: .eisensteinHu)
        for (start, end) in [(0.1, 0.2), (0.1, 1.0), (0.7, 0.9), (0.0, 0.5)] {
            let schedule = try schedule(through: [start, end])
            guard case .perGrowth(let factor, let ratios) = schedule.momenta else {
                return XCTFail("its momenta are not canonical")
            }
            let growth = growthInGrowthTime(at: [start, end], cosmology)
            var x = (growth[0].d1, growth[0].d2)
            var p = (1 / factor.value, growth[0].d2Prime / factor.value)
            for stage in schedule.stages {
                switch stage {
                case .kick(let kick):
                    p.0 += kick.value * x.0
                    p.1 += kick.value * (x.1 - x.0 * x.0)
                case .drift(let drift):
                    x.0 += drift.value * p.0
                    x.1 += drift.value * p.1
                case .force, .observe: break
                }
            }
            XCTAssertEqual(x.0, growth[1].d1, accuracy: 1e-10)
            XCTAssertEqual(p.0, growth[1].driftFunction, accuracy: 1e-9)
            XCTAssertEqual(p.1, growth[1].secondOrderMomentum, accuracy: 1e-9)
            XCTAssertEqual(ratios[0].value, growth[0].driftFunction * factor.value, accuracy: 1e-12)
        }
    }

    func testCoefficientsAndFactorsCarryTheirDerivatives() throws {
        func numbers(_ parameters: CosmologyParameters, from start: Double) throws -> [Dual] {
            let schedule = try schedule(through: [start, 0.3, 1], observing: [0.3], parameters)
            guard case .perGrowth(let factor, let ratios) = schedule.momenta else { return [] }
            return [factor, ratios[1]]
                + schedule.stages.compactMap { stage in
                    switch stage {
                    case .kick(let coefficient), .drift(let coefficient): coefficient
                    case .observe(let observation): observation.momentumFactor
                    case .force: nil
                    }
                }
        }
        let step = 1e-5
        for start in [0, 0.1] {
            let here = try numbers(.simpleLCDM, from: start)
            XCTAssertEqual(here.count, 9)
            for parameter in [CosmologyParameter.omegaMatter, .omegaCurvature, .w0, .wa] {
                var (above, below) = (CosmologyParameters.simpleLCDM, CosmologyParameters.simpleLCDM)
                above[parameter] += step
                below[parameter] -= step
                let sides = zip(try numbers(above, from: start), try numbers(below, from: start))
                for ((high, low), number) in zip(sides, here) {
                    let difference = (high.value - low.value) / (2 * step)
                    XCTAssertNotEqual(difference, 0)
                    XCTAssertEqual(
                        number[parameter], difference, accuracy: 1e-6 * max(abs(difference), 1e-2))
                }
            }
        }
    }

    func testAStepThatLeavesNothingOfTheVelocityIsRefused() {
        let flat = CosmologyParameters(
            amplitude: .scalar(2e-9), spectralIndex: 1, omegaMatter: 1, omegaBaryon: 0.05, h: 0.7)
        let stop = 0.05 * (1 + 8 / (21.0.squareRoot() - 1))
        XCTAssertThrowsError(try schedule(through: [0.04, 0.05, stop], flat)) { error in
            XCTAssertEqual((error as? UnusableStep)?.number, 2)
            XCTAssert("\(error)".hasPrefix("BullFrog's step 2, from a = 0.05 to \(stop), leaves"))
        }
    }
}
