internal import Glibc

/// Owned, aligned, uninitialised memory for a fixed number of plain values.
///
/// The arrays of a run (fields, particles, exchange buffers) are buffers: never zeroed behind the
/// caller's back, aligned to a cache line for the kernels, counted in a ``MemoryPool``, and given back to
/// that pool when they go out of scope, so that a step allocates nothing after the first one.
@safe public struct Buffer<Element: BitwiseCopyable>: ~Copyable {
    /// The number of elements.
    public let count: Int
    /// The pool that owns the memory.
    public let pool: MemoryPool
    private let block: MemoryPool.Block

    /// Takes memory for `count` elements from a pool. The contents are undefined.
    ///
    /// - Parameters:
    ///   - count: number of elements, at least 0.
    ///   - capacity: elements to reserve behind ``start``, if more than `count`; arrays that reserve the same
    ///     can take each other's place in the pool.
    ///   - isRandomlyAccessed: whether it is read and written all over; then it should lie in huge pages.
    ///   - pool: where the memory comes from and returns to.
    ///   - purpose: a name for the ledger, such as `"positions"`.
    public init(
        count: Int, reserving capacity: Int = 0, isRandomlyAccessed: Bool = false, from pool: MemoryPool,
        for purpose: StaticString
    ) {
        precondition(count >= 0)
        self.count = count
        self.pool = pool
        block = pool.take(
            bytes: max(count, capacity) * MemoryLayout<Element>.stride,
            isRandomlyAccessed: isRandomlyAccessed,
            for: purpose)
    }

    deinit {
        pool.giveBack(block)
    }

    /// The first element's address, for C kernels; valid while the buffer lives.
    @unsafe public var start: UnsafeMutablePointer<Element> {
        unsafe block.address.assumingMemoryBound(to: Element.self)
    }

    /// Makes all bits 0, which makes numbers 0. In code that does not know the type of its elements, this is what sets them at the
    /// speed of memory.
    public mutating func clear() {
        unsafe memset(block.address, 0, count * MemoryLayout<Element>.stride)
    }

    /// The elements, to read.
    public var span: Span<Element> {
        @_lifetime(borrow self)
        borrowing get {
            let span = unsafe Span(_unsafeStart: start, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The elements, to write.
    public var mutableSpan: MutableSpan<Element> {
        @_lifetime(&self)
        mutating get {
            let span = unsafe MutableSpan(_unsafeStart: start, count: count)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }
}
