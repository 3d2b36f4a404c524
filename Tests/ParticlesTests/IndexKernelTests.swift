import CKernels
import Kernels
import Parallel
import XCTest

/// A grid of 4 x 2 lines of 2³¹ points, of which no memory is needed.
final class IndexKernelTests: ParticleTestCase {
    private var kernels: OrderKernels { RankGrid(world: world, shape: gridShapes[0]).kernels.order }

    private let depth: Int64 = 1 << 31

    /// Points (x, y, z), and their numbers in two words.
    private let points: [(x: Int64, y: Int64, z: Int64)] = [
        (0, 0, 7), (1, 0, 0), (2, 1, 5), (3, 1, (1 << 31) - 1),
    ]
    private var numbers: [Int64] { points.map { ($0.x * 2 + $0.y) * depth + $0.z } }

    @unsafe private func withIndices(_ body: (palindrome_indices) -> Void) {
        let low = numbers.map { UInt32(truncatingIfNeeded: $0) }
        let high = numbers.map { UInt32($0 >> 32) }
        XCTAssertGreaterThan(high.max()!, 0)
        unsafe low.withUnsafeBufferPointer { low in
            unsafe high.withUnsafeBufferPointer { high in
                unsafe body(palindrome_indices(low: low.baseAddress, high: high.baseAddress))
            }
        }
    }

    func testOwnersOfPointsBeyond32Bits() {
        let (byX, byY): ([UInt32], [UInt32]) = ([0, 2, 4, 6], [0, 1])
        var owners = [UInt32](repeating: 99, count: points.count)
        unsafe withIndices { indices in
            unsafe byX.withUnsafeBufferPointer { x in
                unsafe byY.withUnsafeBufferPointer { y in
                    unsafe kernels.indexOwners(
                        Int64(points.count), indices,
                        palindrome_column_owners(
                            points_x: 4, points_y: 2, points_z: depth, by_x: x.baseAddress,
                            by_y: y.baseAddress),
                        &owners)
                }
            }
        }
        XCTAssertEqual(owners, points.map { UInt32(2 * $0.x + $0.y) })
    }

    /// A block of the lines (2, 1) and (3, 1): slots are those of its own points, and the first two points lie outside.
    func testSlotsOfPointsBeyond32Bits() {
        var block = palindrome_particle_block()
        (block.points_x, block.points_y, block.points_z) = (4, 2, depth)
        (block.first_x, block.first_y, block.owned_x, block.owned_y) = (2, 1, 2, 1)
        var slots = [UInt32](repeating: 99, count: points.count)
        unsafe withIndices { indices in
            unsafe XCTAssertEqual(kernels.indexSlots(Int64(points.count), indices, block, &slots), 2)
        }
        XCTAssertEqual(slots, [0, 0, 5, UInt32.max])
    }

    /// Those of one line of three points, far along y; without room for the upper words there are none.
    func testOwnIndicesBeyond32Bits() {
        var block = palindrome_particle_block()
        (block.points_x, block.points_y, block.points_z) = (1, 1 << 32, 3)
        (block.first_y, block.owned_x, block.owned_y) = ((1 << 32) - 1, 1, 1)
        var (low, high) = ([UInt32](repeating: 0, count: 3), [UInt32](repeating: 0, count: 3))
        unsafe kernels.ownIndices(block, &low, &high)
        let first = 3 * ((1 << 32) - 1)
        XCTAssertEqual(zip(low, high).map { Int($0) | Int($1) << 32 }, [first, first + 1, first + 2])
        block.first_y = 5
        unsafe kernels.ownIndices(block, &low, nil)
        XCTAssertEqual(low, [15, 16, 17])
    }
}
