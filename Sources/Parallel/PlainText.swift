/// Texts that a user names, whatever editor wrote them.
public enum PlainText {
    /// A file's text: UTF-8, or UTF-16 behind its byte-order mark, as some editors and shells of Windows write it.
    ///
    /// A byte-order mark is no part of the text. Ends of lines stay as they are.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - place: what a message says of where the bytes come from, given the line of the first bad one.
    /// - Throws: ``UsageError`` when the bytes are neither.
    public static func decoded(
        _ bytes: [UInt8], at place: (_ line: Int) -> String
    ) throws(UsageError) -> String {
        if let text = utf16(bytes) { return text }
        let content = bytes.starts(with: utf8Mark) ? bytes.dropFirst(utf8Mark.count) : bytes[...]
        guard let text = String(validating: content, as: UTF8.self) else {
            throw UsageError(
                "\(place(firstInvalidLine(of: content))): the text is not UTF-8; it must be; save it as UTF-8"
            )
        }
        return text
    }

    private static let utf8Mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Nil without a mark of UTF-16, or with anything behind it that is none.
    private static func utf16(_ bytes: [UInt8]) -> String? {
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard isLittle || bytes.starts(with: [0xFE, 0xFF]), bytes.count % 2 == 0 else { return nil }
        let words = stride(from: 2, to: bytes.count, by: 2).map { index in
            let (low, high) = isLittle ? (index, index + 1) : (index + 1, index)
            return UInt16(bytes[low]) | UInt16(bytes[high]) << 8
        }
        return String(validating: words, as: UTF16.self)
    }

    /// The longest valid prefix ends in this line, from 1.
    private static func firstInvalidLine(of bytes: ArraySlice<UInt8>) -> Int {
        var line = 1
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if String(validating: part, as: UTF8.self) == nil { break }
            line += 1
        }
        return line
    }

    /// A text on one line, shortened if need be, without characters that would steer a terminal: fit for a message.
    ///
    /// - Parameter limit: the most characters, 4 or more.
    public static func excerpt(_ text: some StringProtocol, upTo limit: Int = 60) -> String {
        // A character may be any number of combining marks.
        let scalars = text.unicodeScalars.prefix(limit + 1).map { scalar in
            scalar.isHarmless ? scalar : " "
        }
        guard scalars.count > limit else { return String(String.UnicodeScalarView(scalars)) }
        return String(String.UnicodeScalarView(scalars.prefix(limit - 3))) + "..."
    }
}

extension Unicode.Scalar {
    /// Whether it neither steers a terminal nor ends a line nor turns the direction of what follows.
    fileprivate var isHarmless: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
