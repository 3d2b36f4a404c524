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

    /// Reads a PNG file of any kind; colour becomes grey by its luminance, transparent parts become black.
    ///
    /// - Parameters:
    ///   - png: the content of the file.
    ///   - source: its name, for the error.
    /// - Throws: `UsageError` when it is not a PNG, is damaged, or has more than ``PNG/mostPixels``.
    public init(png: [UInt8], source: String) throws(UsageError) {
        let decoded = try PNG.decoded(png, source: source, palindrome_grey)
        self.init(width: decoded.width, height: decoded.height, bytes: decoded.bytes)
    }
}
