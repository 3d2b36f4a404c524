internal import Foundation
internal import Glibc
public import Parallel
public import XCTest

/// A test that every rank runs in lockstep.
///
/// A rank that fails would leave the others waiting in a collective, so with more than one rank the first
/// failure ends the job, and so does a test that takes longer than its time.
open class SPMDTestCase: XCTestCase {
    /// Seconds that one test may take before the job is ended.
    open class var timeLimit: UInt32 { 240 }

    /// All ranks.
    public var world: Communicator { unsafe Session.shared.world }

    /// This rank by itself: what it computes here, all ranks together must compute to the same bits.
    public var alone: Communicator { unsafe Session.shared.alone }

    /// Every shape of the rank grid that this number of ranks allows.
    public var gridShapes: [SIMD2<Int>] { RankGrid.shapes(for: world.size) }

    /// Whether the long tests were asked for.
    public static var isLong: Bool {
        !(ProcessInfo.processInfo.environment["PALINDROME_LONG_TESTS"] ?? "").isEmpty
    }

    /// The middle one of some cases, in the long tests all: for what differs between them in bits that other tests compare.
    public func sample<Case>(of cases: [Case]) -> [Case] {
        Self.isLong ? cases : Array(cases.dropFirst(cases.count / 2).prefix(1))
    }

    /// Leaves a test of what numbers are, by a reference, by theory or by differences, to one and two ranks: that on more they
    /// are the same is what tests of bits show on any grid. The long tests run it everywhere.
    public func leaveToTestsOfBits() throws {
        try XCTSkipIf(world.size > 2 && !Self.isLong, "tests of bits say that it is the same on all ranks")
    }

    open override func setUp() {
        unsafe Session.shared.watch()
        alarm(Self.timeLimit)
    }

    open override func tearDown() {
        alarm(0)
    }

    /// Fails unless something has the same bits on every grid of ranks as on one rank alone.
    public func assertSameBits(
        on shapes: [SIMD2<Int>]? = nil, file: StaticString = #filePath, line: UInt = #line,
        _ bits: (RankGrid) throws -> [UInt64]
    ) rethrows {
        let expected = try bits(RankGrid(world: alone, shape: [1, 1]))
        XCTAssertFalse(expected.isEmpty, file: file, line: line)
        for shape in shapes ?? gridShapes {
            XCTAssertEqual(
                try bits(RankGrid(world: world, shape: shape)), expected, "\(shape)", file: file, line: line)
        }
    }

    /// Fails, on all ranks, unless the body throws on all ranks an error with this text in its message.
    public func assertThrowsEverywhere(
        _ fragment: String, file: StaticString = #filePath, line: UInt = #line, _ body: () throws -> Void
    ) {
        var message = ""
        do { try body() } catch { message = (error as? any ReportedError)?.message ?? "\(error)" }
        XCTAssertTrue(
            message.contains(fragment), "expected '\(fragment)', got '\(message)'", file: file, line: line)
    }
}

/// MPI for the whole test process: started once, ended at exit.
private final class Session: NSObject, XCTestObservation {
    nonisolated(unsafe) static let shared = Session()

    let world: Communicator
    let alone: Communicator
    private var isWatching = false

    private override init() {
        world = Communicator.world()
        alone = world.split(colour: world.rank, key: 0)
        super.init()
        atexit { MPIRuntime.finish() }
        signal(SIGALRM) { _ in MPIRuntime.abort("a test exceeded its time limit") }
    }

    func watch() {
        guard !isWatching else { return }
        isWatching = true
        XCTestObservationCenter.shared.addTestObserver(self)
    }

    func testCase(
        _ testCase: XCTestCase, didFailWithDescription description: String, inFile filePath: String?,
        atLine lineNumber: Int
    ) {
        guard world.size > 1 else { return }
        MPIRuntime.abort(
            "rank \(world.rank) failed \(testCase.name) at \(filePath ?? "?"):\(lineNumber): \(description)")
    }
}
