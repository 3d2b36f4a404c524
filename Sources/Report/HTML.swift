/// A piece of a page. Text that is put into a literal is escaped, so a file name or a configuration cannot
/// become markup:
///
///     let row: HTML = "<th>\(name)</th>"
///
/// Pieces are put in as they are.
package struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
    package let text: String

    package init(stringLiteral text: String) {
        self.text = text
    }

    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    /// A piece that some other part of this program made, such as a drawing.
    package init(trusted text: String) {
        self.text = text
    }

    /// Pieces below each other.
    package init(_ pieces: [HTML]) {
        text = pieces.map(\.text).joined(separator: "\n")
    }

    /// Nothing.
    package static let nothing: HTML = ""

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(2 * literalCapacity)
        }

        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        package mutating func appendInterpolation(_ value: String) {
            text += HTML.escaped(value)
        }

        package mutating func appendInterpolation(_ value: Int) {
            text += String(value)
        }

        package mutating func appendInterpolation(_ piece: HTML) {
            text += piece.text
        }

        package mutating func appendInterpolation(_ pieces: [HTML]) {
            text += HTML(pieces).text
        }
    }

    /// Text as it may stand between tags and between quotes; what HTML forbids becomes `?`.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.properties.generalCategory == .control: result += "?"
            case _ where scalar.properties.isNoncharacterCodePoint: result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
