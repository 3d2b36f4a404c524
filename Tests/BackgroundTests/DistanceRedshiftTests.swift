import Background
import XCTest

final class DistanceRedshiftTests: XCTestCase {
    private func distances(_ omegaMatter: Double, _ omegaCurvature: Double, _ w0: Double, _ wa: Double)
        -> DistanceRedshift
    {
        var parameters = CosmologyParameters.simpleLCDM
        parameters.omegaMatter = omegaMatter
        parameters.omegaCurvature = omegaCurvature
        (parameters.w0, parameters.wa) = (w0, wa)
        return DistanceRedshift(parameters)
    }

    /// Of astropy 8.0.2, `w0waCDM(100, …, Tcmb0=0).comoving_distance`, whose quadrature is good to 1e-8 Mpc.
    func testDistancesAreThoseOfAstropy() {
        let redshifts = [0.01, 0.1, 0.5, 1, 3, 10]
        let reference: [(DistanceRedshift, [Double])] = [
            (
                distances(0.3, 0, -1, 0),
                [
                    29.911648069656106, 292.9181413393952, 1322.0377771533847, 2312.680164121228,
                    4448.979805408226, 6608.174738480166,
                ]
            ),
            (
                distances(0.3, 0.05, -1, 0),
                [
                    29.904199625100915, 292.2160744162551, 1309.1808171096634, 2278.8899220749768,
                    4367.911630654089, 6499.626668895677,
                ]
            ),
            (
                distances(0.28, -0.04, -0.9, 0.2),
                [
                    29.90509174392664, 292.3045191415796, 1312.376005316319, 2294.1717058484355,
                    4451.2351860475455, 6681.233643578514,
                ]
            ),
        ]
        for (distances, expected) in reference {
            for (redshift, value) in zip(redshifts, expected) {
                XCTAssertEqual(distances.distance(at: redshift), value, accuracy: 1e-10 * value + 2e-8)
            }
        }
    }

    func testMatterAloneIsKnownInClosedForm() {
        let distances = distances(1, 0, -1, 0)
        for redshift in [1e-6, 0.02, 0.7, 5, 1100] {
            // 2 c/H0 (1 - 1/sqrt(1 + z)), without the difference of two numbers that are nearly equal.
            let root = (1 + redshift).squareRoot()
            let expected = 2 * 2997.92458 * redshift / (root * (root + 1))
            XCTAssertEqual(distances.distance(at: redshift), expected, accuracy: 3e-14 * expected)
        }
        XCTAssertEqual(distances.distance(at: 0), 0)
    }

    func testTheWayBackIsTheWay() {
        for distances in [distances(0.3, 0, -1, 0), distances(0.28, -0.04, -0.9, 0.2)] {
            for redshift in [1e-8, 1e-3, 0.05, 0.4, 2, 30, 1000] {
                let found = distances.redshift(at: distances.distance(at: redshift))
                XCTAssertEqual(found ?? 0, redshift, accuracy: 2e-13 * redshift)
            }
            XCTAssertEqual(distances.redshift(at: 0), 0)
            XCTAssertNil(distances.redshift(at: 2e4), "nothing is as far")
            XCTAssertNil(distances.redshift(at: -1))
        }
    }
}
