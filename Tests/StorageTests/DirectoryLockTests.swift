import Glibc
import Parallel
import Storage
import TestSupport
import XCTest

final class DirectoryLockTests: SPMDTestCase {
    private let lockFile = DirectoryLock.fileName
    private let brisk = DirectoryLock.Timing(interval: 0.05, patience: 1, settling: 0.3)

    /// A file system without locks, or one whose locks nobody else sees.
    private let noLocks: DirectoryLock.SystemLock = { _ in ENOLCK }
    private let ownLocks: DirectoryLock.SystemLock = { _ in 0 }

    /// That of rank 0, which alone takes directories.
    private var process: Int { world.maximum(world.isRoot ? Int(getpid()) : 0) }

    private func holder(_ host: String, machine: String? = nil) -> LockHolder {
        LockHolder(
            host: host, process: process, since: "2026-11-21 05:03:25 UTC", machine: machine ?? host,
            token: String(UInt64.random(in: 0...UInt64.max), radix: 16))
    }

    private func take(
        _ scratch: ScratchDirectory, _ holder: LockHolder,
        _ lock: DirectoryLock.SystemLock = DirectoryLock.ofSystem
    ) throws -> DirectoryLock {
        try DirectoryLock(of: scratch.path, as: holder, brisk, over: world, lock)
    }

    func testOneRunHasADirectoryAtATime() throws {
        let scratch = ScratchDirectory(over: world)
        let first = try DirectoryLock(of: scratch.path, over: world)
        XCTAssertNil(first.predecessor)
        XCTAssertEqual(scratch.names, [lockFile])
        for _ in 0..<3 {
            assertThrowsEverywhere("another run is writing to this directory (host ") {
                _ = try DirectoryLock(of: scratch.path, over: world)
            }
            assertThrowsEverywhere("process \(process), since 2") {
                _ = try DirectoryLock(of: scratch.path, over: world)
            }
        }
        first.release()
        XCTAssertEqual(scratch.names, [], "nothing is left")
        let second = try DirectoryLock(of: scratch.path, over: world)
        XCTAssertNil(second.predecessor, "the first one ended well")
        second.release()
    }

    func testAnErrorGivesItBack() throws {
        let scratch = ScratchDirectory(over: world)
        struct Failure: Error {}
        func fail() throws {
            let lock = try DirectoryLock(of: scratch.path, over: world)
            if lock.predecessor == nil { throw Failure() }
            lock.release()
        }
        XCTAssertThrowsError(try fail()) { XCTAssertTrue($0 is Failure) }
        XCTAssertEqual(scratch.names, [])
    }

    func testTheCountGoesOn() throws {
        let scratch = ScratchDirectory(over: world)
        let lock = try take(scratch, holder("here"))
        let before = scratch.bytes(lockFile)
        usleep(400_000)
        let after = scratch.bytes(lockFile)
        XCTAssertNotEqual(before, after)
        XCTAssertEqual(before.count, after.count)
        XCTAssertEqual(LockHolder(text: String(decoding: after, as: UTF8.self))?.host, "here")
        lock.release()
    }

    func testOneKilledOnThisMachineIsFollowedAtOnce() throws {
        let scratch = ScratchDirectory(over: world)
        let dead = holder("here")
        scratch.write(Array((dead.text + "00000000000000000007\n").utf8), to: lockFile)
        let start = MPIRuntime.time
        let lock = try take(scratch, holder("there", machine: "here"))
        XCTAssertLessThan(MPIRuntime.time - start, brisk.patience)
        XCTAssertEqual(
            lock.predecessor?.description, "host here, process \(dead.process), since \(dead.since)")
        lock.release()
        scratch.write([UInt8](repeating: 65, count: 5000), to: lockFile)
        let other = try take(scratch, holder("there"))
        XCTAssertNil(other.predecessor, "what is in the file says nothing")
        other.release()
    }

    func testOneElsewhereLivesWhileItCounts() throws {
        let scratch = ScratchDirectory(over: world)
        for locks in [ownLocks, noLocks] {
            let first = try take(scratch, holder("here"), locks)
            assertThrowsEverywhere("(host here, process ") { _ = try take(scratch, holder("there"), locks) }
            first.release()
            XCTAssertEqual(scratch.names, [])

            let dead = holder("here")
            scratch.write(Array((dead.text + "00000000000000000007\n").utf8), to: lockFile)
            let start = MPIRuntime.time
            let second = try take(scratch, holder("there"), locks)
            XCTAssertGreaterThanOrEqual(MPIRuntime.time - start, brisk.patience)
            XCTAssertNotNil(second.predecessor)
            second.release()
        }
    }

    func testWithoutLocksTheLastOfThoseWhoComeTogetherWins() throws {
        let scratch = ScratchDirectory(over: world)
        let late = holder("late")
        // As the first one waits to see whether it is alone, another writes its name.
        scratch.shell(
            "(sleep 0.1; printf '\(late.text.replacing("\n", with: "\\n"))00000000000000000001\\n' > "
                + "'\(scratch.file(lockFile))') &")
        assertThrowsEverywhere("(host late, process ") { _ = try take(scratch, holder("early"), noLocks) }
        XCTAssertEqual(scratch.names, [lockFile], "the winner's file stays")
    }

    func testARemovedFileIsNotTakenForTheLock() throws {
        let scratch = ScratchDirectory(over: world)
        let first = try take(scratch, holder("here"))
        scratch.shell("rm '\(scratch.file(lockFile))'")
        let second = try take(scratch, holder("here"))
        first.release()
        XCTAssertEqual(scratch.names, [lockFile], "the first removes its own file only")
        second.release()
        XCTAssertEqual(scratch.names, [])
    }

    func testWhatIsNoFileIsAnError() throws {
        let scratch = ScratchDirectory(over: world)
        scratch.shell("mkfifo '\(scratch.file(lockFile))'")
        assertThrowsEverywhere("\(lockFile): cannot be written") {
            _ = try DirectoryLock(of: scratch.path, over: world)
        }
        assertThrowsEverywhere("nowhere/\(lockFile): directory") {
            _ = try DirectoryLock(of: scratch.file("nowhere"), over: world)
        }
    }
}
