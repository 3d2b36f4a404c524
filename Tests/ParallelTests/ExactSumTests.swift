import Kernels
import Memory
import Parallel
import TestSupport
import XCTest

final class ExactSumTests: SPMDTestCase {
    /// Terms of very different size and sign, the same list on every rank count.
    private let terms: [Double] = (0..<997).map { index in
        let x = Double((index &* 7919) % 997) - 498
        return x * Double(sign: .plus, exponent: index % 60 - 30, significand: 1.1)
    }

    private func mine(_ list: [Double]) -> [Double] {
        list.indices.filter { $0 % world.size == world.rank }.map { list[$0] }
    }

    func testTheSumHasTheSameBitsForAnyOrderAndAnyRanks() throws {
        let whole = try Communicator.world().split(colour: world.rank, key: 0)
            .exactSum(count: terms.count, of: "terms") { self.terms[$0] }
        let shared = mine(terms)
        XCTAssertEqual(try world.exactSum(count: shared.count, of: "terms") { shared[$0] }, whole)
        let reversed = Array(shared.reversed())
        XCTAssertEqual(try world.exactSum(count: reversed.count, of: "terms") { reversed[$0] }, whole)
    }

    func testTheSumOfIntegersIsExact() throws {
        let shared = mine((1...1000).map(Double.init))
        XCTAssertEqual(try world.exactSum(count: shared.count, of: "integers") { shared[$0] }, 500500)
    }

    func testCancellationLosesNothing() throws {
        // A naive sum gives 0 here: 1 is lost beside 1e17.
        let shared = mine([1e17, 1, -1e17])
        XCTAssertEqual(try world.exactSum(count: shared.count, of: "cancelling terms") { shared[$0] }, 1)
    }

    func testExtremesOfTheExponentNeitherOverflowNorVanish() throws {
        for magnitude in [Double.leastNonzeroMagnitude, 1e-300, 1e300, 1.7e308 / 1024] {
            let shared = mine([Double](repeating: magnitude, count: 64))
            XCTAssertEqual(
                try world.exactSum(count: shared.count, of: "extremes") { shared[$0] }, 64 * magnitude)
        }
    }

    func testAnEmptySumIsZero() throws {
        XCTAssertEqual(try world.exactSum(count: 0, of: "nothing") { _ in 1 }, 0)
    }

    func testNaNOnOneRankIsAnErrorOnAll() {
        for spoilt in [Double.nan, .infinity, -.infinity] {
            assertThrowsEverywhere("the loss is not finite") {
                _ = try world.exactSum(count: 3, of: "the loss") {
                    world.rank == world.size - 1 && $0 == 1 ? spoilt : 1
                }
            }
        }
    }

    func testABufferAddsUpLikeItsElementsOneByOne() {
        let pool = MemoryPool()
        let kernels = KernelTable.c.sums
        for scale in [1, 0x1p-1060, 0x1p900] {
            let shared = mine(terms).map { $0 * scale }
            let buffer = Buffer<Double>(count: shared.count, from: pool, for: "test")
            for index in shared.indices { unsafe buffer.start[index] = shared[index] }
            XCTAssertEqual(ExactSum.largest(of: buffer, by: kernels), shared.map(abs).max())
            var together = ExactSum(maximum: 0x1p50 * scale)
            var apart = together
            together.add(-3 * scale)
            together.add(buffer, by: kernels)
            for term in shared.reversed() + [-3 * scale] { apart.add(term) }
            XCTAssertEqual(together.value, apart.value)
            XCTAssertNotEqual(together.value, 0)
        }
        // To the last bit of 62, ties in either half, and longer than the kernel's runs.
        let long = Buffer<Double>(count: (1 << 20) + 3, from: pool, for: "test")
        for index in 0..<long.count {
            let number = Double(index % 1009 - 400)
            unsafe long.start[index] =
                switch index % 4 {
                case 0: 0x1p61 - 0x1p9 * number
                case 1: number + 0.5
                case 2: (number + 0.5) * 0x1p31
                default: -0x1p61 + (number * 0x1p31 + 0x1p9)
                }
        }
        var together = ExactSum(maximum: ExactSum.largest(of: long, by: kernels))
        var apart = together
        together.add(long, by: kernels)
        for index in 0..<long.count { unsafe apart.add(long.start[index]) }
        XCTAssertEqual(together.value, apart.value)
        let spoilt = Buffer<Double>(count: 3, from: pool, for: "test")
        for bad in [Double.nan, -.infinity] {
            for index in 0..<3 { unsafe spoilt.start[index] = index == 1 ? bad : -1e300 }
            XCTAssertFalse(ExactSum.largest(of: spoilt, by: kernels).isFinite)
        }
    }
}
