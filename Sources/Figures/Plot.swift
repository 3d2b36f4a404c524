internal import Glibc

/// Curves over a common horizontal axis, in one panel or several below each other, written as SVG.
public struct Plot: Sendable {
    /// What an axis shows.
    public struct Axis: Sendable {
        /// Quantity and unit.
        public var label: String
        /// What is proportional to length.
        public var scale: AxisScale
        /// The values at its ends; nothing: what the data need.
        public var range: ClosedRange<Double>?

        /// An axis.
        public init(_ label: String, _ scale: AxisScale, range: ClosedRange<Double>? = nil) {
            precondition(range.map { $0.lowerBound < $0.upperBound } ?? true)
            precondition(scale == .linear || range.map { $0.lowerBound > 0 } ?? true)
            self.label = label
            self.scale = scale
            self.range = range
        }
    }

    /// How a series is drawn.
    public enum Style: Sendable, Equatable {
        /// A line through the points.
        case line
        /// A broken line.
        case dashed
        /// A disc at each point.
        case points
        /// An area from `y` to these values.
        case band([Double])
    }

    /// Points that belong together.
    public struct Series: Sendable {
        /// The name in the legend; nothing leaves it out.
        public var name: String?
        /// Horizontal values; what has no place on the axis (NaN, or 0 on a logarithmic one) leaves a gap.
        public var x: [Double]
        /// Vertical values, one per `x`.
        public var y: [Double]
        /// How it is drawn.
        public var style: Style
        /// Its colour; nothing: the next of ``Plot/colours``.
        public var colour: RGB?

        /// A series.
        public init(
            _ name: String?, x: [Double], y: [Double], style: Style = .line, colour: RGB? = nil
        ) {
            precondition(x.count == y.count)
            if case .band(let other) = style { precondition(other.count == y.count) }
            self.name = name
            self.x = x
            self.y = y
            self.style = style
            self.colour = colour
        }
    }

    /// One frame with its vertical axis.
    public struct Panel: Sendable {
        /// The vertical axis.
        public var axis: Axis
        /// What is drawn, the last on top.
        public var series: [Series]
        /// Its share of the height.
        public var height: Double
        /// Values marked by a thin horizontal line.
        public var levels: [Double]

        /// A panel.
        public init(_ axis: Axis, _ series: [Series], height: Double = 1, levels: [Double] = []) {
            self.axis = axis
            self.series = series
            self.height = height
            self.levels = levels
        }
    }

    /// A value of the common axis that is marked by a thin broken line through all panels.
    public struct Mark: Sendable, Equatable {
        /// The value.
        public var value: Double
        /// What begins there; it is left out where there is no room.
        public var name: String

        /// A mark.
        public init(_ value: Double, _ name: String = "") {
            self.value = value
            self.name = name
        }
    }

    /// What the plot shows.
    public var title: String
    /// The common horizontal axis.
    public var axis: Axis
    /// The panels from the top.
    public var panels: [Panel]
    /// Marked values of the common axis, ascending.
    public var marks: [Mark]
    /// Width and height of the drawing [px].
    public var size: SIMD2<Double>

    /// A plot.
    public init(
        _ title: String, axis: Axis, panels: [Panel], marks: [Mark] = [], size: SIMD2<Double> = [760, 560]
    ) {
        precondition(!panels.isEmpty)
        self.title = title
        self.axis = axis
        self.panels = panels
        self.marks = marks
        self.size = size
    }

    /// Colours that all kinds of colour vision tell apart on paper (Okabe & Ito 2008, "Color universal
    /// design"): blue, vermilion, bluish green, reddish purple, orange, sky blue.
    public static let colours = [
        RGB(red: 0, green: 114, blue: 178), RGB(red: 213, green: 94, blue: 0),
        RGB(red: 0, green: 158, blue: 115), RGB(red: 204, green: 121, blue: 167),
        RGB(red: 230, green: 159, blue: 0), RGB(red: 86, green: 180, blue: 233),
    ]

    /// The plot as an SVG file.
    public var svg: String {
        var drawing = SVGDrawing(width: size.x, height: size.y, description: title)
        draw(in: &drawing, heading: title)
        return drawing.text
    }

    /// The plot as an element of an HTML page, which gives it its heading and background.
    ///
    /// - Parameters:
    ///   - name: its `id`; names inside the drawing begin with it. Letters, digits and hyphens.
    ///   - description: what a reader who cannot see it is told.
    public func element(named name: String, describedAs description: String) -> String {
        var drawing = SVGDrawing(
            width: size.x, height: size.y, description: description, for: .page(name: name))
        draw(in: &drawing, heading: "")
        return drawing.text
    }

    private func draw(in drawing: inout SVGDrawing, heading title: String) {
        let top = (title.isEmpty ? 18.0 : 46.0) + (marks.allSatisfy(\.name.isEmpty) ? 0 : 10)
        let margin = (left: 84.0, right: 22.0, top: top, bottom: 58.0)
        let gap = 12.0
        if !title.isEmpty {
            drawing.text(
                title, at: [margin.left, 30], size: 17, attributes: "font-weight=\"600\"")
        }
        let horizontal = AxisMapping(
            scale: axis.scale,
            range: range(
                of: axis, for: panels.flatMap(\.series).flatMap(\.x) + marks.map(\.value), padding: 0.01),
            ends: [margin.left, size.x - margin.right])
        let free = size.y - margin.top - margin.bottom - gap * Double(panels.count - 1)
        let shares = panels.reduce(0) { $0 + $1.height }
        var ceiling = margin.top
        for (index, panel) in panels.enumerated() {
            let bottom = ceiling + free * panel.height / shares
            let data = panel.series.flatMap { series in
                if case .band(let other) = series.style { return series.y + other }
                return series.y
            }
            let vertical = AxisMapping(
                scale: panel.axis.scale,
                range: range(of: panel.axis, for: data + panel.levels, padding: 0.05),
                ends: [bottom, ceiling])
            let frame = PlotFrame(horizontal: horizontal, vertical: vertical, number: index)
            frame.draw(panel, marks, in: &drawing, isLowest: index == panels.count - 1)
            ceiling = bottom + gap
        }
        drawing.text(
            axis.label, at: [(margin.left + size.x - margin.right) / 2, size.y - 14], size: 14,
            anchor: .middle)
    }

    private func range(of axis: Axis, for data: [Double], padding: Double) -> ClosedRange<Double> {
        if let range = axis.range { return range }
        // Extremes whose ratio or square is no number cannot be on one axis with anything else.
        let shown = data.filter { abs($0) < 1e150 && (axis.scale == .linear || $0 > 1e-150) }
        guard let least = shown.min(), let most = shown.max() else {
            return axis.scale == .linear ? 0...1 : 1...10
        }
        switch axis.scale {
        case .linear:
            let space = most > least ? padding * (most - least) : max(abs(most), 1e-100) * 0.5
            return (least - space)...(most + space)
        case .logarithmic:
            let factor = most > least ? pow(most / least, padding) : 2
            return (least / factor)...(most * factor)
        }
    }
}
