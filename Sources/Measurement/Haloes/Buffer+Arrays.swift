internal import Memory

extension Buffer {
    /// A copy of an array.
    init(_ values: [Element], from pool: MemoryPool, for purpose: StaticString) {
        self.init(count: values.count, from: pool, for: purpose)
        for index in values.indices { unsafe start[index] = values[index] }
    }

    /// The elements of one and then those of another.
    init(joining first: borrowing Buffer, _ second: borrowing Buffer, for purpose: StaticString) {
        self.init(count: first.count + second.count, from: first.pool, for: purpose)
        unsafe start.update(from: first.start, count: first.count)
        unsafe (start + first.count).update(from: second.start, count: second.count)
    }

    /// A copy as an array.
    var array: [Element] {
        unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }
}
