/// What FFTW has learnt about the transforms of lines on a kind of processor, which it calls wisdom: the text of each precision
/// as FFTW writes it, empty where nothing is known.
public struct TransformWisdom: Sendable, Equatable {
    /// Of single precision.
    public var single: String
    /// Of double precision.
    public var double: String

    /// Nothing, or the texts of FFTW.
    public init(single: String = "", double: String = "") {
        self.single = Self.trimmed(single)
        self.double = Self.trimmed(double)
    }

    /// Reads ``text``.
    ///
    /// - Returns: nil if the text is anything else, or not as it was written: FFTW ends the process at some damage.
    public init?(parsing text: String) {
        self.init()
        guard var expressions = Self.expressions(of: text), let seal = expressions.popLast(),
            seal == Self.seal(of: expressions)
        else { return nil }
        for expression in expressions {
            let words = expression.dropFirst().split(maxSplits: 2, whereSeparator: \.isWhitespace)
            guard words.count == 3, words[0].hasPrefix("fftw-") else { return nil }
            switch words[1] {
            case "fftwf_wisdom" where single.isEmpty: single = expression
            case "fftw_wisdom" where double.isEmpty: double = expression
            default: return nil
            }
        }
        if single.isEmpty && double.isEmpty { return nil }
    }

    /// What a file holds: one expression for each precision, and a checksum of both.
    public var text: String {
        let expressions = [single, double].filter { !$0.isEmpty }
        return (expressions + [Self.seal(of: expressions)]).map { $0 + "\n" }.joined()
    }

    private static func trimmed(_ text: String) -> String {
        String(text.reversed().drop(while: \.isWhitespace).reversed())
    }

    /// FNV-1a of all bytes, as an expression.
    private static func seal(of expressions: [String]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in expressions.joined().utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "(palindrome \(String(hash, radix: 16)))"
    }

    /// Expressions in parentheses, with white space between them; nil if there is anything else, or one is not closed.
    private static func expressions(of text: String) -> [String]? {
        var (found, open, depth) = ([String](), "", 0)
        for character in text where depth > 0 || !character.isWhitespace {
            open.append(character)
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            guard depth > 0 || open.last == ")" && open.first == "(" else { return nil }
            if depth == 0 {
                found.append(open)
                open = ""
            }
        }
        return open.isEmpty ? found : nil
    }
}

/// How FFTW plans the transforms of lines on a rank.
///
/// A plan depends on the length of its lines, on the wisdom that is given here, and on nothing that a process has planned or
/// measured before; so the bits of a transform follow from both, on any ranks.
public final class TransformPlanning {
    /// Where a plan comes from that the wisdom does not tell.
    public enum Rigor: Sendable {
        /// From FFTW's estimate.
        case estimated
        /// From measurements, on this rank and now; what they show joins the wisdom.
        case measured
    }

    /// Where plans come from that the wisdom does not tell.
    public let rigor: Rigor
    /// What is known.
    public private(set) var wisdom: TransformWisdom
    /// Lines for log and console, of what was given and not used.
    public let remarks: [String]

    /// Plans of a wisdom.
    public init(
        by wisdom: TransformWisdom = TransformWisdom(), _ rigor: Rigor = .estimated, remarks: [String] = []
    ) {
        self.wisdom = wisdom
        self.rigor = rigor
        self.remarks = remarks
    }

    /// Adds what measurements have shown.
    public func learn(_ wisdom: TransformWisdom) { self.wisdom = wisdom }
}
