/// Numbers as the programs write them whose tables are read.
enum TableNumber {
    /// A decimal number of C or Fortran: `1.0e-4`, `1.0D-04`, `3.14-114` (Fortran leaves the letter out where the exponent
    /// has three digits), `nan`, `inf`; nil for anything else.
    static func value(of word: Substring) -> Double? {
        let bytes = Array(word.utf8)
        // A hexadecimal number is none that such a program writes.
        guard !bytes.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) else { return nil }
        if let value = Double(word) { return value }
        return fortran(bytes).flatMap { Double(String(decoding: $0, as: UTF8.self)) }
    }

    /// The same number with an `e` before its exponent.
    private static func fortran(_ bytes: [UInt8]) -> [UInt8]? {
        if let letter = bytes.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "d") }) {
            return bytes[..<letter] + [UInt8(ascii: "e")] + bytes[(letter + 1)...]
        }
        let sign = bytes.count - 4
        guard sign > 0, bytes[sign] == UInt8(ascii: "-") || bytes[sign] == UInt8(ascii: "+"),
            bytes[(sign + 1)...].allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return bytes[..<sign] + [UInt8(ascii: "e")] + bytes[sign...]
    }
}
