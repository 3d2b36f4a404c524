/// A number with some digits after the point, whatever the locale.
public func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    let units = Int((abs(value) * scale).rounded())
    let whole = "\(units / Int(scale))"
    let sign = value < 0 && units != 0 ? "-" : ""
    guard digits > 0 else { return sign + whole }
    let part = "\(units % Int(scale))"
    return sign + whole + "." + String(repeating: "0", count: digits - part.count) + part
}

/// `1.235e+05`, whatever the locale.
public func scientific(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var exponent = 0
    var mantissa = abs(value)
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    var text = fixed(mantissa, digits)
    if text.hasPrefix("10") { (text, exponent) = (fixed(mantissa / 10, digits), exponent + 1) }
    let size = abs(exponent)
    return "\(value < 0 ? "-" : "")\(text)e\(exponent < 0 ? "-" : "+")\(size < 10 ? "0" : "")\(size)"
}

/// Three significant digits.
public func significant(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return "\(value)" }
    var digits = 2
    var magnitude = value
    while magnitude >= 10 && digits > 0 { (magnitude, digits) = (magnitude / 10, digits - 1) }
    while magnitude < 1 && digits < 9 { (magnitude, digits) = (magnitude * 10, digits + 1) }
    return fixed(value, digits)
}

/// Three digits or whole mebibytes: `0.1`, `12.3`, `345`.
public func mebibytes(_ bytes: Int) -> String {
    let tenths = (Double(bytes) / 1_048_576 * 10).rounded()
    return tenths < 1000 ? "\(tenths / 10)" : "\(Int((tenths / 10).rounded()))"
}

/// `12 s`, `3 min 20 s`, `2 h 5 min`.
public func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return switch whole {
    case ..<60: "\(whole) s"
    case ..<3600: "\(whole / 60) min \(whole % 60) s"
    default: "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}

/// Sixteen hexadecimal digits.
public func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
