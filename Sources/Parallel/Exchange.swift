internal import CParallel

/// What one rank sends to another, or receives from it: a run of elements in a buffer.
public struct Message: Sendable, Equatable {
    /// The other rank.
    public let rank: Int
    /// The first element sent, and how many.
    public let sent: Range<Int>
    /// The first element received, and how many.
    public let received: Range<Int>

    /// Elements `sent` of the send buffer go to `rank`; what comes from there lands in `received`.
    public init(rank: Int, sent: Range<Int>, received: Range<Int>) {
        self.rank = rank
        self.sent = sent
        self.received = received
    }
}

extension Communicator {
    /// Sends rank 0's bytes to all; `bytes` of the others are ignored.
    public func broadcast(_ bytes: [UInt8], from root: Int = 0) -> [UInt8] {
        guard size > 1 else { return bytes }
        let count = sum(rank == root ? bytes.count : 0)
        var result = rank == root ? bytes : [UInt8](repeating: 0, count: count)
        unsafe result.withUnsafeMutableBytes { pointer in
            unsafe MPIRuntime.check(
                palindrome_broadcast(handle, pointer.baseAddress, Int64(count), Int32(root)), "MPI_Bcast")
        }
        return result
    }

    /// Sends a root's text to all.
    public func broadcast(_ text: String, from root: Int = 0) -> String {
        String(decoding: broadcast(Array(text.utf8), from: root), as: UTF8.self)
    }

    /// One list per rank, on every rank: `[rank][index]`. All lists have the same length.
    public func allGather(_ values: [Int]) -> [[Int]] {
        guard size > 1 else { return [values] }
        var all = [Int](repeating: 0, count: values.count * size)
        let bytes = values.count * MemoryLayout<Int>.size
        phases.book(bytesSent: bytes, messages: 1)
        unsafe values.withUnsafeBytes { mine in
            unsafe all.withUnsafeMutableBytes { target in
                unsafe MPIRuntime.check(
                    palindrome_all_gather(handle, mine.baseAddress, target.baseAddress, Int64(bytes)),
                    "MPI_Allgather")
            }
        }
        return (0..<size).map { Array(all[$0 * values.count..<($0 + 1) * values.count]) }
    }

    /// Tells every rank how much it will get: `result[r]` is `counts[me]` of rank `r`.
    public func exchangeCounts(_ counts: [Int]) -> [Int] {
        precondition(counts.count == size)
        guard size > 1 else { return counts }
        phases.book(bytesSent: 8 * (size - 1), messages: size - 1)
        let sent = counts.map(Int64.init)
        var received = [Int64](repeating: 0, count: size)
        unsafe MPIRuntime.check(palindrome_all_to_all(handle, sent, &received, 1), "MPI_Alltoall")
        return received.map(Int.init)
    }

    /// Sends the r-th block to rank r, where it becomes the block of this rank's number.
    ///
    /// - Parameters:
    ///   - sent: ``size`` blocks.
    ///   - received: as many; must not overlap `sent`.
    ///   - words: 8-byte words per block.
    @unsafe public func allToAll(
        _ sent: UnsafePointer<Int64>, _ received: UnsafeMutablePointer<Int64>, words: Int
    ) {
        phases.book(bytesSent: 8 * words * (size - 1), messages: size - 1)
        unsafe MPIRuntime.check(
            palindrome_all_to_all(handle, sent, received, Int64(words)), "MPI_Alltoall")
    }

    /// Sends runs of elements point to point, each to its rank. Both sides must name each other.
    ///
    /// - Parameters:
    ///   - messages: one per partner, this rank itself included if it has something for itself.
    ///   - sent: where the elements are.
    ///   - received: where they land; must not overlap `sent`.
    ///   - stride: bytes per element.
    @unsafe public func exchange(
        _ messages: [Message], from sent: UnsafeRawPointer, to received: UnsafeMutableRawPointer, stride: Int
    ) {
        let ranks = messages.map { Int32($0.rank) }
        let sentOffsets = messages.map { Int64($0.sent.lowerBound * stride) }
        let sentCounts = messages.map { Int64($0.sent.count * stride) }
        let receivedOffsets = messages.map { Int64($0.received.lowerBound * stride) }
        let receivedCounts = messages.map { Int64($0.received.count * stride) }
        let abroad = messages.filter { $0.rank != rank && !$0.sent.isEmpty }
        phases.book(bytesSent: abroad.reduce(0) { $0 + $1.sent.count * stride }, messages: abroad.count)
        unsafe MPIRuntime.check(
            palindrome_exchange(
                handle, Int64(messages.count), ranks, sent, sentOffsets, sentCounts, received,
                receivedOffsets, receivedCounts), "MPI_Waitall")
    }

    /// Runs of bytes, one after the other.
    public struct Runs: Sendable {
        let count: Int
        let bytes: Int
        let stride: Int

        /// - Parameters:
        ///   - count: how many there are.
        ///   - bytes: of each.
        ///   - stride: bytes from the start of one to that of the next.
        public init(_ count: Int, bytes: Int, stride: Int) {
            self.count = count
            self.bytes = bytes
            self.stride = stride
        }
    }

    /// Sends runs to one rank while the same shape comes from another.
    @unsafe public func shift(
        _ sent: UnsafeRawPointer, to: Int, _ received: UnsafeMutableRawPointer, from: Int, _ runs: Runs
    ) {
        let bytes = runs.count * runs.bytes
        if to != rank && bytes > 0 { phases.book(bytesSent: bytes, messages: 1) }
        unsafe MPIRuntime.check(
            palindrome_shift(
                handle, sent, Int32(to), received, Int32(from), Int64(runs.count), Int64(runs.bytes),
                Int64(runs.stride)),
            "MPI_Sendrecv")
    }
}
