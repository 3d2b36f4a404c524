package import CKernels

/// Who goes where: grouping by keys, and moving elements of 32 and 64 bits by lists of particles, whatever they mean.
@safe package struct OrderKernels {
    package typealias Block = palindrome_particle_block
    package typealias Vectors = palindrome_vectors
    package typealias Owners = palindrome_column_owners
    package typealias Indices = palindrome_indices
    package typealias Order = UnsafePointer<UInt32>?
    package typealias List = UnsafeMutablePointer<UInt32>?
    package typealias Starts = UnsafeMutablePointer<Int64>?
    package typealias From32 = UnsafePointer<UInt32>?
    package typealias From64 = UnsafePointer<UInt64>?
    package typealias To32 = UnsafeMutablePointer<UInt32>?
    package typealias To64 = UnsafeMutablePointer<UInt64>?

    // order.h
    package var indexOwners: (Int64, Indices, Owners, List) -> Void
    package var indexSlots: (Int64, Indices, Block, List) -> Int64
    package var ownIndices: (Block, List, List) -> Void
    package var group: (Int64, Order, Int64, Starts, List) -> Void
    package var places: (Int64, List, Int64, Starts) -> Void
    package var holeMoves: (Int64, Int64, palindrome_holes, List, List) -> Int64
    package var take32: (Int64, Order, From32, To32) -> Void
    package var take64: (Int64, Order, From64, To64) -> Void
    package var put32: (Int64, Order, From32, To32) -> Void
    package var put64: (Int64, Order, From64, To64) -> Void
    package var putThree32: (Int64, Order, Vectors, Vectors) -> Void
    package var putThree64: (Int64, Order, Vectors, Vectors) -> Void
    package var move32: (Int64, Order, Order, To32) -> Void
    package var move64: (Int64, Order, Order, To64) -> Void

    static var c: OrderKernels {
        unsafe OrderKernels(
            indexOwners: palindrome_index_owners, indexSlots: palindrome_index_slots,
            ownIndices: palindrome_own_indices, group: palindrome_group, places: palindrome_places,
            holeMoves: palindrome_hole_moves, take32: palindrome_take_32, take64: palindrome_take_64,
            put32: palindrome_put_32, put64: palindrome_put_64, putThree32: palindrome_put_three_32,
            putThree64: palindrome_put_three_64, move32: palindrome_move_32, move64: palindrome_move_64)
    }
}
