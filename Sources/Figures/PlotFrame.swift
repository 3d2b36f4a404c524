/// A panel of a ``Plot`` on paper.
struct PlotFrame {
    let horizontal: AxisMapping
    let vertical: AxisMapping
    /// Tells the clip paths of one drawing apart.
    let number: Int

    private static let level = "#8a8a93"

    private var corner: SIMD2<Double> { [horizontal.ends.x, vertical.ends.y] }
    private var extent: SIMD2<Double> {
        [horizontal.ends.y - horizontal.ends.x, vertical.ends.x - vertical.ends.y]
    }

    func draw(
        _ panel: Plot.Panel, _ marks: [Plot.Mark], in drawing: inout SVGDrawing, isLowest: Bool
    ) {
        let below = AxisTicks(
            horizontal.scale, in: horizontal.range, target: min(7, max(3, Int(extent.x / 70))))
        // Powers of ten keep their places, so that more of them have to be asked for than steps.
        let rows = vertical.scale == .linear ? max(2, Int(extent.y / 60)) : max(3, Int(extent.y / 35))
        let beside = AxisTicks(vertical.scale, in: vertical.range, target: rows)
        let columns = below.major.compactMap { horizontal($0.value) }
        let lines = beside.major.compactMap { vertical($0.value) }

        drawing.lines(
            columns.map { ([$0, corner.y], [$0, corner.y + extent.y]) }
                + lines.map { ([corner.x, $0], [corner.x + extent.x, $0]) },
            colour: "#ececf0")
        drawing.lines(
            panel.levels.compactMap { vertical($0) }.map { ([corner.x, $0], [corner.x + extent.x, $0]) },
            colour: Self.level)
        draw(marks, in: &drawing)
        drawing.add(
            "<clipPath id=\"\(drawing.namePrefix)panel\(number)\"><rect x=\"\(SVGDrawing.number(corner.x))\" "
                + "y=\"\(SVGDrawing.number(corner.y))\" width=\"\(SVGDrawing.number(extent.x))\" "
                + "height=\"\(SVGDrawing.number(extent.y))\"/></clipPath>")
        drawing.add("<g clip-path=\"url(#\(drawing.namePrefix)panel\(number))\">")
        for (series, colour) in coloured(panel.series) { draw(series, colour, in: &drawing) }
        drawing.add("</g>")
        drawing.rectangle(corner, extent, fill: "none", attributes: "stroke=\"\(SVGDrawing.ink)\"")

        drawTicks(below, beside, in: &drawing, isLowest: isLowest)
        drawing.upwardText(panel.axis.label, at: [22, corner.y + extent.y / 2], size: 14)
        drawLegend(of: panel, in: &drawing)
    }

    // Their names stand above the highest frame only, where the next mark leaves room.
    private func draw(_ marks: [Plot.Mark], in drawing: inout SVGDrawing) {
        let placed = marks.compactMap { mark in horizontal(mark.value).map { (x: $0, name: mark.name) } }
        for mark in placed {
            drawing.add(
                "<path d=\"M\(SVGDrawing.point([mark.x, corner.y]))v\(SVGDrawing.number(extent.y))\" "
                    + "stroke=\"\(Self.level)\" stroke-dasharray=\"3 3\"/>")
        }
        guard number == 0 else { return }
        for (index, mark) in placed.enumerated() {
            let end = index + 1 < placed.count ? placed[index + 1].x : corner.x + extent.x
            guard Double(mark.name.count) * 6.2 + 8 < end - mark.x else { continue }
            drawing.text(mark.name, at: [mark.x, corner.y - 6], size: 12)
        }
    }

    private func coloured(_ series: [Plot.Series]) -> [(Plot.Series, String)] {
        var next = 0
        return series.map { series in
            if let colour = series.colour { return (series, colour.hexadecimal) }
            defer { next += 1 }
            return (series, Plot.colours[next % Plot.colours.count].hexadecimal)
        }
    }

    private func drawTicks(
        _ below: AxisTicks, _ beside: AxisTicks, in drawing: inout SVGDrawing, isLowest: Bool
    ) {
        let (left, right) = (corner.x, corner.x + extent.x)
        let (top, bottom) = (corner.y, corner.y + extent.y)
        func marks(_ x: Double?, length: Double) -> [(SIMD2<Double>, SIMD2<Double>)] {
            x.map { [([$0, bottom], [$0, bottom - length]), ([$0, top], [$0, top + length])] } ?? []
        }
        func sideMarks(_ y: Double?, length: Double) -> [(SIMD2<Double>, SIMD2<Double>)] {
            y.map { [([left, $0], [left + length, $0]), ([right, $0], [right - length, $0])] } ?? []
        }
        drawing.lines(
            below.major.flatMap { marks(horizontal($0.value), length: 7) }
                + below.minor.flatMap { marks(horizontal($0), length: 4) }
                + beside.major.flatMap { sideMarks(vertical($0.value), length: 7) }
                + beside.minor.flatMap { sideMarks(vertical($0), length: 4) })
        for tick in beside.major {
            guard let y = vertical(tick.value) else { continue }
            drawing.text(tick.label, at: [left - 8, y + 4.5], size: 13, anchor: .end)
        }
        guard isLowest else { return }
        for tick in below.major {
            guard let x = horizontal(tick.value) else { continue }
            drawing.text(tick.label, at: [x, bottom + 20], size: 13, anchor: .middle)
        }
    }

    /// The unbroken stretches of a series, as places on paper.
    private func runs(_ x: [Double], _ y: [Double]) -> [[SIMD2<Double>]] {
        var runs: [[SIMD2<Double>]] = [[]]
        for (x, y) in zip(x, y) {
            if let column = horizontal(x), let row = vertical(y) {
                runs[runs.count - 1].append([column, row])
            } else if !runs.last!.isEmpty {
                runs.append([])
            }
        }
        return runs.filter { !$0.isEmpty }
    }

    private func draw(_ series: Plot.Series, _ colour: String, in drawing: inout SVGDrawing) {
        let runs = runs(series.x, series.y)
        switch series.style {
        case .line, .dashed:
            let dashes = series.style == .dashed ? " stroke-dasharray=\"7 4\"" : ""
            for run in runs {
                drawing.add(
                    "<polyline points=\"\(run.map(SVGDrawing.point).joined(separator: " "))\" fill=\"none\" "
                        + "stroke=\"\(colour)\" stroke-width=\"2\" stroke-linejoin=\"round\"\(dashes)/>")
            }
        case .points:
            for place in runs.joined() {
                drawing.add(
                    "<circle cx=\"\(SVGDrawing.number(place.x))\" cy=\"\(SVGDrawing.number(place.y))\" "
                        + "r=\"2.6\" fill=\"\(colour)\"/>")
            }
        case .band(let other):
            drawBand(series, to: other, colour, in: &drawing)
        }
    }

    // Edges that leave the axis (0 or less on a logarithmic one) are drawn to its end.
    private func drawBand(
        _ series: Plot.Series, to other: [Double], _ colour: String, in drawing: inout SVGDrawing
    ) {
        func edge(_ y: [Double]) -> [SIMD2<Double>] {
            zip(series.x, y).compactMap { x, y in
                guard let column = horizontal(x), !y.isNaN else { return nil }
                let nearest = min(max(y, vertical.range.lowerBound), vertical.range.upperBound)
                return vertical(nearest).map { [column, $0] }
            }
        }
        let outline = edge(series.y) + edge(other).reversed()
        guard outline.count > 2 else { return }
        drawing.add(
            "<polygon points=\"\(outline.map(SVGDrawing.point).joined(separator: " "))\" "
                + "fill=\"\(colour)\" fill-opacity=\"0.22\"/>")
    }

    // The corner that hides the fewest points.
    private func drawLegend(of panel: Plot.Panel, in drawing: inout SVGDrawing) {
        let named = coloured(panel.series).filter { $0.0.name != nil }
        guard !named.isEmpty else { return }
        let longest = named.map { $0.0.name!.count }.max()!
        let box = SIMD2(Double(longest) * 7.1 + 56, Double(named.count) * 20 + 12)
        let places = panel.series.flatMap { runs($0.x, $0.y).joined() }
        let inset = 12.0
        let (right, bottom) = (corner.x + extent.x - box.x - inset, corner.y + extent.y - box.y - inset)
        let corners: [SIMD2<Double>] = [
            [right, corner.y + inset], [corner.x + inset, bottom], [right, bottom],
            [corner.x + inset, corner.y + inset],
        ]
        let hidden = corners.map { place in
            places.count { all($0 .>= place - 8) && all($0 .<= place + box + 8) }
        }
        let place = corners[hidden.firstIndex(of: hidden.min()!)!]
        drawing.rectangle(
            place, box, fill: SVGDrawing.paper,
            attributes: "fill-opacity=\"0.85\" stroke=\"\(SVGDrawing.faint)\"")
        for (row, (series, colour)) in named.enumerated() {
            let y = place.y + 16 + 20 * Double(row)
            drawKey(series.style, colour, at: [place.x + 10, y], in: &drawing)
            drawing.text(series.name!, at: [place.x + 46, y + 4.5], size: 13)
        }
    }

    private func drawKey(
        _ style: Plot.Style, _ colour: String, at place: SIMD2<Double>, in drawing: inout SVGDrawing
    ) {
        switch style {
        case .points:
            for x in [4.0, 14, 24] {
                drawing.add(
                    "<circle cx=\"\(SVGDrawing.number(place.x + x))\" cy=\"\(SVGDrawing.number(place.y))\" "
                        + "r=\"2.6\" fill=\"\(colour)\"/>")
            }
        case .band:
            drawing.rectangle(
                [place.x, place.y - 6], [28, 12], fill: colour, attributes: "fill-opacity=\"0.22\"")
        case .line, .dashed:
            let dashes = style == .dashed ? " stroke-dasharray=\"7 4\"" : ""
            drawing.add(
                "<path d=\"M\(SVGDrawing.point(place))h28\" stroke=\"\(colour)\" stroke-width=\"2\"\(dashes)/>"
            )
        }
    }
}
