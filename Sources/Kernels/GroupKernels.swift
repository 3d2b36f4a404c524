package import CKernels

/// Friends of friends among integer positions.
@safe package struct GroupKernels {
    package typealias Points = UnsafeMutablePointer<palindrome_point>?
    package typealias OrderedPoints = UnsafePointer<palindrome_point>?
    package typealias Criterion = palindrome_friends
    package typealias Cells = palindrome_point_cells
    package typealias List = UnsafeMutablePointer<UInt32>?

    // friends.h
    package var orderPoints: (Int64, Points, Criterion, palindrome_order_scratch, List) -> Int64
    package var findCells: (OrderedPoints, Criterion, Cells) -> Void
    package var joinCells: (OrderedPoints, Criterion, Cells, List) -> Void
    package var numberGroups: (Int64, List, UnsafePointer<UInt32>?, OrderedPoints, List) -> Int64

    static var c: GroupKernels {
        unsafe GroupKernels(
            orderPoints: palindrome_order_points, findCells: palindrome_find_cells,
            joinCells: palindrome_join_cells, numberGroups: palindrome_number_groups)
    }
}
