/// Changes of a file as accidents and other programs make them: the same for the same number, on every rank.
struct Mutation {
    private var state: UInt64

    init(number: Int) { state = UInt64(number) &* 0x2545_f491_4f6c_dd1d &+ 1 }

    /// A file with one to eight changes.
    ///
    /// - Parameters:
    ///   - seed: a good file.
    ///   - other: another one, of which parts may get into it.
    mutating func applied(to seed: [UInt8], mixedWith other: [UInt8]) -> [UInt8] {
        var bytes = seed
        for _ in 0...below(8) { change(&bytes, other) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = Array(other.prefix(below(64)))
            return
        }
        let place = below(bytes.count)
        let length = min(bytes.count - place, 1 + below(below(8) == 0 ? 4096 : 16))
        switch below(10) {
        case 0: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x20, 0x2D][below(8)]
        case 2: bytes[place] = UInt8(below(256))
        case 3: bytes.removeSubrange(place..<place + length)
        case 4: bytes.replaceSubrange(place..<place, with: bytes[place..<place + length])
        case 5: bytes.removeLast(bytes.count - place)
        case 6:
            bytes.replaceSubrange(
                place..<place + length, with: Array(Self.words[below(Self.words.count)].utf8))
        case 7: replaceNumber(from: place, in: &bytes)
        case 8:
            let start = below(max(1, other.count))
            bytes.replaceSubrange(place..<place + length, with: other[start...].prefix(length))
        default:
            for index in place..<place + length { bytes[index] = UInt8(below(256)) }
        }
    }

    /// Puts a number at the edge of something in the place of the next run of digits.
    private mutating func replaceNumber(from place: Int, in bytes: inout [UInt8]) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = bytes[place...].firstIndex(where: { digits.contains($0) }) else { return }
        let end =
            bytes[first...].firstIndex { !digits.contains($0) && $0 != UInt8(ascii: ".") } ?? bytes.endIndex
        bytes.replaceSubrange(first..<end, with: Array(Self.numbers[below(Self.numbers.count)].utf8))
    }

    private static let numbers = [
        "0", "-1", "1", "2", "3", "4", "5", "6", "7", "8", "1e-300", "1e300", "1e-100", "1e9", "65536",
        "65537", "100000", "1000000",
        "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e308",
        "4.9e-324", "nan", "inf",
        "-inf", "0x10", "1.0D-04", "3.14-114", "99999999999999999999999999", "0.1", "1e-4",
        "0.99999999999999999",
    ]
    private static let words = [
        "", " ", "\n", "\r\n", "\t", "#", ":", "[", "]", "{", "}", "\"", "'", "&a", "*a", "!!int", "<<",
        "---", "...", "null", "~",
        "\u{FEFF}", "\u{0}", "\u{1B}[2J", "\u{202E}", "\u{0301}\u{0301}\u{0301}", "\\", "/", "%",
        "redshift z=99", "h/Mpc", "inf", "true",
        "file.h5:/d", "table", "density", String(repeating: "x", count: 5000),
        String(repeating: "9", count: 500),
        String(repeating: "[", count: 200),
    ]

    private mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }

    /// SplitMix64 (Steele, Lea & Flood 2014).
    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
