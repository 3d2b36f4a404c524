internal import CKernels
internal import Kernels
public import Memory
internal import Mesh

/// Who particles are: Lagrangian indices `(i ny + j) nz + k` on the particle grid, each once on all ranks.
///
/// Four bytes of each where all fit into them, and eight where more than 2³² particles are counted.
public struct LagrangianIndices: ~Copyable {
    /// As many as there is room for.
    public var count: Int { low.count }
    /// Their lower 32 bits.
    private var low: Buffer<UInt32>
    /// Their upper ones; empty where none has any.
    private var high: Buffer<UInt32>
    // The same on all ranks, also on one without particles.
    private let isWide: Bool

    /// Room for some indices, undefined.
    ///
    /// - Parameters:
    ///   - count: of this rank.
    ///   - totalCount: particles on all ranks: every index is below it.
    ///   - pool: where the memory comes from.
    public init(count: Int, of totalCount: Int, from pool: MemoryPool) {
        isWide = Self.isWide(totalCount)
        low = Buffer(count: count, from: pool, for: Self.purpose)
        high = Buffer(count: isWide ? count : 0, from: pool, for: Self.purpose)
    }

    /// Those of the points of a grid that a rank owns, `[x][y][z]`.
    init(of particleGrid: Decomposition) {
        self.init(count: particleGrid.ownedCount, of: particleGrid.pointCount, from: particleGrid.grid.memory)
        unsafe particleGrid.grid.kernels.order.ownIndices(
            palindrome_particle_block(particleGrid), low.start, isWide ? high.start : nil)
    }

    private init(low: consuming Buffer<UInt32>, high: consuming Buffer<UInt32>, isWide: Bool) {
        self.low = low
        self.high = high
        self.isWide = isWide
    }

    /// The index of a particle.
    public subscript(slot: Int) -> Int {
        get {
            precondition(slot >= 0 && slot < count)
            return unsafe view[slot]
        }
        set {
            precondition(slot >= 0 && slot < count && (isWide || newValue < 1 << 32))
            unsafe low.start[slot] = UInt32(truncatingIfNeeded: newValue)
            if isWide { unsafe high.start[slot] = UInt32(newValue >> 32) }
        }
    }

    /// Makes each the number of its slot, of fewer than 2³².
    public mutating func setSlots() {
        high.clear()
        var low = low.mutableSpan
        for slot in low.indices { low[slot] = UInt32(slot) }
    }

    /// The lower 32 bits of all.
    public var lowerWords: Span<UInt32> {
        @_lifetime(borrow self)
        borrowing get { low.span }
    }

    /// Indices to be read where they cannot be borrowed; valid as long as their arrays stay where they are.
    @unsafe public struct View {
        fileprivate let low: UnsafePointer<UInt32>
        fileprivate let high: UnsafePointer<UInt32>?

        /// The index of a particle.
        public subscript(slot: Int) -> Int {
            unsafe Int(low[slot]) | (high.map { unsafe Int($0[slot]) << 32 } ?? 0)
        }
    }

    /// To read them where they cannot be borrowed.
    @unsafe public var view: View {
        unsafe View(low: UnsafePointer(low.start), high: isWide ? UnsafePointer(high.start) : nil)
    }

    /// Bytes of each index of so many particles on all ranks.
    public static func bytes(of totalCount: Int) -> Int {
        (isWide(totalCount) ? 2 : 1) * MemoryLayout<UInt32>.size
    }

    /// The same of other particles, by a body that arranges an array.
    borrowing func mapped(_ body: (borrowing Buffer<UInt32>) -> Buffer<UInt32>) -> LagrangianIndices {
        LagrangianIndices(
            low: body(low), high: isWide ? body(high) : Buffer(count: 0, from: high.pool, for: Self.purpose),
            isWide: isWide)
    }

    /// Lets a body read one array after the other.
    borrowing func forEachArray(_ body: (borrowing Buffer<UInt32>) -> Void) {
        body(low)
        if isWide { body(high) }
    }

    /// Lets a body change one array after the other.
    mutating func changeEachArray(_ body: (inout Buffer<UInt32>) -> Void) {
        body(&low)
        if isWide { body(&high) }
    }

    /// As kernels take them; valid as long as the arrays stay where they are.
    var forKernel: palindrome_indices {
        unsafe palindrome_indices(low: low.start, high: isWide ? high.start : nil)
    }

    static var purpose: StaticString { "indices" }

    private static func isWide(_ totalCount: Int) -> Bool { totalCount > 1 << 32 }
}
