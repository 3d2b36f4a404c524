internal import CPicture
public import Parallel

/// A picture of 8-bit sRGB pixels, rows from the top.
public struct Picture: Sendable, Equatable {
    /// Pixels per row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Red, green and blue of each pixel, `[row][column][channel]`.
    public private(set) var bytes: [UInt8]

    /// A picture from its pixels.
    ///
    /// - Parameter bytes: `3 * width * height` encoded channels, `[row][column][channel]`.
    public init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(width > 0 && height > 0 && bytes.count == 3 * width * height)
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    /// A picture from a colour for each pixel.
    public init(width: Int, height: Int, _ colour: (_ column: Int, _ row: Int) -> RGB) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 * width * height)
        for row in 0..<height {
            for column in 0..<width {
                let pixel = colour(column, row)
                bytes.append(pixel.red)
                bytes.append(pixel.green)
                bytes.append(pixel.blue)
            }
        }
        self.init(width: width, height: height, bytes: bytes)
    }

    /// One pixel.
    public subscript(column: Int, row: Int) -> RGB {
        get {
            let offset = 3 * (row * width + column)
            return RGB(red: bytes[offset], green: bytes[offset + 1], blue: bytes[offset + 2])
        }
        set {
            let offset = 3 * (row * width + column)
            bytes[offset] = newValue.red
            bytes[offset + 1] = newValue.green
            bytes[offset + 2] = newValue.blue
        }
    }

    /// Pictures of one height beside each other, from left to right, on white.
    ///
    /// - Parameter gap: pixels between two of them.
    public init(beside pictures: [Picture], gap: Int) {
        precondition(!pictures.isEmpty && pictures.allSatisfy { $0.height == pictures[0].height })
        let (height, lines) = (pictures[0].height, [UInt8](repeating: 255, count: 3 * gap))
        var bytes: [UInt8] = []
        for row in 0..<height {
            for (index, picture) in pictures.enumerated() {
                if index > 0 { bytes += lines }
                bytes += picture.bytes[3 * row * picture.width..<3 * (row + 1) * picture.width]
            }
        }
        let width = pictures.reduce(gap * (pictures.count - 1)) { $0 + $1.width }
        self.init(width: width, height: height, bytes: bytes)
    }

    /// The picture as a PNG file.
    ///
    /// - Throws: `EnvironmentError` when libpng fails (a picture of many gigabytes).
    public func png() throws(EnvironmentError) -> [UInt8] {
        try PNG.encoded(bytes, width: width, height: height, palindrome_rgb)
    }

    /// Reads a PNG file of any kind; grey becomes colour, transparent parts become black.
    ///
    /// - Parameters:
    ///   - png: the content of the file.
    ///   - source: its name, for the error.
    /// - Throws: `UsageError` when it is not a PNG, is damaged, or has more than ``PNG/mostPixels``.
    public init(png: [UInt8], source: String) throws(UsageError) {
        let decoded = try PNG.decoded(png, source: source, palindrome_rgb)
        self.init(width: decoded.width, height: decoded.height, bytes: decoded.bytes)
    }
}

/// A picture of 8-bit grey pixels, rows from the top.
public struct GreyPicture: Sendable, Equatable {
    /// Pixels per row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Encoded grey, `[row][column]`; 0 is black.
    public let bytes: [UInt8]

    /// A picture from its pixels.
    ///
    /// - Parameter bytes: `width * height` values, `[row][column]`.
    public init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(width > 0 && height > 0 && bytes.count == width * height)
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    /// The picture as a PNG file.
    ///
    /// - Throws: `EnvironmentError` when libpng fails.
    public func png() throws(EnvironmentError) -> [UInt8] {
        try PNG.encoded(bytes, width: width, height: height, palindrome_grey)
    }

    /// Reads a PNG file of any kind; colour becomes grey by its luminance.
    ///
    /// - Parameters:
    ///   - png: the content of the file.
    ///   - source: its name, for the error.
    ///   - background: the grey behind transparent parts.
    /// - Throws: `UsageError` when it is not a PNG, is damaged, or has more than ``PNG/mostPixels``.
    public init(png: [UInt8], source: String, over background: UInt8 = 0) throws(UsageError) {
        let decoded = try PNG.decoded(png, source: source, palindrome_grey, over: background)
        self.init(width: decoded.width, height: decoded.height, bytes: decoded.bytes)
    }

    /// The picture with other numbers of pixels: means over the parts of old pixels that a new one covers.
    public func resampled(width newWidth: Int, height newHeight: Int) -> GreyPicture {
        precondition(newWidth > 0 && newHeight > 0)
        let columns = (0..<newWidth).map { Self.shares(of: $0, among: newWidth, of: width) }
        let rows = (0..<newHeight).map { Self.shares(of: $0, among: newHeight, of: height) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(newWidth * newHeight)
        for row in rows {
            for column in columns {
                var mean = 0.0
                for (y, high) in row {
                    for (x, wide) in column { mean += high * wide * Double(self.bytes[y * width + x]) }
                }
                bytes.append(UInt8(min(mean.rounded(), 255)))
            }
        }
        return GreyPicture(width: newWidth, height: newHeight, bytes: bytes)
    }

    /// The old pixels under a new one along one side, and the part of the new one that each makes up.
    private static func shares(of index: Int, among count: Int, of length: Int) -> [(Int, Double)] {
        let scale = Double(length) / Double(count)
        let (low, high) = (Double(index) * scale, Double(index + 1) * scale)
        return (Int(low)..<max(Int(low) + 1, min(length, Int(high.rounded(.up))))).map { old in
            (old, max(0, min(high, Double(old + 1)) - max(low, Double(old))) / scale)
        }
    }
}
