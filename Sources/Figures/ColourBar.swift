/// Which value has which colour: a bar with ticks, for several maps beside each other in a page.
public struct ColourBar: Sendable {
    /// Which values take the first and the last colour.
    public var stretch: Stretch
    /// The colours.
    public var colours: ColourMap
    /// Quantity and unit.
    public var quantity: String

    /// A colour bar.
    public init(_ stretch: Stretch, in colours: ColourMap, quantity: String) {
        self.stretch = stretch
        self.colours = colours
        self.quantity = quantity
    }

    /// The bar as an element of an HTML page.
    ///
    /// - Parameters:
    ///   - name: its `id`; names inside the drawing begin with it. Letters, digits and hyphens.
    ///   - width: its width [px].
    public func element(named name: String, width: Double = 360) -> String {
        var drawing = SVGDrawing(
            width: width, height: 58, description: "Colours: \(quantity)", for: .page(name: name))
        let (left, right, top, height) = (0.5, width - 0.5, 22.0, 12.0)
        let stops = 32
        let gradient = (0...stops).map { stop in
            let place = Double(stop) / Double(stops)
            return
                "<stop offset=\"\(SVGDrawing.number(place))\" stop-color=\"\(colours[place].hexadecimal)\"/>"
        }
        drawing.add("<linearGradient id=\"\(name)-colours\">\(gradient.joined())</linearGradient>")
        drawing.text(quantity, at: [left, 14], size: 13)
        drawing.rectangle([left, top], [right - left, height], fill: "url(#\(name)-colours)")
        let mapping = AxisMapping(
            scale: stretch.scale, range: stretch.lower...stretch.upper, ends: [left, right])
        let ticks = AxisTicks(stretch.scale, in: mapping.range, target: 5)
        let bottom = top + height
        drawing.lines(
            ticks.major.compactMap { mapping($0.value) }.map { ([$0, bottom], [$0, bottom + 5]) }
                + ticks.minor.compactMap { mapping($0) }.map { ([$0, bottom], [$0, bottom + 3]) })
        for tick in ticks.major {
            guard let x = mapping(tick.value) else { continue }
            drawing.text(tick.label, at: [x, bottom + 19], size: 12, anchor: .middle)
        }
        return drawing.text
    }
}
