import Foundation

/// PNG pictures of kinds that the program itself does not write: with 16 bits, colour, transparency or a gamma.
enum PNGFixture {
    struct Kind {
        /// 8 or 16.
        var depth = 8
        /// Of the format: 0 grey, 2 colour, 4 grey with transparency, 6 colour with transparency.
        var colour = 0
        /// Of the chunk gAMA; none if nil.
        var gamma: Double?
        /// Whether the chunk sRGB comes before that of the gamma, or after it; none if nil.
        var isSRGB: Bool?
    }

    static let kinds = [
        Kind(depth: 16), Kind(depth: 8, colour: 6), Kind(depth: 16, colour: 2, gamma: 1), Kind(gamma: 1),
        Kind(colour: 4, gamma: 1 / 1.8),
    ]

    /// A picture of 24 x 16 pixels whose channels are a sequence of bytes, in 16 bits each of them twice.
    static func picture(_ kind: Kind, _ value: (Int) -> UInt8 = { UInt8($0 % 251) }) throws -> [UInt8] {
        let (width, height) = (24, 16)
        let channels = [0: 1, 2: 3, 4: 2, 6: 4][kind.colour]!
        var rows: [UInt8] = []
        for row in 0..<height {
            rows.append(0)  // no filter
            for index in 0..<width * channels {
                let byte = value(row * width * channels + index)
                rows += kind.depth == 16 ? [byte, byte] : [byte]
            }
        }
        var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        png += chunk("IHDR", word(width) + word(height) + [UInt8(kind.depth), UInt8(kind.colour), 0, 0, 0])
        let standard = chunk("sRGB", [0])
        if kind.isSRGB == true { png += standard }
        if let gamma = kind.gamma { png += chunk("gAMA", word(Int((gamma * 100_000).rounded()))) }
        if kind.isSRGB == false { png += standard }
        png += chunk("IDAT", stored(rows))
        return png + chunk("IEND", [])
    }

    /// The file with the checksums that its chunks would have, so that what is wrong in them gets as far as it can.
    static func mended(_ png: [UInt8]) -> [UInt8] {
        var (png, at) = (png, 8)
        while at + 12 <= png.count {
            let length = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard at + 12 + length <= png.count else { break }
            let end = at + 8 + length
            png.replaceSubrange(end..<end + 4, with: word(Int(checksum(Array(png[at + 4..<end])))))
            at = end + 4
        }
        return png
    }

    private static func word(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) } }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        return word(content.count) + body + word(Int(checksum(body)))
    }

    /// A zlib stream of one stored block.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let length = [UInt8(bytes.count & 0xFF), UInt8(bytes.count >> 8)]
        var (low, high) = (1, 0)
        for byte in bytes {
            low = (low + Int(byte)) % 65521
            high = (high + low) % 65521
        }
        return [0x78, 0x01, 0x01] + length + length.map { ~$0 } + bytes + word(high << 16 | low)
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF as UInt32) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
    }
}
