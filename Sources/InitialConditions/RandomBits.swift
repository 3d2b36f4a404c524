internal import CKernels

/// Random bits from a counter: element i of a stream depends on the seed and on i alone, whatever the ranks.
///
/// - Source: Salmon et al. 2011 (Threefry-2x32, 20 rounds).
public enum RandomBits {
    /// 32 bits of each of the elements `first ..< first + count` of a stream.
    public static func words(seed: UInt64, from first: UInt64 = 0, count: Int) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: count)
        unsafe palindrome_random_bits(seed, first, Int64(count), &words)
        return words
    }

    /// Unit normals of the elements `first ..< first + count` of a stream, those that white noise is made of.
    public static func normals(seed: UInt64, from first: UInt64 = 0, count: Int) -> [Double] {
        var normals = [Float](repeating: 0, count: count)
        unsafe palindrome_random_normal(seed, first, Int64(count), &normals)
        return normals.map(Double.init)
    }
}
