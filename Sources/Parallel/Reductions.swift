internal import CParallel

extension Communicator {
    private func reduce(_ values: inout [Int], _ operation: palindrome_reduction) {
        guard size > 1 else { return }
        phases.book(bytesSent: values.count * MemoryLayout<Int>.size, messages: 1)
        unsafe values.withUnsafeMutableBufferPointer { pointer in
            unsafe pointer.withMemoryRebound(to: Int64.self) { rebound in
                unsafe MPIRuntime.check(
                    palindrome_reduce_i64(handle, rebound.baseAddress, Int64(rebound.count), operation),
                    "MPI_Allreduce")
            }
        }
    }

    /// The element-wise sums over all ranks; must not overflow.
    public func sum(_ values: [Int]) -> [Int] {
        var result = values
        reduce(&result, palindrome_sum)
        return result
    }

    /// The sum over all ranks.
    public func sum(_ value: Int) -> Int { sum([value])[0] }

    /// The largest value on any rank.
    public func maximum(_ value: Int) -> Int { maximum([value])[0] }

    /// The smallest value on any rank.
    public func minimum(_ value: Int) -> Int { -maximum(-value) }

    /// The element-wise largest values on any rank.
    public func maximum(_ values: [Int]) -> [Int] {
        var result = values
        reduce(&result, palindrome_maximum)
        return result
    }

    /// Whether the condition holds on at least one rank.
    public func any(_ condition: Bool) -> Bool { maximum(condition ? 1 : 0) == 1 }

    /// The sum over all ranks, modulo 2⁶⁴.
    public func wrappingSum(_ value: UInt64) -> UInt64 {
        UInt64(bitPattern: Int64(sum(Int(truncatingIfNeeded: value))))
    }

    /// The element-wise largest values on any rank; NaN counts as larger than everything.
    public func maximum(_ values: [Double]) -> [Double] {
        guard size > 1 else { return values }
        // MPI_MAX leaves NaN to chance: send it as a flag.
        var result = values.map { $0.isNaN ? -.infinity : $0 }
        let spoilt = maximum(values.map { $0.isNaN ? 1 : 0 })
        phases.book(bytesSent: values.count * MemoryLayout<Double>.size, messages: 1)
        unsafe result.withUnsafeMutableBufferPointer { pointer in
            unsafe MPIRuntime.check(
                palindrome_reduce_f64(handle, pointer.baseAddress, Int64(pointer.count), palindrome_maximum),
                "MPI_Allreduce")
        }
        for index in result.indices where spoilt[index] == 1 { result[index] = .nan }
        return result
    }

    /// The largest value on any rank; NaN counts as larger than everything.
    public func maximum(_ value: Double) -> Double { maximum([value])[0] }

    /// The element-wise exact sums of 128-bit integers over all ranks.
    public func sum(_ values: [Int128]) -> [Int128] {
        // Four limbs of 32 bits, the highest signed: up to 2³¹ ranks add up without a carry lost.
        var limbs: [Int] = []
        limbs.reserveCapacity(4 * values.count)
        for value in values {
            for limb in 0..<3 { limbs.append(Int((value >> (32 * limb)) & 0xffff_ffff)) }
            limbs.append(Int(value >> 96))
        }
        reduce(&limbs, palindrome_sum)
        return values.indices.map { index in
            (0..<4).reduce(Int128(0)) { $0 &+ Int128(limbs[4 * index + $1]) << (32 * $1) }
        }
    }
}
