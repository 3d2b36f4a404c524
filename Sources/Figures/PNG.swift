internal import CPicture
internal import Parallel

/// The one place that speaks to libpng.
public enum PNG {
    /// The largest picture that is read, in pixels: a damaged or hostile file may announce any size.
    public static let mostPixels = 1 << 28

    static func encoded(
        _ bytes: [UInt8], width: Int, height: Int, _ pixels: palindrome_pixels
    ) throws(EnvironmentError) -> [UInt8] {
        let capacity = Int(palindrome_png_bound(Int64(width), Int64(height), pixels))
        var message = [CChar](repeating: 0, count: Int(palindrome_png_message_length))
        let png = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
            count = unsafe Int(
                palindrome_png_encode(
                    bytes, Int64(width), Int64(height), pixels, target.baseAddress, Int64(capacity), &message)
            )
        }
        guard !png.isEmpty else {
            throw EnvironmentError("cannot encode a picture of \(width) x \(height): \(text(message))")
        }
        return png
    }

    static func decoded(
        _ png: [UInt8], source: String, _ pixels: palindrome_pixels, over background: UInt8 = 0
    ) throws(UsageError) -> (width: Int, height: Int, bytes: [UInt8]) {
        var message = [CChar](repeating: 0, count: Int(palindrome_png_message_length))
        var (width, height): (Int64, Int64) = (0, 0)
        guard unsafe palindrome_png_size(png, Int64(png.count), &width, &height, &message) == 1 else {
            throw UsageError("\(source): not a readable PNG picture: \(text(message))")
        }
        guard width > 0, height > 0, width * height <= Int64(mostPixels) else {
            throw UsageError(
                "\(source): the picture has \(width) x \(height) pixels; at most \(mostPixels) are read; "
                    + "make it smaller")
        }
        var bytes = [UInt8](repeating: 0, count: Int(width * height) * Int(pixels.rawValue))
        guard
            unsafe palindrome_png_decode(
                png, Int64(png.count), width, height, pixels, background, &bytes, &message) == 1
        else { throw UsageError("\(source): damaged PNG picture: \(text(message))") }
        return (Int(width), Int(height), bytes)
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
