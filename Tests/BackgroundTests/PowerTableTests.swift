import Background
import XCTest

final class PowerTableTests: XCTestCase {
    private func error(of text: String) -> PowerTableError? {
        do throws(PowerTableError) {
            _ = try PowerTable(parsing: text, source: "power.txt")
            return nil
        } catch {
            return error
        }
    }

    func testCommentsAndEmptyLinesAreSkippedAndAnyBlanksSeparate() throws {
        let text = "# k P\r\n\n 1e-2  10 # first\r\n1e-1\t20\n   \n1 5e0\n10 1.25"
        let table = try PowerTable(parsing: text, source: "power.txt")
        XCTAssertEqual(table.wavenumbers, [0.01, 0.1, 1, 10])
        XCTAssertEqual(table.powers, [10, 20, 5, 1.25])
        XCTAssertEqual(table.range, 0.01...10)
        XCTAssertEqual(table.source, "power.txt")
    }

    func testTheTableIsExactAtItsRows() throws {
        let table = try planckTable()
        assertClose(try table.wavenumbers.map { try table($0) }, table.powers, relative: 1e-13, "rows")
    }

    func testACubicInTheLogarithmsIsReproducedBetweenUnevenRows() throws {
        func cubic(_ k: Double) -> Double {
            let x = log(k)
            return exp(1 + x * (0.3 + x * (-0.2 + x * 0.05)))
        }
        let text = [0.01, 0.03, 0.05, 0.2, 0.9, 1.0, 4.0].map { "\($0) \(cubic($0))" }
        for count in [4, 5, 7] {
            let table = try PowerTable(
                parsing: text.prefix(count).joined(separator: "\n"), source: "cubic")
            for k in [0.01, 0.013, 0.04, 0.1, 0.19] {
                assertClose([try table(k)], [cubic(k)], relative: 1e-12, "\(count) rows, k = \(k)")
            }
        }
    }

    func testEveryMistakeIsReportedWithItsLine() {
        let good = "0.1 1\n0.2 2\n0.3 3\n0.4 4\n"
        XCTAssertNil(error(of: good))
        let mistakes: [(String, Int?, String, String)] = [
            (good + "0.5\n", 5, "'0.5'", "two numbers"),
            (good + "\n0.5 six", 6, "'0.5 six'", "two numbers"),
            (good + "0.5 1 2", 5, "'0.5 1 2'", "two numbers"),
            (good + "0.5 nan", 5, "P is nan", "finite"),
            (good + "inf 1", 5, "k is inf", "finite"),
            (good + "0.5 1e999", 5, "P is inf", "finite"),
            (good + "0.5 -1", 5, "P is -1.0", "positive"),
            ("0 1\n" + good, 1, "k is 0.0", "positive"),
            ("# header\n" + good + "0.4 5", 6, "k is 0.4", "larger than that of the row before, 0.4"),
            (good + "0.3 5", 5, "k is 0.3", "larger"),
            ("0.1 1\n0.2 2\n0.3 3", nil, "3 rows", "at least 4 rows"),
            ("", nil, "0 rows", "at least 4 rows"),
        ]
        for (text, line, value, rule) in mistakes {
            guard let error = error(of: text) else {
                XCTFail("no error for \(text.debugDescription)")
                continue
            }
            XCTAssertEqual(error.source, "power.txt")
            XCTAssertEqual(error.line, line)
            XCTAssertEqual(error.value, value)
            XCTAssertTrue(error.rule.contains(rule), error.rule)
            XCTAssertFalse(error.remedy.isEmpty)
            XCTAssertTrue(error.description.hasPrefix(line.map { "power.txt:\($0): " } ?? "power.txt: "))
        }
    }

    func testOutsideTheTableIsAnErrorUnlessExtrapolationIsAskedFor() throws {
        let table = try planckTable()
        for k in [9.9e-5, 50.1] {
            XCTAssertThrowsError(try table(k)) { error in
                XCTAssertTrue("\(error)".contains("k = \(k) h/Mpc"), "\(error)")
                XCTAssertTrue("\(error)".contains("0.0001 to 50.0"), "\(error)")
            }
        }
        XCTAssertNoThrow(try table.requireCoverage(from: 1e-4, to: 50))
        XCTAssertThrowsError(try table.requireCoverage(from: 1e-5, to: 1))
        XCTAssertThrowsError(try table.requireCoverage(from: 1e-3, to: 51))
        XCTAssertNoThrow(try planckTable(.powerLaw).requireCoverage(from: 1e-5, to: 1e3))

        let model = LinearPowerModel.table(table, scalarAmplitude: 2.105e-9)
        let power = LinearPower(Cosmology<Double>(.planck18, power: model), model)
        XCTAssertThrowsError(try power.requireCoverage(from: 1e-5, to: 1))
        XCTAssertNoThrow(try power.requireCoverage(from: 1e-3, to: 1))
        // A loop may round a checked wavenumber differently; it must not be stopped for that.
        XCTAssertEqual(power.today((50.0).nextUp), try table(50), accuracy: 1e-12)
    }

    func testExtrapolationIsThePowerLawOfTheEnds() throws {
        let table = try planckTable(.powerLaw)
        // Large scales: P ∝ k^n_s. Small scales: steeper than k^−2, shallower than k^−3.
        let low = log(try table(1e-5) / table(1e-6)) / log(10)
        let high = log(try table(1e4) / table(1e3)) / log(10)
        XCTAssertEqual(low, 0.9665, accuracy: 0.01)
        XCTAssertEqual(high, -2.7, accuracy: 0.2)
        for edge in [1e-4, 50] {
            XCTAssertEqual(log(try table(edge * 1.000001) / table(edge / 1.000001)), 0, accuracy: 1e-4)
        }
    }
}
