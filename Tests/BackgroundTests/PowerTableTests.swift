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
            (good + "0.5 1 2", 5, "there are 3 numbers", "as many as in the rows before, 2"),
            (good + "0,5 1", 5, "'0,5 1'", "two numbers"),
            (good + "0x1p3 1", 5, "'0x1p3 1'", "two numbers"),
            (good + "0.50000000000000000001 1\n0.5 1", 6, "k is 0.5", "larger"),
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

    func testNumbersMayBeFortrans() throws {
        let text = "1.0D-04 2.5d+02\n1.d-3 .5D3\n0.5 3.14-114\n1.0 1.5+003\n"
        let table = try PowerTable(parsing: text, source: "power.txt")
        XCTAssertEqual(table.wavenumbers, [1e-4, 1e-3, 0.5, 1])
        XCTAssertEqual(table.powers, [250, 500, 3.14e-114, 1500])
        for word in ["1-2", "1+02", "0.1-0.2", "2020-01-001", "1dd3", "-", "1d", "d3"] {
            XCTAssertNotNil(error(of: "0.1 1\n0.2 2\n0.3 3\n0.4 \(word)\n"), word)
        }
    }

    func testOfSeveralColumnsTheFirstTwoAreTakenAndTheLogSaysSo() throws {
        let rows = "0.1 1 7 8\n0.2 2 7 8\n0.3 3 7 8\n0.4 4 7 8\n"
        let table = try PowerTable(parsing: rows, source: "power.txt")
        XCTAssertEqual(table.powers, [1, 2, 3, 4])
        XCTAssertEqual(table.columns, 4)
        let remarks = LinearPowerModel.table(table, scalarAmplitude: nil).remarks
        XCTAssertTrue(remarks[0].contains("columns 1 (k) and 2 (P) of 4"), remarks[0])
        XCTAssertEqual(error(of: rows + "0.5 5 7\n")?.line, 5)
        XCTAssertEqual(LinearPowerModel.eisensteinHu.remarks, [])
    }

    func testLogarithmsAreSuspectedWhereNumbersAreNegative() {
        XCTAssertTrue(error(of: "-4 1\n-3 2\n-2 3\n-1 4\n")!.remedy.contains("logarithms"))
        XCTAssertTrue(error(of: "0.1 -1\n")!.remedy.contains("logarithms"))
        XCTAssertFalse(error(of: "0 1\n")!.remedy.contains("logarithms"))
    }

    func testWhatIsQuotedIsShort() throws {
        let long = String(repeating: "x", count: 1_000_000)
        XCTAssertLessThan(try XCTUnwrap(error(of: long)).description.count, 300)
        let marks = "0" + String(repeating: "\u{0301}", count: 100_000)
        XCTAssertLessThan(try XCTUnwrap(error(of: marks)).description.unicodeScalars.count, 300)
    }

    func testRowsThatCannotBeToldApartAreRefused() {
        let rows = "0.1 1\n\((0.1).nextUp) 1\n\((0.1).nextUp.nextUp) 1\n0.3 1\n"
        XCTAssertTrue(error(of: rows)?.value.contains("almost the same k") ?? false)
    }

    func testAHeaderMustNotNameAnotherRedshiftUnitOrQuantity() {
        let rows = "0.1 1\n0.2 2\n0.3 3\n0.4 4\n"
        // CLASS, CAMB, and what people write.
        for header in [
            "# Matter power spectrum P(k) at redshift z=0\n# for k=1e-04 to 31.6 h/Mpc,\n# number of wavenumbers equal to 121\n"
                + "#    1:k (h/Mpc)              2:P (Mpc/h)^3 ",
            "#    k/h    P_total", "# k [h Mpc^-1]  P [h^-3 Mpc^3]", "# k [h/Mpc] P [Mpc^3/h^3]",
            "# k, P [Mpc^3 h^-3]",
            "# z = 0, H0 = 67.66 km s^-1 Mpc^-1, k_pivot = 0.05 Mpc^-1, z_reio = 7.7",
            "# redshift 0.\n# $k\\,[h\\,{\\rm Mpc}^{-1}]$", "# reionisation at z = 7.7",
            "# k P(z=0) P(z=1) P(z=2)",
            "# growth from z=0 to\n# size=3, baz = 9, sigma8(z1)=3", "#",
            "# " + String(repeating: "z", count: 5000),
        ] {
            XCTAssertNil(error(of: header + "\n" + rows), header)
        }
        for (header, line, words) in [
            ("# Matter power spectrum P(k) at redshift z=99", 1, "redshift 99.0"),
            ("#\n# redshift: 1.0", 2, "redshift 1.0"),
            ("# z = 1D0", 1, "redshift 1.0"), ("# P(z=49.)", 1, "redshift 49.0"),
            ("# Redshift 39.089", 1, "redshift 39.089"),
            ("# k (1/Mpc)   P (Mpc^3)", 1, "k in 1/Mpc"), ("# 1:k (1/Mpc) 2:P", 1, "k in 1/Mpc"),
            ("# k [Mpc^{-1}]", 1, "k in 1/Mpc"), ("# k [h/Mpc], P [Mpc^3]", 1, "P in Mpc^3"),
            ("# k [1/kpc]", 1, "k in kpc"),
            ("# k [h/Mpc] P [(kpc/h)^3]", 1, "P in kpc^3"), ("# k Delta^2(k)", 1, "dimensionless"),
            ("# k [h/Mpc] log10 P", 1, "logarithm"),
            ("# k/h CDM baryon photon nu mass_nu total", 1, "transfer"),
        ] {
            guard let found = error(of: header + "\n" + rows) else {
                XCTFail("nothing is said about \(header)")
                continue
            }
            XCTAssertEqual(found.line, line, header)
            XCTAssertTrue(found.value.contains(words), "\(found.value) about \(header)")
        }
    }

    func testTheRedshiftMayBeTheOneThatIsAskedFor() throws {
        let text = "# z = 99\n0.1 1\n0.2 2\n0.3 3\n0.4 4\n"
        XCTAssertEqual(try PowerTable(parsing: text, source: "power.txt", redshift: 99).redshift, 99)
        XCTAssertThrowsError(try PowerTable(parsing: text, source: "power.txt", redshift: 49))
    }
}
