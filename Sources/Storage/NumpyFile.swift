internal import Glibc
internal import Memory
public import Mesh
public import Parallel

/// An array that `numpy.save` wrote, read by all ranks, each its part.
///
/// - Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays", versions 1 to 3.
public struct NumpyFile: Sendable, Equatable {
    /// Its name.
    public let path: String
    /// Points along each axis.
    public let shape: [Int]
    /// `<f4` or `<f8`.
    let type: String
    /// Where the numbers begin [bytes].
    let offset: Int

    var elementBytes: Int { type == "<f8" ? 8 : 4 }

    /// The longest head that is read [bytes].
    private static let longestHead = 1 << 16

    /// Reads the head of a file. Collective.
    ///
    /// - Throws: `UsageError` on all ranks when there is no such file, it is not numpy's, or holds what cannot be read as real
    ///   numbers in C's order.
    public init(opening path: String, over communicator: Communicator) throws {
        let head = try communicator.fromRoot { try RegularFile.read(path, upTo: Self.longestHead) }
        self = try communicator.agree { try NumpyFile(head: head, path) }
        let (need, have) = (offset + shape.reduce(1, *) * elementBytes, Self.size(of: path, on: communicator))
        guard have >= need else {
            throw UsageError("\(path): is cut off, it has \(have) of \(need) bytes; use another copy")
        }
    }

    /// Reads the head of a file from its first bytes.
    init(head: [UInt8], _ path: String) throws(UsageError) {
        let magic = [0x93] + Array("NUMPY".utf8)
        guard head.count >= 12, Array(head[..<6]) == magic, (1...3).contains(head[6]) else {
            throw UsageError("\(path): is no file of numpy; write it with numpy.save")
        }
        let wide = head[6] > 1
        let length = (0..<(wide ? 4 : 2)).reduce(0) { $0 | Int(head[8 + $1]) << (8 * $1) }
        let start = wide ? 12 : 10
        guard length <= Self.longestHead - start, start + length <= head.count else {
            throw UsageError("\(path): is cut off in its head; use another copy")
        }
        let text = String(decoding: head[start..<start + length], as: UTF8.self)
        guard let descr = Self.value(of: "descr", in: text), let order = Self.value(of: "fortran_order", in: text),
            let shape = Self.shape(in: text)
        else { throw UsageError("\(path): has a head that says too little; write it with numpy.save") }
        let type = descr.filter { $0 != "'" && $0 != "\"" }
        guard type == "<f4" || type == "<f8" else {
            throw UsageError(
                "\(path): holds \(PlainText.excerpt(type)); it must be '<f4' or '<f8', little-endian real numbers; "
                    + "convert it with .astype('<f4')")
        }
        guard order == "False" else {
            throw UsageError(
                "\(path): is in Fortran's order; the last axis must be the fastest; write numpy.ascontiguousarray of it")
        }
        self.path = path
        self.shape = shape
        self.type = type
        offset = start + length
    }

    /// What stands behind a key, up to the comma.
    private static func value(of key: String, in text: String) -> String? {
        guard let range = text.firstRange(of: "'\(key)'") else { return nil }
        let rest = text[range.upperBound...].drop { $0 == " " || $0 == ":" }
        return String(rest.prefix { $0 != "," && $0 != "}" && $0 != " " })
    }

    /// Nil if there is none, or one that no honest file has.
    private static func shape(in text: String) -> [Int]? {
        guard let range = text.firstRange(of: "'shape'"),
            let open = text[range.upperBound...].firstIndex(of: "("),
            let close = text[open...].firstIndex(of: ")")
        else { return nil }
        let words = text[text.index(after: open)..<close].split { $0 == "," || $0 == " " }
        let sides = words.compactMap { Int($0) }
        guard sides.count == words.count, sides.allSatisfy({ (0...(1 << 24)).contains($0) }), sides.count <= 3
        else { return nil }
        guard sides.reduce(1.0, { $0 * Double($1) }) < 0x1p48 else { return nil }
        return sides
    }

    private static func size(of path: String, on communicator: Communicator) -> Int {
        var status = stat()
        let code = unsafe communicator.isRoot ? stat(path, &status) : 1
        return communicator.maximum(code == 0 ? Int(status.st_size) : 0)
    }

    /// Refuses an array of another shape.
    ///
    /// - Throws: ``StorageError``, the user's.
    public func require(_ wanted: SIMD3<Int>) throws(StorageError) {
        let wanted = [wanted.x, wanted.y, wanted.z]
        guard shape == wanted else {
            throw StorageError(
                .wrongShape(expected: wanted, actual: shape), fault: .user,
                "\(path): has the shape \(described(shape)); it must be \(described(wanted))")
        }
    }

    /// Reads the array into a field, whose ghost planes are undefined. Collective.
    ///
    /// - Throws: the same on all ranks when it has another shape than the mesh, cannot be read, or a number is NaN or
    ///   infinite.
    public func readField<Element: StorageElement & BinaryFloatingPoint>(
        over decomposition: Decomposition, for purpose: StaticString
    ) throws -> Field<Element> {
        try require(decomposition.shape)
        let world = decomposition.grid.world
        let field = Field<Element>(decomposition, ghosts: .none, for: purpose)
        let notFinite = try world.agree {
            elementBytes == 8
                ? try read(into: field, as: Double.self) : try read(into: field, as: Float.self)
        }
        let count = world.sum(notFinite)
        guard count == 0 else {
            throw StorageError(
                .notFinite, fault: .user,
                "\(path): holds values that are not finite (NaN or infinity), \(count) of \(shape.reduce(1, *))")
        }
        return field
    }

    /// Reads this rank's part, a plane of x at a time. Not collective.
    ///
    /// - Returns: how many numbers are not finite.
    private func read<Element: StorageElement & BinaryFloatingPoint, Stored: BinaryFloatingPoint & BitwiseCopyable>(
        into field: borrowing Field<Element>, as _: Stored.Type
    ) throws(UsageError) -> Int {
        let decomposition = field.decomposition
        let (x, y, nz) = (decomposition.x, decomposition.y, decomposition.shape.z)
        let file = try RegularFile.open(path)
        defer { close(file) }
        var plane = [Stored](repeating: 0, count: y.count * nz)
        var notFinite = 0
        for i in x where !plane.isEmpty {
            let first = (i * decomposition.shape.y + y.lowerBound) * nz
            try fill(&plane, from: file, at: offset + first * MemoryLayout<Stored>.stride)
            for (row, j) in y.enumerated() {
                let start = field.offset(x: i, y: j, z: 0)
                for k in 0..<nz {
                    let value = plane[row * nz + k]
                    if !value.isFinite { notFinite += 1 }
                    unsafe field.values.start[start + k] = Element(value)
                }
            }
        }
        return notFinite
    }

    private func fill<Stored: BitwiseCopyable>(
        _ plane: inout [Stored], from file: Int32, at position: Int
    ) throws(UsageError) {
        let bytes = plane.count * MemoryLayout<Stored>.stride
        var done = 0
        while done < bytes {
            let count = unsafe plane.withUnsafeMutableBytes {
                unsafe pread(file, $0.baseAddress! + done, bytes - done, off_t(position + done))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw UsageError("\(path): cannot be read to its end; use another copy") }
            done += count
        }
    }
}
