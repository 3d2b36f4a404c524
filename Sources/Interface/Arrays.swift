// The names and what they mean are those of palindrome.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

public import CInterface
internal import Parallel
internal import Storage

/// What C says of an array in a file.
private struct ArrayPlace {
    let path: String
    let dataset: String
    let number: palindrome_number
    /// The lengths of the axes.
    var shape: [Int]
    let first: Int
    let count: Int

    /// - Parameter describes: whether there is more than a name.
    init(_ pointer: UnsafePointer<palindrome_array>?, describes: Bool = true) throws(UsageError) {
        let array = try unsafe required(pointer, "array").pointee
        path = try unsafe required(text(array.path), "array.path")
        dataset = try unsafe required(text(array.name), "array.name")
        let axes = unsafe describes ? array.axes : 0
        guard (0...Int32(palindrome_axes)).contains(axes) else {
            throw UsageError("array.axes is \(axes); it must be from 0 to \(palindrome_axes)")
        }
        (number, first, count) = unsafe (array.number, Int(array.first), Int(array.count))
        shape = unsafe withUnsafeBytes(of: array.shape) {
            unsafe Array($0.bindMemory(to: Int64.self)).prefix(Int(axes)).map(Int.init)
        }
        try requireDatasetPath(dataset)
    }

    /// Its rows, among those of an array.
    func rows() throws(UsageError) -> Range<Int> {
        try requireLengths()
        guard first >= 0, count >= 0, count <= shape[0], first <= shape[0] - count else {
            throw UsageError(
                "array.first is \(first), array.count is \(count); the rows must be among the array's \(shape[0])"
            )
        }
        return first..<first + count
    }

    func requireLengths() throws(UsageError) {
        guard shape.allSatisfy((0...1 << 48).contains) else {
            throw UsageError("array.shape is \(shape); lengths must be from 0 to 2^48")
        }
    }

    /// Does something with the type that `number` names.
    func withNumber(_ body: (any StorageElement.Type) throws -> Void) throws {
        switch number {
        case palindrome_uint8: try body(UInt8.self)
        case palindrome_int32: try body(Int32.self)
        case palindrome_int64: try body(Int64.self)
        case palindrome_uint32: try body(UInt32.self)
        case palindrome_uint64: try body(UInt64.self)
        case palindrome_float32: try body(Float.self)
        case palindrome_float64: try body(Double.self)
        default: throw UsageError("array.number is \(number.rawValue); it must be from 0 to 6")
        }
    }

    /// What must be the same on all ranks is. Collective.
    func requireAlike(axes: ArraySlice<Int>, on world: Communicator) throws(UsageError) {
        let padding = [Int](repeating: 0, count: Int(palindrome_axes) - axes.count)
        let values = [Int(number.rawValue), axes.count] + axes + padding
        guard world.maximum(values) == world.maximum(values.map(~)).map(~) else {
            throw UsageError(
                "the kind of number or the shape of a row differs between ranks; give the same on all")
        }
    }
}

/// Tells C about an array.
private func set(
    _ array: UnsafeMutablePointer<palindrome_array>, shape lengths: [Int], rows: Range<Int>
) {
    unsafe array.pointee.axes = Int32(lengths.count)
    unsafe withUnsafeMutableBytes(of: &array.pointee.shape) { bytes in
        let numbers = unsafe bytes.bindMemory(to: Int64.self)
        for (axis, length) in lengths.enumerated() { unsafe numbers[axis] = Int64(length) }
    }
    unsafe array.pointee.first = Int64(rows.lowerBound)
    unsafe array.pointee.count = Int64(rows.count)
}

extension DatasetDescription {
    /// What holds its numbers.
    fileprivate var number: palindrome_number {
        switch (kind, elementBytes) {
        case (.boolean, _), (.unsigned, 1): palindrome_uint8
        case (.signed, 4): palindrome_int32
        case (.signed, 8): palindrome_int64
        case (.unsigned, 4): palindrome_uint32
        case (.unsigned, 8): palindrome_uint64
        case (.real, 4): palindrome_float32
        default: palindrome_float64
        }
    }
}

@c @implementation public func palindrome_array_describe(
    _ communicator: Int32, _ array: UnsafeMutablePointer<palindrome_array>?
) -> Int32 {
    answer {
        let world = try Communicator.adopting(fortranHandle: communicator)
        let (array, place) = try unsafe world.agree {
            try unsafe (required(array, "array"), ArrayPlace(array, describes: false))
        }
        let found = try InputFile(opening: place.path, over: world).dataset(place.dataset)
        unsafe array.pointee.number = found.number
        let rows = found.shape.isEmpty ? 0..<1 : Slab(sharing: found.shape, over: world).rows
        unsafe set(array, shape: found.shape, rows: rows)
    }
}

@c @implementation public func palindrome_array_read(
    _ communicator: Int32, _ array: UnsafePointer<palindrome_array>?, _ rows: UnsafeMutableRawPointer?
) -> Int32 {
    answer {
        let world = try Communicator.adopting(fortranHandle: communicator)
        let (place, range) = try world.agree {
            let place = try unsafe ArrayPlace(array)
            let range = place.shape.isEmpty ? 0..<1 : try place.rows()
            if !range.isEmpty && !place.shape.contains(0) { _ = try unsafe required(rows, "rows") }
            return (place, range)
        }
        try place.requireAlike(axes: place.shape[...], on: world)
        let file = try InputFile(opening: place.path, over: world)
        try place.withNumber { type in try read(type) }

        func read<Element: StorageElement>(_: Element.Type) throws {
            let target = unsafe rows?.assumingMemoryBound(to: Element.self)
            guard !place.shape.isEmpty else {
                let values: [Element] = try file.readArray(at: place.dataset, expecting: .any)
                unsafe target!.pointee = values[0]
                return
            }
            let slab = Slab(range, of: place.shape)
            var values = unsafe MutableSpan(
                _unsafeElements: UnsafeMutableBufferPointer(start: target, count: slab.count))
            try file.read(slab, at: place.dataset, into: &values)
        }
    }
}

@c @implementation public func palindrome_array_write(
    _ communicator: Int32, _ array: UnsafeMutablePointer<palindrome_array>?, _ rows: UnsafeRawPointer?
) -> Int32 {
    answer {
        let world = try Communicator.adopting(fortranHandle: communicator)
        let (array, place) = try unsafe world.agree {
            var place = try unsafe ArrayPlace(array)
            guard !place.shape.isEmpty else {
                throw UsageError(
                    "array.axes is 0; it must be at least 1; give one number as an array of one")
            }
            place.shape[0] = place.count
            try place.requireLengths()
            if !place.shape.contains(0) { _ = try unsafe required(rows, "rows") }
            return try unsafe (required(array, "array"), place)
        }
        try place.requireAlike(axes: place.shape.dropFirst(), on: world)
        let slab = Slab(joining: place.count, rowsOf: Array(place.shape.dropFirst()), over: world)
        try place.withNumber { type in try write(type) }
        unsafe set(array, shape: slab.shape, rows: slab.rows)

        func write<Element: StorageElement>(_: Element.Type) throws {
            try world.onRoot {
                guard !Files.exists(place.path) else {
                    throw UsageError(
                        "\(place.path): it is there already; it must be a new file; remove it first")
                }
            }
            var file = try OutputFile(
                creating: place.path,
                expectedBytes: slab.shape.reduce(1, *) * MemoryLayout<Element>.size, provenance: nil,
                over: world)
            let values = unsafe UnsafeBufferPointer(
                start: rows?.assumingMemoryBound(to: Element.self), count: slab.count)
            try file.write(
                unsafe Span(_unsafeElements: values), as: slab, at: place.dataset,
                labels: Labels(units: "1", description: "an array of another program"))
            try file.finish()
        }
    }
}
