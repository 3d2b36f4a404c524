/// A drawing as it grows: SVG 1.1, self-contained, the same bytes every time.
struct SVGDrawing {
    enum Anchor: String {
        case start
        case middle
        case end
    }

    static let ink = "#1b1b1f"
    static let faint = "#d9d9de"
    static let paper = "#ffffff"

    /// Where a drawing will stand.
    enum Place: Equatable {
        /// Alone in a file, on paper of its own.
        case file
        /// In a page, on the page's background; names inside begin with this one, which is the drawing's own.
        case page(name: String)
    }

    /// What names inside the drawing begin with, so that they differ from those of others in the same page.
    let namePrefix: String
    private let place: Place
    private let size: SIMD2<Double>
    private let description: String
    private var elements: [String] = []

    init(width: Double, height: Double, description: String, for place: Place = .file) {
        size = [width, height]
        self.description = description
        self.place = place
        switch place {
        case .file:
            namePrefix = ""
            rectangle([0, 0], size, fill: Self.paper)
        case .page(let name):
            namePrefix = name + "-"
        }
    }

    /// The file's content, or the element for the page.
    var text: String {
        let (width, height) = (Self.number(size.x), Self.number(size.y))
        let head =
            switch place {
            case .file:
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
                """
            case .page(let name): "<svg id=\"\(name)\""
            }
        return """
            \(head) width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img" \
            font-family="'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif" fill="\(Self.ink)">
            <title>\(Self.escaped(description))</title>

            """ + elements.joined(separator: "\n") + "\n</svg>\n"
    }

    /// Text with `& < > "` written as entities; characters that XML forbids become `?`.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..<" ", "\u{fffe}", "\u{ffff}": result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A coordinate, to a hundredth of a pixel.
    static func number(_ value: Double) -> String {
        let hundredths = Int((min(max(value, -1e6), 1e6) * 100).rounded())
        let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
        let sign = hundredths < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        return rest % 10 == 0
            ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    mutating func add(_ element: String) {
        elements.append(element)
    }

    mutating func rectangle(
        _ corner: SIMD2<Double>, _ size: SIMD2<Double>, fill: String, attributes: String = ""
    ) {
        add(
            "<rect x=\"\(Self.number(corner.x))\" y=\"\(Self.number(corner.y))\" "
                + "width=\"\(Self.number(size.x))\" height=\"\(Self.number(size.y))\" fill=\"\(fill)\""
                + "\(attributes.isEmpty ? "" : " ")\(attributes)/>")
    }

    mutating func lines(
        _ segments: [(SIMD2<Double>, SIMD2<Double>)], colour: String = ink, width: Double = 1
    ) {
        guard !segments.isEmpty else { return }
        let path = segments.map { "M\(Self.point($0))L\(Self.point($1))" }.joined()
        add("<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(Self.number(width))\"/>")
    }

    mutating func text(
        _ text: String, at place: SIMD2<Double>, size: Double, anchor: Anchor = .start,
        attributes: String = ""
    ) {
        add(
            "<text x=\"\(Self.number(place.x))\" y=\"\(Self.number(place.y))\" "
                + "font-size=\"\(Self.number(size))\" text-anchor=\"\(anchor.rawValue)\""
                + "\(attributes.isEmpty ? "" : " ")\(attributes)>\(Self.escaped(text))</text>")
    }

    /// Text that reads upwards.
    mutating func upwardText(_ text: String, at place: SIMD2<Double>, size: Double) {
        let (x, y) = (Self.number(place.x), Self.number(place.y))
        add(
            "<text transform=\"translate(\(x) \(y)) rotate(-90)\" font-size=\"\(Self.number(size))\" "
                + "text-anchor=\"middle\">\(Self.escaped(text))</text>")
    }

    static func point(_ place: SIMD2<Double>) -> String {
        "\(number(place.x)) \(number(place.y))"
    }
}

/// One axis on paper: from values to coordinates.
struct AxisMapping {
    let scale: AxisScale
    let range: ClosedRange<Double>
    /// Where the ends of the range lie.
    let ends: SIMD2<Double>

    /// The coordinate of a value; nothing for what has no place on the axis.
    func callAsFunction(_ value: Double) -> Double? {
        guard value.isFinite, scale == .linear || value > 0 else { return nil }
        let fraction = Stretch(scale, from: range.lowerBound, to: range.upperBound).fraction(of: value)
        return ends.x + fraction * (ends.y - ends.x)
    }
}
