internal import CMachine
internal import Memory
public import Mesh
internal import Parallel

/// What the machine does at best while every rank does the same.
///
/// Each number is that of the slowest rank in the best of several passes, which all ranks begin together.
public struct Ceilings: Sendable, Equatable {
    /// STREAM's triad on arrays far larger than caches, 24 bytes per element, of one rank [bytes/s].
    public var triadBandwidth: Double
    /// The mesh of FFTW's best plan: this rank's share, sides rounded down to products of 2, 3, 5 and 7.
    public var transformShape: SIMD3<Int>
    /// Real to complex on as many cells as a rank owns on average [s].
    public var forwardTransform: Double
    /// Complex to real [s].
    public var inverseTransform: Double
    /// A multiplication with an addition, of numbers in cache [s].
    public var multiplyAdd: Double
    /// The exchange within a row of ranks.
    public var row: Exchange
    /// The exchange within a column of ranks.
    public var column: Exchange

    /// `MPI_Alltoall` with the blocks of a transform.
    public struct Exchange: Sendable, Equatable {
        /// Ranks that take part.
        public var ranks: Int
        /// Bytes that a rank sends to the others.
        public var bytes: Int
        /// Seconds it takes; 0 if there is nobody to exchange with.
        public var seconds: Double

        /// An exchange.
        public init(ranks: Int, bytes: Int, seconds: Double) {
            self.ranks = ranks
            self.bytes = bytes
            self.seconds = seconds
        }

        /// What a rank sends in a second; nil if it sends nothing.
        public var bandwidth: Double? { seconds > 0 && bytes > 0 ? Double(bytes) / seconds : nil }
    }

    /// Numbers measured elsewhere.
    public init(
        triadBandwidth: Double, transformShape: SIMD3<Int>, forwardTransform: Double,
        inverseTransform: Double, multiplyAdd: Double, row: Exchange, column: Exchange
    ) {
        self.triadBandwidth = triadBandwidth
        self.transformShape = transformShape
        self.forwardTransform = forwardTransform
        self.inverseTransform = inverseTransform
        self.multiplyAdd = multiplyAdd
        self.row = row
        self.column = column
    }

    /// Measures them for transforms of a mesh. Collective; takes seconds, most of them FFTW's for planning.
    ///
    /// - Throws: `EnvironmentError` on all ranks when there is no memory for it on one.
    public static func measured<Scalar: FourierScalar>(
        for mesh: Decomposition, in _: Scalar.Type
    ) throws -> Ceilings {
        let shape = Self.transformShape(of: mesh)
        let (forward, inverse) = try bestTransform(shape, Int32(MemoryLayout<Scalar>.size), mesh.grid.world)
        // The plan's mesh may be a little smaller than the mean share.
        let scale =
            Double(mesh.pointCount) / Double(mesh.grid.world.size) / Double(shape.x * shape.y * shape.z)
        let words = MemoryLayout<Scalar>.size / 4  // 8-byte words of a complex number
        return Ceilings(
            triadBandwidth: triad(over: mesh.grid), transformShape: shape,
            forwardTransform: scale * forward, inverseTransform: scale * inverse,
            multiplyAdd: multiplyAdd(Scalar.self, over: mesh.grid),
            row: exchange(within: mesh.grid.row, words * mesh.fourier.rowBlock, of: mesh.grid),
            column: exchange(within: mesh.grid.column, words * mesh.fourier.columnBlock, of: mesh.grid))
    }

    // MARK: Measurements

    private static let passes = 12

    /// The time of the slowest rank in the fastest pass. Collective.
    private static func fastest(over world: Communicator, _ pass: () -> Void) -> Double {
        var best = Double.infinity
        for _ in 0..<passes {
            world.barrier()
            let start = MPIRuntime.time
            pass()
            best = min(best, world.maximum(MPIRuntime.time - start))
        }
        return best
    }

    private static let triadElements = 1 << 23  // 64 MiB an array

    private static func triad(over grid: RankGrid) -> Double {
        let arrays = InlineArray<3, Buffer<Double>> { _ in
            let array = Buffer<Double>(count: triadElements, from: grid.memory, for: "triad")
            unsafe array.start.update(repeating: 1, count: triadElements)
            return array
        }
        let seconds = fastest(over: grid.world) {
            unsafe palindrome_triad(
                Int64(triadElements), arrays[0].start, arrays[1].start, arrays[2].start, 0.5)
        }
        return Double(3 * MemoryLayout<Double>.size * triadElements) / seconds
    }

    /// Elements of a row; nine of them fill half of a small first-level cache.
    private static let rowBytes = 2048
    private static let rounds = 20_000

    private static func multiplyAdd<Scalar: FourierScalar>(_: Scalar.Type, over grid: RankGrid) -> Double {
        let count = rowBytes / MemoryLayout<Scalar>.size
        let rows = Int(palindrome_filter_rows)
        let numbers = Buffer<Scalar>(count: (rows + 1) * count, from: grid.memory, for: "filters")
        unsafe numbers.start.update(repeating: 0, count: numbers.count)
        let start = unsafe UnsafeMutableRawPointer(numbers.start)
        let seconds = fastest(over: grid.world) {
            if Scalar.self == Float.self {
                let values = unsafe start.assumingMemoryBound(to: Float.self)
                unsafe palindrome_multiply_adds_f32(Int64(rounds), Int64(count), values, values + count)
            } else {
                let values = unsafe start.assumingMemoryBound(to: Double.self)
                unsafe palindrome_multiply_adds_f64(Int64(rounds), Int64(count), values, values + count)
            }
        }
        return seconds / Double(rounds * rows * count)
    }

    /// The largest mesh with sides that FFTW likes within every rank's block.
    static func transformShape(of mesh: Decomposition) -> SIMD3<Int> {
        func smooth(_ length: Int) -> Int {
            (1...length).last { candidate in
                [2, 3, 5, 7].reduce(candidate) { rest, prime in
                    var rest = rest
                    while rest % prime == 0 { rest /= prime }
                    return rest
                } == 1
            }!
        }
        let grid = mesh.grid.shape
        return [smooth(mesh.shape.x / grid.x), smooth(mesh.shape.y / grid.y), smooth(mesh.shape.z)]
    }

    /// Seconds that FFTW may measure for, for each of the two ways to lay out the result; a few are enough for 256³.
    private static let planning = 120.0

    private static func bestTransform(
        _ shape: SIMD3<Int>, _ realBytes: Int32, _ world: Communicator
    ) throws -> (forward: Double, inverse: Double) {
        let sides = [Int32(shape.x), Int32(shape.y), Int32(shape.z)]
        var best = (forward: Double.infinity, inverse: Double.infinity)
        for place in [palindrome_in_place, palindrome_out_of_place] {
            let plan = unsafe palindrome_best_transform_create(realBytes, sides, place, planning)
            try world.agree {
                if unsafe plan == nil { throw EnvironmentError("there is no memory for FFTW's best plan") }
            }
            let forward = fastest(over: world) { unsafe palindrome_best_transform_forward(plan) }
            let inverse = fastest(over: world) { unsafe palindrome_best_transform_inverse(plan) }
            unsafe palindrome_best_transform_destroy(plan)
            if forward + inverse < best.forward + best.inverse { best = (forward, inverse) }
        }
        return best
    }

    private static func exchange(within ranks: Communicator, _ words: Int, of grid: RankGrid) -> Exchange {
        let bytes = 8 * words * (ranks.size - 1)
        guard grid.world.any(bytes > 0) else {
            return Exchange(ranks: ranks.size, bytes: 0, seconds: 0)
        }
        let count = words * ranks.size
        let sent = Buffer<Int64>(count: count, from: grid.memory, for: "exchange")
        let received = Buffer<Int64>(count: count, from: grid.memory, for: "exchange")
        unsafe sent.start.update(repeating: 1, count: count)
        unsafe received.start.update(repeating: 0, count: count)
        let seconds = fastest(over: grid.world) {
            if words > 0 { unsafe ranks.allToAll(sent.start, received.start, words: words) }
        }
        return Exchange(
            ranks: ranks.size, bytes: grid.world.maximum(bytes), seconds: ranks.size > 1 ? seconds : 0)
    }
}
