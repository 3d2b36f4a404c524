/// What the comments above a table say of it: enough to notice that it is not what it is taken for.
///
/// Nothing is believed that a header says; it is held against what the user says.
struct TableHeader {
    /// Something that a comment names, and in which line.
    struct Statement<Value> {
        let value: Value
        let line: Int
    }

    /// Units of k, or of P with the third power.
    enum Unit {
        /// h/Mpc, (Mpc/h)³.
        case withH
        /// 1/Mpc, Mpc³.
        case withoutH
        /// Of kpc.
        case kiloparsec
    }

    /// What the numbers are, if they are no P(k).
    enum Content: String {
        /// k³P/(2π²).
        case dimensionless = "a dimensionless spectrum, k^3 P / (2 pi^2)"
        /// log P.
        case logarithm = "the logarithm of P"
        /// T(k).
        case transfer = "transfer functions"
    }

    /// Every redshift that is named, in order.
    private(set) var redshifts: [Statement<Double>] = []
    /// The unit of k that the last comment names which names one.
    private(set) var wavenumber: Statement<Unit>?
    /// The same of P.
    private(set) var power: Statement<Unit>?
    /// What the numbers are instead of P.
    private(set) var content: Statement<Content>?

    /// Takes in a comment, without its `#`.
    mutating func add(_ comment: Substring, line: Int) {
        // No header is longer; a program's log may be.
        let text = comment.prefix(1000).lowercased().filter { !"{}$\\\"'".contains($0) }
            .replacing("**", with: "^")
        if !text.contains("reio") {
            for match in text.matches(of: /\b(?:z\s*[=:]|redshift\s*(?:=|:|is|of)?)\s*([0-9.][0-9.ed+\-]*)/) {
                // A sentence may end behind it.
                var number = match.output.1
                while let last = number.last, !last.isNumber { number.removeLast() }
                if let value = TableNumber.value(of: number), value.isFinite {
                    redshifts.append(Statement(value: value, line: line))
                }
            }
        }
        // Other lengths than those of the columns.
        let units = text.replacing(/pivot[^,;]*/, with: "").replacing(/km[^,;]*/, with: "")
        if let unit = Self.wavenumberUnit(in: units) { wavenumber = Statement(value: unit, line: line) }
        if let unit = Self.powerUnit(in: units) { power = Statement(value: unit, line: line) }
        if let found = Self.content(of: text) { content = Statement(value: found, line: line) }
    }

    private static func wavenumberUnit(in text: String) -> Unit? {
        if text.contains(/\/\s*kpc|kpc\s*\^?\s*\(?-\s*1/) { return .kiloparsec }
        if text.contains(/\bh\s*\/\s*mpc|\bk\s*\/\s*h\b|\bh[\s*.,]*(?:rm|mathrm)?\s*mpc\s*\^?\s*\(?-\s*1/) {
            return .withH
        }
        if text.contains(/(?:^|[^0-9.])1\s*\/\s*mpc|mpc\s*\^?\s*\(?-\s*1/) { return .withoutH }
        return nil
    }

    private static func powerUnit(in text: String) -> Unit? {
        if text.contains(/kpc[^a-z]{0,4}(?:h[^a-z]{0,2})?3/) { return .kiloparsec }
        let ratio = /mpc\s*\/\s*h\s*[)\]]?\s*\^?\s*3|mpc\s*\^?\s*3\s*(?:\/\s*h|[*.]?\s*h\s*\^?\s*\(?-)/
        let product = /h\s*\^?\s*\(?-\s*[13]\)?[\s*.,]*(?:rm|mathrm)?\s*\(?mpc/
        if text.contains(ratio) || text.contains(product) { return .withH }
        if text.contains(/mpc\s*[)\]]?\s*\^?\s*3/) { return .withoutH }
        return nil
    }

    private static func content(of text: String) -> Content? {
        if text.contains("dimensionless") || text.contains(/delta\s*\^?\s*2|k\s*\^\s*3\s*[*.]?\s*p/) {
            return .dimensionless
        }
        if text.contains(/\blog(?:10|_10)?\s*[\[(]?\s*p\b|\bln\s*[\[(]?\s*p\b/) { return .logarithm }
        let isOfCAMB = text.contains(/\bcdm\b/) && text.contains(/\bbaryon\b/) && text.contains(/\bphoton\b/)
        let isOfCLASS = text.contains(/\bd_g\b/) && text.contains(/\bd_b\b/)
        return isOfCAMB || isOfCLASS ? .transfer : nil
    }

    /// Holds it against what the table is taken for: P [(Mpc/h)³] of k [h/Mpc] at a redshift.
    ///
    /// - Returns: the line, what the header says, what it must be, and what to do; nil if nothing contradicts.
    func contradiction(
        takenAt redshift: Double
    ) -> (line: Int, value: String, rule: String, remedy: String)? {
        if let content {
            return (
                content.line, "the header names \(content.value.rawValue)", "be P(k) itself",
                "give k [h/Mpc] and P [(Mpc/h)^3], or remove the comment if it is wrong"
            )
        }
        // Where there are several, they are those of the columns: P is in the first.
        if let named = redshifts.first, abs(named.value - redshift) > 1e-4 * (1 + redshift) {
            return (
                named.line, "the header names the redshift \(named.value)",
                "be that of power.redshift, \(redshift)",
                "set power.redshift: \(named.value), or remove the comment if it is wrong"
            )
        }
        if let wavenumber, wavenumber.value != .withH {
            return (
                wavenumber.line,
                "the header names k in \(wavenumber.value == .kiloparsec ? "kpc" : "1/Mpc")", "be in h/Mpc",
                "divide k by h and multiply P by h^3, or remove the comment if it is wrong"
            )
        }
        if let power, power.value != .withH {
            return (
                power.line,
                "the header names P in \(power.value == .kiloparsec ? "kpc" : "Mpc")^3", "be in (Mpc/h)^3",
                "divide k by h and multiply P by h^3, or remove the comment if it is wrong"
            )
        }
        return nil
    }
}
