import Figures
import FoundationXML
import Measurement
import XCTest

final class PlotTests: XCTestCase {
    private func plot() -> Plot {
        let k = (1...40).map { 0.01 * Double($0) }
        return Plot(
            "P(k) & \"a < b\"", axis: .init("k [h/Mpc]", .logarithmic),
            panels: [
                .init(
                    .init("P", .logarithmic),
                    [
                        .init("measured <1>", x: k, y: k.map { 1e6 * $0 / (1 + 1e4 * $0 * $0 * $0) }),
                        .init("points", x: k, y: k.map { 300 + $0 }, style: .points),
                        .init("dashes", x: k, y: k.map { 100 + $0 }, style: .dashed),
                    ],
                    height: 2),
                .init(
                    .init("ratio", .linear),
                    [.init("band", x: k, y: k.map { _ in 0.9 }, style: .band(k.map { _ in 1.1 }))],
                    levels: [1]),
            ])
    }

    func testDrawingsAreWellFormedAndHoldTheirSeries() throws {
        let elements = try Elements(of: plot().svg)
        XCTAssertEqual(elements.count("polyline"), 2)
        XCTAssertEqual(elements.count("circle"), 40 + 3)
        XCTAssertEqual(elements.count("polygon"), 1)
        XCTAssertEqual(elements.count("clipPath"), 2)
        for text in ["P(k) & \"a < b\"", "measured <1>", "points", "dashes", "band", "k [h/Mpc]", "ratio"] {
            XCTAssertTrue(elements.texts.contains(text), "no '\(text)' in \(elements.texts)")
        }
        XCTAssertTrue(elements.texts.contains("0.1"))
        XCTAssertTrue(elements.texts.contains("10³"))
    }

    func testDrawingsNeedNothingFromOutside() {
        let addresses = plot().svg.components(separatedBy: "http").count - 1
        XCTAssertEqual(addresses, 2, "only the two name spaces")
    }

    func testTheSamePlotIsTheSameFile() {
        XCTAssertEqual(plot().svg, plot().svg)
    }

    func testPointsLieWhereTheAxesSay() throws {
        let plot = Plot(
            "", axis: .init("x", .linear, range: 0...10),
            panels: [
                .init(
                    .init("y", .logarithmic, range: 1...100), [.init(nil, x: [0, 5, 10], y: [1, 10, 100])])
            ], size: [206, 176])
        let line = try XCTUnwrap(Elements(of: plot.svg).attributes("polyline").first?["points"])
        // The frame is 84 … 184 by 18 … 118.
        XCTAssertEqual(line, "84 118 134 68 184 18")
    }

    func testWhatHasNoPlaceLeavesAGap() throws {
        let plot = Plot(
            "gap", axis: .init("x", .logarithmic),
            panels: [
                .init(
                    .init("y", .logarithmic),
                    [.init("gap", x: [0, 1, 2, 3, 4, 5, 6], y: [1, 2, 3, .nan, 5, -1, 7])])
            ])
        XCTAssertEqual(try Elements(of: plot.svg).count("polyline"), 3)
    }

    func testPlotsWithoutDataOrWithEqualDataAreDrawn() throws {
        for scale in [AxisScale.linear, .logarithmic] {
            for y in [[], [2.0], [2, 2], [0, 0], [.nan, .infinity], [1e-200, 1e200]] {
                let x = y.indices.map { 1 + Double($0) }
                let plot = Plot(
                    "t", axis: .init("x", scale), panels: [.init(.init("y", scale), [.init("s", x: x, y: y)])]
                )
                _ = try Elements(of: plot.svg)
            }
        }
    }

    func testMarksAreLinesThroughAllPanelsNamedOnce() throws {
        var plot = plot()
        plot.marks = [
            .init(0.05, "stage 1"), .init(0.2, "stage 2"), .init(0.21, "no room for so long a name as this"),
        ]
        let elements = try Elements(of: plot.svg)
        XCTAssertEqual(elements.attributes("path").filter { $0["stroke-dasharray"] == "3 3" }.count, 6)
        XCTAssertEqual(elements.texts.filter { $0 == "stage 1" }.count, 1)
        XCTAssertFalse(elements.texts.contains { $0.hasPrefix("no room") })
    }

    func testNamesInsideDrawingsOfAPageDiffer() throws {
        for name in ["a", "b"] {
            let drawing = plot().element(named: name, describedAs: "<\(name)>")
            let elements = try Elements(of: drawing)
            XCTAssertEqual(elements.attributes("svg").first?["id"], name)
            let clips = elements.attributes("clipPath").compactMap { $0["id"] }
            XCTAssertEqual(clips, ["\(name)-panel0", "\(name)-panel1"])
            let used = elements.attributes("g").compactMap { $0["clip-path"] }
            XCTAssertEqual(used, clips.map { "url(#\($0))" })
            XCTAssertFalse(drawing.contains("http"))
            XCTAssertTrue(elements.texts.contains("<\(name)>"))
        }
    }

    func testTicksAreRoundNumbersInTheRange() throws {
        let plot = Plot(
            "", axis: .init("x", .linear, range: -0.31...0.62),
            panels: [.init(.init("y", .logarithmic, range: 3...45), [])])
        let texts = try Elements(of: plot.svg).texts
        for label in ["−0.2", "0.0", "0.6", "5", "10", "20"] {
            XCTAssertTrue(texts.contains(label), "no \(label) in \(texts)")
        }
        XCTAssertFalse(texts.contains("0.8"))
    }

    func testTwoDecadesAreLabelledByOnesTwosAndFives() throws {
        let plot = Plot(
            "", axis: .init("x", .logarithmic, range: 1e-7...1e9),
            panels: [.init(.init("y", .logarithmic, range: 0.1...10), [])])
        let texts = try Elements(of: plot.svg).texts
        for label in ["0.1", "0.2", "0.5", "1", "2", "5", "10", "10⁻⁶", "10⁶"] {
            XCTAssertTrue(texts.contains(label), "no \(label) in \(texts)")
        }
    }

    func testLargeAndSmallNumbersAreLabelledByPowersOfTen() throws {
        let plot = Plot(
            "", axis: .init("x", .linear, range: 0...3e9),
            panels: [.init(.init("y", .linear, range: -2e-9...2e-9), [])])
        let texts = try Elements(of: plot.svg).texts
        for label in ["0", "2.0×10⁹", "−1.0×10⁻⁹"] {
            XCTAssertTrue(texts.contains(label), "no \(label) in \(texts)")
        }
    }

    func testControlCharactersCannotBreakADrawing() throws {
        let plot = Plot(
            "a\u{1}b\u{7}\n", axis: .init("\u{0}", .linear), panels: [.init(.init("y", .linear), [])])
        XCTAssertTrue(try Elements(of: plot.svg).texts.contains("a?b? "))
    }
}

final class MapFigureTests: XCTestCase {
    func testAFigureHoldsThePictureAxesScaleAndColourBar() throws {
        let map = ProjectedMap(
            width: 12, height: 6, values: (0..<72).map { 0.1 + Double($0) }, sides: [120, 60], axes: [0, 2])
        let figure = MapFigure(
            of: map, .density(of: map), in: .density, title: "density, a = 1 & more", quantity: "ρ/ρ̄")
        let elements = try Elements(of: figure.svg(holding: figure.png()))
        let images = elements.attributes("image")
        XCTAssertEqual(images.count, 2)
        for text in ["density, a = 1 & more", "x  [Mpc/h]", "z  [Mpc/h]", "20 Mpc/h", "100", "ρ/ρ̄", "10"] {
            XCTAssertTrue(elements.texts.contains(text), "no '\(text)' in \(elements.texts)")
        }
        // The picture can be taken out again.
        let prefix = "data:image/png;base64,"
        let link = try XCTUnwrap(images[0]["xlink:href"])
        let png = try XCTUnwrap(Data(base64Encoded: String(link.dropFirst(prefix.count))))
        let picture = try Picture(png: Array(png), source: "embedded")
        XCTAssertEqual(picture, Picture(of: map, .density(of: map), in: .density, pixels: 1024))
        XCTAssertEqual(picture.width, 2 * picture.height)
    }
}

final class ColourBarTests: XCTestCase {
    func testABarHasItsColoursTicksAndQuantity() throws {
        let bar = ColourBar(
            Stretch(.logarithmic, from: 0.1, to: 100), in: .density, quantity: "ρ/ρ̄ < \"all\"")
        let elements = try Elements(of: bar.element(named: "matter"))
        let stops = elements.attributes("stop").compactMap { $0["stop-color"] }
        XCTAssertEqual(stops.first, ColourMap.density[0].hexadecimal)
        XCTAssertEqual(stops.last, ColourMap.density[1].hexadecimal)
        XCTAssertEqual(elements.attributes("linearGradient").first?["id"], "matter-colours")
        for text in ["ρ/ρ̄ < \"all\"", "0.1", "1", "10"] {
            XCTAssertTrue(elements.texts.contains(text), "no '\(text)' in \(elements.texts)")
        }
    }
}

/// What an XML parser sees in a drawing.
private final class Elements: NSObject, XMLParserDelegate {
    private var found: [(name: String, attributes: [String: String])] = []
    private(set) var texts: [String] = []
    private var text = ""

    init(of svg: String) throws {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    }

    func count(_ name: String) -> Int { attributes(name).count }

    func attributes(_ name: String) -> [[String: String]] {
        found.filter { $0.name == name }.map(\.attributes)
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        found.append((name, attributes))
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        if !text.isEmpty { texts.append(text) }
        text = ""
    }
}
