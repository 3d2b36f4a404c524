import Configuration
import Parallel
import Runs
import TestSupport
import XCTest

/// What a run said.
final class CollectedLog: RunLog {
    private(set) var lines: [String] = []
    private(set) var progress: [String] = []

    func say(_ text: String) { lines += text.split(separator: "\n").map(String.init) }
    func showProgress(_ line: String) { progress.append(line) }
    func endProgress() {}

    /// The line that begins so.
    func line(_ beginning: String) -> String? { lines.first { $0.hasPrefix(beginning) } }
}

/// A test that runs small universes into a directory of its own.
class RunTestCase: SPMDTestCase {
    /// 16 x 12 x 8 particles, half as many mesh points again along each side, four steps.
    static let universe = """
        box: {particles: [16, 12, 8], spacing: 6.0, mesh_factor: 1.5}
        initial: {seed: 3, a: 0.1}
        evolution: {steps: 4}

        """

    func configuration(_ text: String, to directory: String, set overrides: String...) throws
        -> RunConfiguration
    {
        try RunConfiguration(
            bytes: Array(text.utf8), name: "run.yaml",
            overrides: overrides + [RunConfiguration.override("output.directory", text: directory)],
            ranks: world.size)
    }

    /// Runs forwards to the end, and tells what was said on rank 0.
    @discardableResult
    func simulate(_ configuration: RunConfiguration, _ beginning: Beginning = .fresh) throws -> CollectedLog {
        let log = CollectedLog()
        let ending = try configuration.simulate(beginning, in: RunContext(on: world, telling: log))
        XCTAssertEqual(ending, .finished)
        return log
    }

    /// Surroundings that ask a run to stop once it has told of so many steps.
    func context(_ log: CollectedLog, stoppingAfterSteps steps: Int) -> RunContext {
        RunContext(on: world, telling: log) { world in
            world.any(world.isRoot && log.progress.count >= steps)
        }
    }

    /// A stop that comes when it is asked for the `count`-th time.
    func stop(after count: Int) -> (Communicator) -> Bool {
        var asked = 0
        return { _ in
            asked += 1
            return asked >= count
        }
    }
}
