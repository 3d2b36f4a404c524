/// The wavenumbers of the modes along one axis of a mesh, index by index as a transform numbers them.
///
///     n = i for 2i ≤ N, else i − N;    w = k h = 2π n / N,    k = w / h
///
/// So the Nyquist mode of an even axis, i = N/2, has n = **+N/2**: it is its own mirror image, and a whole axis and
/// the halved last one of a ``FourierField``, which holds 0 ≤ i ≤ N/2, agree. An odd function of k has no value
/// there that keeps a real field real: ``withoutNyquist(_:)`` puts zero.
public struct Wavenumbers: Sendable, Equatable {
    /// N, the points along the axis.
    public let length: Int
    /// The indices: all N, or N/2 + 1 of a halved axis.
    public let indices: Range<Int>

    /// The modes of a whole axis.
    public init(of length: Int) {
        self.length = length
        indices = 0..<length
    }

    /// The modes along an axis of a ``FourierField``, of which the last one, z, is halved.
    ///
    /// - Parameters:
    ///   - axis: 0, 1 or 2.
    ///   - shape: points of the mesh along x, y and z.
    public init(along axis: Int, of shape: SIMD3<Int>) {
        length = shape[axis]
        indices = 0..<(axis == 2 ? length / 2 + 1 : length)
    }

    /// n, the signed number of waves along the axis: −N/2 < n ≤ N/2.
    @inlinable
    public static func modeNumber(_ index: Int, of length: Int) -> Int {
        2 * index > length ? index - length : index
    }

    /// A function of n for each index.
    public func table(_ value: (_ modeNumber: Int) -> Double) -> [Double] {
        indices.map { value(Self.modeNumber($0, of: length)) }
    }

    /// w = 2π n / N, the phase from a point to the next, for each index [radian].
    public var phases: [Double] { table { 2 * Double.pi * Double($0) / Double(length) } }

    /// k = 2π n / (N h) for each index [h/Mpc].
    ///
    /// - Parameter spacing: h, from a point to the next [Mpc/h].
    public func values(spacing: Double) -> [Double] {
        table { 2 * Double.pi * Double($0) / (Double(length) * spacing) }
    }

    /// A table with zero at the Nyquist index, if the axis has one.
    public func withoutNyquist(_ table: [Double]) -> [Double] {
        zip(indices, table).map { index, value in 2 * index == length ? 0 : value }
    }
}

extension Decomposition {
    /// How many modes of the full spectrum an independent one with index `z` stands for: itself, and its
    /// mirror image unless that is held as well (kz = 0, and kz = nz/2 when nz is even).
    @inlinable
    public func hermitianWeight(z: Int) -> Int {
        z == 0 || 2 * z == shape.z ? 1 : 2
    }
}
