import FoundationXML
import Parallel
import Records
import Report
import Storage
import TestSupport
import XCTest

final class RunReportTests: SPMDTestCase {
    private func fixture() -> RunFixture {
        RunFixture(directory: ScratchDirectory(over: world), world: world)
    }

    private func page(of fixture: RunFixture) throws -> Page {
        let path = fixture.directory.file("report.html")
        try RunReport.write(of: fixture.directory.path, to: path, over: world)
        return try Page(String(decoding: fixture.directory.bytes("report.html"), as: UTF8.self))
    }

    private func forward() throws -> RunFixture {
        let fixture = fixture()
        try fixture.writeDensity("0.5000")
        try fixture.writeDensity("1.0000", shift: 0.25)
        fixture.writePower("0.5000")
        fixture.writePower("1.0000")
        try fixture.writeRecord()
        return fixture
    }

    func testAForwardRunHasItsSections() throws {
        let page = try page(of: try forward())
        XCTAssertEqual(
            page.sections, ["numbers", "matter", "power", "phases", "configuration", "origins"])
        for text in [
            "12 × 9 × 9 particles in a box of 24 × 18 × 18 Mpc/h", "0123456789abcdef", "a = 0.5000", "4.50 s",
            "100 MiB",
            "a <fast> CPU", "exchange", "\"a: b <c>.txt\"",
        ] {
            XCTAssertTrue(page.text.contains(text), "no '\(text)'")
        }
        XCTAssertEqual(page.images.count, 3, "masthead and two times")
    }

    func testAReconstructionHasItsSections() throws {
        let fixture = fixture()
        try fixture.writeReconstruction()
        let page = try page(of: fixture)
        XCTAssertEqual(
            page.sections,
            [
                "numbers", "final", "initial", "history", "likeness", "spectra", "noise", "configuration",
                "origins",
            ])
        // The masthead; truth, data, reconstruction, two residuals; truth, reconstruction, residual.
        XCTAssertEqual(page.images.count, 1 + 5 + 3)
        for text in [
            "5 iterations in 2 stages in 7.00 s", "R = 4 Mpc/h", "no smoothing", "up to k = 0.2 h/Mpc",
        ] {
            XCTAssertTrue(page.text.contains(text), "no '\(text)' in \(page.text)")
        }
    }

    func testASurveyShowsCountsAndCompletenessOfEachTracer() throws {
        let fixture = fixture()
        try fixture.writeSurvey(["red", "blue"])
        let page = try page(of: fixture)
        XCTAssertEqual(page.sections, ["numbers", "survey", "configuration", "origins"])
        // Two maps for each tracer.
        XCTAssertEqual(page.images.count, 4)
        for text in ["red (survey.h5)", "blue (survey.h5)", "Completeness", "12 × 9 × 9 particles"] {
            XCTAssertTrue(page.text.contains(text), "no '\(text)' in \(page.text)")
        }
        // 24 x 18 x 18 cells of hills around 1 that reach 0.5: all are seen.
        XCTAssertTrue(page.text.contains("of 7776 cells"))
    }

    func testAnEnsembleHasItsSectionsAndNamesWhatFailed() throws {
        let fixture = fixture()
        fixture.directory.write(
            Array(try RecordFixture.ensemble.json().utf8), to: EnsembleRecord.fileName)
        let page = try page(of: fixture)
        XCTAssertEqual(
            page.sections,
            ["numbers", "ensemble", "ensemble-power", "members", "configuration", "origins"])
        for text in [
            "Ensemble", "member_0003 failed: no <room>", "of 4 ranks in all",
            "Mean of 2 members at a = 1.0000",
            "9.00 s", "± 2.8",
        ] {
            XCTAssertTrue(page.text.contains(text), "no '\(text)'")
        }
    }

    func testAStandardReconstructionHasItsSections() throws {
        let fixture = fixture()
        var file = try OutputFile(
            creating: fixture.directory.file("standard_reconstruction.h5"), provenance: RunFixture.provenance,
            over: world)
        file.set("bias", to: .real(1.25))
        for path in ["/initial_density", "/truth/initial_density", "/white_noise"] {
            try file.write(
                try fixture.hills(RunFixture.particles, around: 0), at: path, labels: RunFixture.labels)
        }
        for (name, values) in [
            ("k", [0.1, 0.2]), ("correlation_initial", [0.95, 0.5]), ("transfer_initial", [1, 0.8]),
        ] {
            try file.write(
                values, at: "/diagnostics/\(name)", labels: .init(units: "1", description: name))
        }
        try file.finish()
        let page = try page(of: fixture)
        XCTAssertEqual(
            page.sections,
            ["numbers", "initial", "likeness", "spectra", "configuration", "origins"], "no prior, so no noise"
        )
        for text in ["Standard reconstruction", "Bias of the tracers", "1.25", "up to k = 0.1 h/Mpc"] {
            XCTAssertTrue(page.text.contains(text), "no '\(text)'")
        }
    }

    func testParametersThatWereSoughtAreShownWithStartAndPrior() throws {
        let fixture = fixture()
        try fixture.writeReconstruction(["parameters", "history"])
        let page = try page(of: fixture)
        XCTAssertEqual(page.sections, ["numbers", "history", "parameters", "configuration", "origins"])
        for text in ["0.345 ± 0.004", "0.32 ± 0.01", "15.00 %"] {
            XCTAssertTrue(page.text.contains(text), "no '\(text)'")
        }
        XCTAssertFalse(page.text.contains("n_s"), "what was given is not shown as found")
    }

    func testWeightsAreShownBesideTheData() throws {
        let fixture = fixture()
        try fixture.writeReconstruction(["found", "data", "weights"])
        // The masthead; data, reconstruction, residual, weights; the initial density.
        XCTAssertEqual(try page(of: fixture).images.count, 1 + 4 + 1)
    }

    func testAPictureMadeOfParticlesHasItsSection() throws {
        let fixture = fixture()
        try fixture.writeReconstruction(["found", "picture"])
        let page = try page(of: fixture)
        XCTAssertEqual(
            page.sections, ["numbers", "pattern", "initial", "spectra", "configuration", "origins"])
        // The masthead; picture, particles, difference, weights, two frames; the initial density.
        XCTAssertEqual(page.images.count, 1 + 6 + 1)
        XCTAssertTrue(page.text.contains("0.875"))
        XCTAssertTrue(page.text.contains("summed along z"))
    }

    func testADirectoryOfARunAndAReconstructionTellsOfBoth() throws {
        let fixture = try forward()
        try fixture.writeReconstruction()
        var record = RecordFixture.run
        (record.command, record.seconds) = ("reconstruct", 62.5)
        record.phases = [.init("adjoint", longestSeconds: 60, meanSeconds: 60, bytesSent: 0, messages: 0)]
        try fixture.writeRecord(record)
        record.command = "gradient"
        record.configuration += "objective:\n  sigma: 0.125\n"
        try fixture.writeRecord(record)
        XCTAssertTrue(Set(fixture.directory.names).isSuperset(of: ["run.json", "reconstruction.json"]))
        let page = try page(of: fixture)
        for section in ["final", "history", "matter", "power", "phases"] {
            XCTAssertTrue(page.sections.contains(section), section)
        }
        for text in [
            "a forward run and a reconstruction", "adjoint", "exchange", "1 min 3 s", "4.50 s",
            "sigma: 0.125",
        ] {
            XCTAssertTrue(page.text.contains(text), "no '\(text)'")
        }
        XCTAssertFalse(page.text.contains("has not finished"))
    }

    /// On one rank: one draws the page, and that it is the same on any number of them has a test of its own.
    func testEveryPartOfAReconstructionMayBeMissing() throws {
        guard world.size == 1 || Self.isLong else { return }
        let parts = RunFixture.parts + RunFixture.furtherParts
        for part in parts {
            let without = fixture()
            try without.writeReconstruction(parts.filter { $0 != part })
            _ = try page(of: without)
            let alone = fixture()
            try alone.writeReconstruction([part])
            XCTAssertGreaterThan(try page(of: alone).sections.count, 2, part)
        }
    }

    func testAPageNeedsNothingFromOutside() throws {
        let forward = try page(of: try forward())
        let fixture = fixture()
        try fixture.writeReconstruction()
        for page in [forward, try page(of: fixture)] {
            XCTAssertFalse(page.source.contains("http:") || page.source.contains("https:"))
            XCTAssertFalse(page.source.contains("@import") || page.source.contains("<script"))
            XCTAssertTrue(page.images.allSatisfy { $0.source.hasPrefix("data:image/png;base64,") })
            XCTAssertTrue(page.images.allSatisfy { $0.alternative != nil })
            XCTAssertTrue(
                page.images.dropFirst().allSatisfy { $0.alternative != "" }, "only the masthead is decoration"
            )
            XCTAssertEqual(page.identifiers.count, Set(page.identifiers).count, "an id is there twice")
        }
    }

    func testWhatAFileSaysIsNoMarkup() throws {
        let fixture = fixture()
        let hostile = "<img src=x onerror=alert(1)> & \"quotes\" 'too'"
        try fixture.writeDensity(
            "1.0000", configuration: RunFixture.configuration + "output:\n  name: \(hostile)\n")
        let page = try page(of: fixture)
        XCTAssertTrue(page.text.contains(hostile))
        XCTAssertTrue(page.images.allSatisfy { $0.source != "x" })
    }

    func testThePageIsTheSameOnAnyNumberOfRanks() throws {
        let fixture = try forward()
        try fixture.writeReconstruction()
        let path = fixture.directory.file("alone.html")
        let together = try page(of: fixture).source
        if world.isRoot { try RunReport.write(of: fixture.directory.path, to: path, over: alone) }
        let apart = String(decoding: fixture.directory.bytes("alone.html"), as: UTF8.self)
        XCTAssertTrue(together == apart, "the pages differ")
    }

    func testFilesOfAnotherRunAreLeftOut() throws {
        let fixture = try forward()
        try fixture.writeDensity("0.2500", configuration: "box:\n  spacing: 9.0\n")
        let page = try page(of: fixture)
        XCTAssertFalse(page.text.contains("a = 0.2500"))
        XCTAssertTrue(page.text.contains("density_a0.2500.h5: made by another configuration"))
    }

    func testAnUnfinishedRunSaysSo() throws {
        let fixture = fixture()
        try fixture.writeDensity("1.0000")
        XCTAssertTrue(try page(of: fixture).text.contains("There is no run.json: the run has not finished"))
    }

    func testADirectoryThatIsNoRunIsOneLine() throws {
        let fixture = fixture()
        let path = fixture.directory.path
        func report(_ directory: String) -> () throws -> Void {
            { [world] in try RunReport.write(of: directory, to: "\(path)/report.html", over: world) }
        }
        assertThrowsEverywhere("/missing: there is no such directory", report("\(path)/missing"))
        assertThrowsEverywhere("\(path): holds nothing of a run", report(path))
        XCTAssertFalse(fixture.directory.names.contains("report.html"))
    }

    func testOneDamagedFileLeavesTheRestOfThePage() throws {
        let fixture = try forward()
        fixture.directory.write(Array("{".utf8), to: "run.json")
        let first = try page(of: fixture)
        XCTAssertEqual(first.sections, ["numbers", "matter", "power", "configuration", "origins"])
        XCTAssertTrue(first.text.contains("run.json: is damaged"))
        XCTAssertTrue(first.text.contains("it is left out here."))
        XCTAssertFalse(first.text.contains("has not finished"))
        try fixture.writeRecord()
        fixture.directory.write(Array("0.1 x\n".utf8), to: "power_a1.0000.txt")
        let second = try page(of: fixture)
        XCTAssertEqual(
            second.sections, ["numbers", "matter", "power", "phases", "configuration", "origins"])
        XCTAssertTrue(second.text.contains("power_a1.0000.txt:1: '0.1 x'"))
        fixture.directory.write([1, 2, 3], to: "gradient.h5")
        XCTAssertTrue(try page(of: fixture).text.contains("gradient.h5: "))
    }

    func testNamesLeadToFilesOnlyFromBesideThem() throws {
        let fixture = try forward()
        XCTAssertTrue(try page(of: fixture).source.contains("<a href=\"density_a0.5000.h5\">"))
        let elsewhere = ScratchDirectory(over: world)
        try RunReport.write(of: fixture.directory.path, to: elsewhere.file("page.html"), over: world)
        let page = String(decoding: elsewhere.bytes("page.html"), as: UTF8.self)
        XCTAssertFalse(page.contains("href=\"density"))
        XCTAssertTrue(page.contains("density_a0.5000.h5"))
    }

    func testPlotsAreDrawnForPhonesToo() throws {
        let page = try page(of: try forward())
        XCTAssertTrue(
            page.identifiers.contains("power-plot") && page.identifiers.contains("power-plot-narrow"))
    }
}

/// What an XML parser sees in a page; pages are written so that they are XML too.
private final class Page: NSObject, XMLParserDelegate {
    let source: String
    private(set) var text = ""
    private(set) var sections: [String] = []
    private(set) var identifiers: [String] = []
    private(set) var images: [(source: String, alternative: String?)] = []

    init(_ source: String) throws {
        self.source = source
        super.init()
        let parser = XMLParser(data: Data(source.utf8))
        parser.delegate = self
        if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if let identifier = attributes["id"] { identifiers.append(identifier) }
        if name == "section" { sections.append(attributes["id"] ?? "") }
        if name == "img" { images.append((attributes["src"] ?? "", attributes["alt"])) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
