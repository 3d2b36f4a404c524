internal import CKernels
internal import Kernels
internal import Memory

// Moving elements of arrays by lists of particles. A particle's elements have 4 or 8 bytes each, whatever they
// mean, so two kernels serve all arrays. Records of other sizes are few; they are moved one by one.

private func isWord<Element: BitwiseCopyable>(_: Element.Type) -> Bool {
    MemoryLayout<Element>.size == 4 || MemoryLayout<Element>.size == 8
}

private func is32Bit<Element: BitwiseCopyable>(_: Element.Type) -> Bool {
    precondition(MemoryLayout<Element>.size == 4 || MemoryLayout<Element>.size == 8)
    return MemoryLayout<Element>.size == 4
}

extension OrderKernels {
    /// `to[i] = from[order[i]]`
    @unsafe func take<Element: BitwiseCopyable>(
        _ count: Int, _ order: UnsafePointer<UInt32>, from: UnsafePointer<Element>,
        to: UnsafeMutableRawPointer
    ) {
        guard isWord(Element.self) else {
            let to = unsafe to.assumingMemoryBound(to: Element.self)
            for index in 0..<count { unsafe to[index] = from[Int(order[index])] }
            return
        }
        let from = unsafe UnsafeRawPointer(from)
        if is32Bit(Element.self) {
            unsafe take32(
                Int64(count), order, from.assumingMemoryBound(to: UInt32.self),
                to.assumingMemoryBound(to: UInt32.self))
        } else {
            unsafe take64(
                Int64(count), order, from.assumingMemoryBound(to: UInt64.self),
                to.assumingMemoryBound(to: UInt64.self))
        }
    }

    /// `to[order[i]] = from[i]`
    @unsafe func put<Element: BitwiseCopyable>(
        _ count: Int, _ order: UnsafePointer<UInt32>, from: UnsafeRawPointer,
        to: UnsafeMutablePointer<Element>
    ) {
        guard isWord(Element.self) else {
            let from = unsafe from.assumingMemoryBound(to: Element.self)
            for index in 0..<count { unsafe to[Int(order[index])] = from[index] }
            return
        }
        let to = UnsafeMutableRawPointer(to)
        if is32Bit(Element.self) {
            unsafe put32(
                Int64(count), order, from.assumingMemoryBound(to: UInt32.self),
                to.assumingMemoryBound(to: UInt32.self))
        } else {
            unsafe put64(
                Int64(count), order, from.assumingMemoryBound(to: UInt64.self),
                to.assumingMemoryBound(to: UInt64.self))
        }
    }

    /// `to[order[i]] = from[i]`, along x, y and z.
    @unsafe private func put<Element: BitwiseCopyable>(
        _ count: Int, _ order: UnsafePointer<UInt32>, from: borrowing InlineArray<3, Buffer<Element>>,
        to: borrowing InlineArray<3, Buffer<Element>>
    ) {
        let (from, to) = (palindrome_vectors(from), palindrome_vectors(to))
        if is32Bit(Element.self) {
            unsafe putThree32(Int64(count), order, from, to)
        } else {
            unsafe putThree64(Int64(count), order, from, to)
        }
    }

    /// `array[to[i]] = array[from[i]]`
    @unsafe func move<Element: BitwiseCopyable>(
        _ count: Int, from: UnsafePointer<UInt32>, to: UnsafePointer<UInt32>,
        in array: UnsafeMutablePointer<Element>
    ) {
        let array = UnsafeMutableRawPointer(array)
        if is32Bit(Element.self) {
            unsafe move32(Int64(count), from, to, array.assumingMemoryBound(to: UInt32.self))
        } else {
            unsafe move64(Int64(count), from, to, array.assumingMemoryBound(to: UInt64.self))
        }
    }

    /// Brings each of the first elements of three arrays to its place, through scratch arrays that take their places.
    func rearrangeAxes<Element: BitwiseCopyable>(
        _ arrays: inout InlineArray<3, Buffer<Element>>, to places: borrowing Buffer<UInt32>,
        for purpose: StaticString
    ) {
        let arranged = InlineArray<3, Buffer<Element>> { axis in
            Buffer(count: arrays[axis].count, from: arrays[axis].pool, for: purpose)
        }
        unsafe put(places.count, places.start, from: arrays, to: arranged)
        arrays = arranged
    }

    /// Brings each of the first elements of an array to its place, through a scratch array that takes its place.
    func rearrange<Element: BitwiseCopyable>(
        _ array: inout Buffer<Element>, to places: borrowing Buffer<UInt32>, for purpose: StaticString
    ) {
        let arranged = Buffer<Element>(count: array.count, from: array.pool, for: purpose)
        unsafe put(places.count, places.start, from: array.start, to: arranged.start)
        array = arranged
    }
}

extension Buffer {
    /// Makes room for more elements and keeps the first ones.
    mutating func grow(to capacity: Int, keeping kept: Int, for purpose: StaticString) {
        guard capacity > count else { return }
        // A little more, so that a rank that slowly gains particles does not copy in every step.
        let larger = Buffer(count: capacity + capacity / 32, from: pool, for: purpose)
        unsafe larger.start.update(from: start, count: kept)
        self = larger
    }

    /// The array, which leaves an empty one behind.
    mutating func given() -> Buffer {
        let array = self
        self = Buffer(count: 0, from: array.pool, for: "nothing")
        return array
    }
}
