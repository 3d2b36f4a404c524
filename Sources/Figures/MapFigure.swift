internal import FoundationEssentials
public import Measurement
public import Parallel

/// A map with what a reader needs: title, axes in Mpc/h, a scale bar and a colour bar, as one SVG file that
/// holds the picture itself.
public struct MapFigure: Sendable {
    /// The values.
    public var map: ProjectedMap
    /// Which values take the first and the last colour.
    public var stretch: Stretch
    /// The colours.
    public var colours: ColourMap
    /// What is shown.
    public var title: String
    /// The quantity at the colour bar.
    public var quantity: String

    /// A figure.
    public init(
        of map: ProjectedMap, _ stretch: Stretch, in colours: ColourMap, title: String, quantity: String
    ) {
        self.map = map
        self.stretch = stretch
        self.colours = colours
        self.title = title
        self.quantity = quantity
    }

    /// The map alone as a PNG file, its longer side 1024 pixels or more.
    ///
    /// - Throws: `EnvironmentError` when libpng fails.
    public func png() throws(EnvironmentError) -> [UInt8] {
        try Picture(of: map, stretch, in: colours, pixels: 1024).png()
    }

    /// The figure as an SVG file.
    ///
    /// - Parameter png: from ``png()``.
    /// - Throws: `EnvironmentError` when libpng fails.
    public func svg(holding png: [UInt8]) throws(EnvironmentError) -> String {
        let longer = 640.0
        let extent = longer / map.sides.max() * map.sides
        let corner = SIMD2(74.0, 48.0)
        var drawing = SVGDrawing(
            width: corner.x + extent.x + 110, height: corner.y + extent.y + 58, description: title)
        drawing.text(title, at: [corner.x, 30], size: 17, attributes: "font-weight=\"600\"")
        drawing.add(image(png, corner, extent))
        drawAxes(corner, extent, in: &drawing)
        drawScaleBar(corner, extent, in: &drawing)
        try drawColourBar([corner.x + extent.x + 18, corner.y], [18, extent.y], in: &drawing)
        return drawing.text
    }

    private func image(_ png: [UInt8], _ corner: SIMD2<Double>, _ extent: SIMD2<Double>) -> String {
        "<image x=\"\(SVGDrawing.number(corner.x))\" y=\"\(SVGDrawing.number(corner.y))\" "
            + "width=\"\(SVGDrawing.number(extent.x))\" height=\"\(SVGDrawing.number(extent.y))\" "
            + "preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"/>"
    }

    private func drawAxes(
        _ corner: SIMD2<Double>, _ extent: SIMD2<Double>, in drawing: inout SVGDrawing
    ) {
        let bottom = corner.y + extent.y
        let horizontal = AxisMapping(
            scale: .linear, range: 0...map.sides.x, ends: [corner.x, corner.x + extent.x])
        let vertical = AxisMapping(scale: .linear, range: 0...map.sides.y, ends: [bottom, corner.y])
        drawing.rectangle(corner, extent, fill: "none", attributes: "stroke=\"\(SVGDrawing.ink)\"")
        for tick in AxisTicks(.linear, in: horizontal.range, target: max(2, Int(extent.x / 100))).major {
            guard let x = horizontal(tick.value) else { continue }
            drawing.lines([([x, bottom], [x, bottom + 6])])
            drawing.text(tick.label, at: [x, bottom + 20], size: 13, anchor: .middle)
        }
        for tick in AxisTicks(.linear, in: vertical.range, target: max(2, Int(extent.y / 100))).major {
            guard let y = vertical(tick.value) else { continue }
            drawing.lines([([corner.x, y], [corner.x - 6, y])])
            drawing.text(tick.label, at: [corner.x - 10, y + 4.5], size: 13, anchor: .end)
        }
        let names = ["x", "y", "z"]
        drawing.text(
            "\(names[map.axes.x])  [Mpc/h]", at: [corner.x + extent.x / 2, bottom + 44], size: 14,
            anchor: .middle)
        drawing.upwardText("\(names[map.axes.y])  [Mpc/h]", at: [22, corner.y + extent.y / 2], size: 14)
    }

    private func drawScaleBar(
        _ corner: SIMD2<Double>, _ extent: SIMD2<Double>, in drawing: inout SVGDrawing
    ) {
        let (length, label) = ScaleBar.fitting(map)
        let end = corner + extent - SIMD2(18, 18)
        let start = SIMD2(end.x - length / map.sides.x * extent.x, end.y)
        let outline =
            "fill=\"#ffffff\" stroke=\"#000000\" stroke-opacity=\"0.55\" stroke-width=\"3\" paint-order=\"stroke\""
        drawing.lines([(start, end)], colour: "#000000", width: 5)
        drawing.lines([(start, end)], colour: "#ffffff", width: 3)
        drawing.text(
            label, at: [(start.x + end.x) / 2, end.y - 9], size: 13, anchor: .middle, attributes: outline)
    }

    private func drawColourBar(
        _ corner: SIMD2<Double>, _ extent: SIMD2<Double>, in drawing: inout SVGDrawing
    ) throws(EnvironmentError) {
        let rows = 256
        let bar = Picture(width: 1, height: rows) { _, row in
            colours[1 - (Double(row) + 0.5) / Double(rows)]
        }
        drawing.add(image(try bar.png(), corner, extent))
        drawing.rectangle(corner, extent, fill: "none", attributes: "stroke=\"\(SVGDrawing.ink)\"")
        let mapping = AxisMapping(
            scale: stretch.scale, range: stretch.lower...stretch.upper, ends: [corner.y + extent.y, corner.y])
        let right = corner.x + extent.x
        let ticks = AxisTicks(stretch.scale, in: mapping.range, target: 6)
        drawing.lines(
            ticks.major.compactMap { mapping($0.value) }.map { ([right, $0], [right + 5, $0]) }
                + ticks.minor.compactMap { mapping($0) }.map { ([right, $0], [right + 3, $0]) })
        for tick in ticks.major {
            guard let y = mapping(tick.value) else { continue }
            drawing.text(tick.label, at: [right + 8, y + 4.5], size: 13)
        }
        drawing.text(quantity, at: [right, corner.y - 12], size: 14, anchor: .end)
    }
}
