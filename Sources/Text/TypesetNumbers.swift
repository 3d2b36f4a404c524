internal import Glibc

/// Numbers as a reader of pages and pictures likes them, whatever the locale: a true minus sign, powers of ten as
/// such.
public enum Numbers {
    /// Four significant digits; powers of ten where they are shorter: `0.3111`, `2.1×10⁻⁹`.
    public static func short(_ value: Double, digits: Int = 4) -> String {
        guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
        let parts = general(value, digits: digits).split(separator: "e")
        let mantissa = parts[0].replacing("-", with: "−")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return String(mantissa) }
        return (mantissa == "1" ? "10" : "\(mantissa)×10") + superscript(exponent)
    }

    /// Digits after the point.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        value.isFinite ? Text.fixed(value, digits).replacing("-", with: "−") : short(value)
    }

    /// `1.23 s`, `45 s`, `3 min 20 s`, `2 h 05 min`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e12 else { return short(seconds) }
        let whole = Int(seconds.rounded())
        return switch seconds {
        case ..<9.95: "\(fixed(seconds, 2)) s"
        case ..<59.5: "\(whole) s"
        case ..<3599.5: "\(whole / 60) min \(whole % 60) s"
        default: "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }

    /// `12 KiB`, `345 MiB`, `1.5 GiB`.
    public static func bytes(_ count: Int) -> String {
        let value = Double(count)
        return switch value {
        case ..<0x1p20: "\(fixed(value / 0x1p10, 0)) KiB"
        case ..<0x1p30: "\(fixed(value / 0x1p20, 0)) MiB"
        case ..<0x1p40: "\(fixed(value / 0x1p30, 1)) GiB"
        default: "\(fixed(value / 0x1p40, 1)) TiB"
        }
    }

    /// `64³`, `64 × 48 × 48`.
    public static func shape(_ sides: [String]) -> String {
        Set(sides).count == 1 && sides.count == 3 ? sides[0] + "³" : sides.joined(separator: " × ")
    }

    /// A whole number above the line: `⁻⁹`.
    public static func superscript(_ exponent: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        return (exponent < 0 ? "⁻" : "") + String(String(abs(exponent)).map { digits[$0.wholeNumberValue!] })
    }

    /// C's `%g`: significant digits, an exponent where it is shorter, no zeros at the end.
    private static func general(_ value: Double, digits: Int) -> String {
        var text = [CChar](repeating: 0, count: 64)
        _ = unsafe withVaList([Int32(digits), value]) { unsafe vsnprintf(&text, text.count, "%.*g", $0) }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
