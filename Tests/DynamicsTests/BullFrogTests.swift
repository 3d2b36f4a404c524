import Background
import Dynamics
import XCTest

final class BullFrogTests: XCTestCase {
    private let times = [0.1, 0.2, 0.4, 0.7, 1]

    private func schedule(
        through times: [Double], observing observed: [Double] = [],
        _ parameters: CosmologyParameters = .simpleLCDM
    ) -> Schedule {
        BullFrog().schedule(
            through: times, observing: Observation.at(observed),
            Cosmology<Dual>(parameters, power: .eisensteinHu))
    }

    private func kicks(_ schedule: Schedule) -> [Dual] {
        schedule.stages.compactMap { if case .kick(let coefficient) = $0 { coefficient } else { nil } }
    }

    /// Values of an independent integration, numpy and DOP853; the derivatives by its differences.
    func testKicksAreThoseOfTheReference() throws {
        let kicks = kicks(schedule(through: times))
        let values = [0.181387869818, 0.295343818587, 0.296212020494, 0.176304399135]
        let slopes = [0.273230, 0.501741, 0.681491, 0.537790]
        XCTAssertEqual(kicks.count, 4)
        for (kick, (value, slope)) in zip(kicks, zip(values, slopes)) {
            XCTAssertEqual(kick.value, value, accuracy: 1e-10 * value)
            XCTAssertEqual(kick[.omegaMatter], slope, accuracy: 1e-6)
        }
    }

    func testAStepIsDriftForceKickDriftAndTheMomentaAtTheEndAreTheirOwn() throws {
        let schedule = schedule(through: times, observing: [0.1, 1, 0.4])
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
            let schedule = schedule(through: [start, end])
            guard case .perGrowth(let factor, let ratios) = schedule.momenta else {
                return XCTFail("its momenta are not canonical")
            }
            let growth = growthInGrowthTime(at: [start, end], cosmology)
            let (x, p) = carried(along: schedule, from: start, cosmology)
            XCTAssertEqual(x.first, growth[1].d1, accuracy: 1e-10)
            XCTAssertEqual(p.first, growth[1].driftFunction, accuracy: 1e-9)
            XCTAssertEqual(p.second, growth[1].secondOrderMomentum, accuracy: 1e-9)
            XCTAssertEqual(ratios[0].value, growth[0].driftFunction * factor.value, accuracy: 1e-12)
        }
    }

    func testCoefficientsAndFactorsCarryTheirDerivatives() throws {
        func numbers(_ parameters: CosmologyParameters, from start: Double) -> [Dual] {
            let schedule = schedule(through: [start, 0.3, 1], observing: [0.3], parameters)
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
            let here = numbers(.simpleLCDM, from: start)
            XCTAssertEqual(here.count, 9)
            for parameter in [CosmologyParameter.omegaMatter, .omegaCurvature, .w0, .wa] {
                var (above, below) = (CosmologyParameters.simpleLCDM, CosmologyParameters.simpleLCDM)
                above[parameter] += step
                below[parameter] -= step
                let sides = zip(numbers(above, from: start), numbers(below, from: start))
                for ((high, low), number) in zip(sides, here) {
                    let difference = (high.value - low.value) / (2 * step)
                    XCTAssertNotEqual(difference, 0)
                    XCTAssertEqual(
                        number[parameter], difference, accuracy: 1e-6 * max(abs(difference), 1e-2))
                }
            }
        }
    }

    /// A step that would leave nothing of the velocity leaves a hundredth: first order agrees all the same, and the
    /// second to some percent.
    func testWhereNothingWouldBeLeftOfTheVelocityAHundredthIs() throws {
        let flat = CosmologyParameters(
            amplitude: .scalar(2e-9), spectralIndex: 1, omegaMatter: 1, omegaBaryon: 0.05, h: 0.7)
        let cosmology = Cosmology<Double>(flat, power: .eisensteinHu)
        let stop = 0.05 * (1 + 8 / (21.0.squareRoot() - 1))
        let schedule = schedule(through: [0.05, stop], flat)
        let (x, p) = carried(along: schedule, from: 0.05, cosmology)
        let end = growthInGrowthTime(at: [stop], cosmology)[0]
        XCTAssertEqual(x.first, end.d1, accuracy: 1e-10)
        XCTAssertEqual(p.first, end.driftFunction, accuracy: 1e-9)
        XCTAssertEqual(p.second / end.secondOrderMomentum, 1, accuracy: 0.01)
        XCTAssertNotEqual(p.second / end.secondOrderMomentum, 1, accuracy: 0.001)
        guard case .perGrowth(let factor, let ratios) = schedule.momenta else { return XCTFail("canonical") }
        XCTAssertEqual(factor.value * end.driftFunction, 100, accuracy: 1e-9)
        XCTAssertEqual(ratios.count, 2)
    }

    /// What a schedule makes of the displacement and momentum of each order.
    private func carried(
        along schedule: Schedule, from start: Double, _ cosmology: Cosmology<Double>
    ) -> (x: (first: Double, second: Double), p: (first: Double, second: Double)) {
        guard case .perGrowth(let factor, _) = schedule.momenta else { return ((0, 0), (0, 0)) }
        let growth = growthInGrowthTime(at: [start], cosmology)[0]
        var x = (first: growth.d1, second: growth.d2)
        var p = (first: 1 / factor.value, second: growth.d2Prime / factor.value)
        for stage in schedule.stages {
            switch stage {
            case .kick(let kick):
                p.first += kick.value * x.first
                p.second += kick.value * (x.second - x.first * x.first)
            case .drift(let drift):
                x.first += drift.value * p.first
                x.second += drift.value * p.second
            case .force, .observe: break
            }
        }
        return (x, p)
    }
}
