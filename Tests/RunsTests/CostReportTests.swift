import Parallel
import Records
import Runs
import TestSupport
import XCTest

final class CostReportTests: SPMDTestCase {
    func testWhatIsAskedIsPredicted() throws {
        let report = try CostReport(
            of: ["particles=1024", "ranks=100,100000", "mesh_factor=2", "precision=double"],
            machine: ["cores_per_node=48"], times: [], on: world)
        let lines = report.text.lines
        XCTAssertTrue(
            lines[0].contains("double precision") && lines[0].contains("cores_per_node=48"), lines[0])
        XCTAssertEqual(lines[2].split(separator: " ").prefix(3), ["1024^3", "2048^3", "10x10"])
        XCTAssertTrue(lines[3].contains("too many ranks: at most"), lines[3])
    }

    func testAMachineFileIsReadAndTheCommandLineWins() throws {
        let directory = ScratchDirectory(over: world)
        directory.write(
            Array("# mine\nlatency_us: 3.5   # measured\nnode_memory_gib: 64\n".utf8), to: "machine.txt")
        let head = try CostReport(
            of: ["default"], machine: [directory.file("machine.txt"), "node_memory_gib=128"], times: [],
            on: world
        ).text.lines[0]
        XCTAssertTrue(head.contains("latency_us=3.50 "), head)
        XCTAssertTrue(head.contains("node_memory_gib=128 "), head)
    }

    func testTimesAreFittedToABench() throws {
        let directory = ScratchDirectory(over: world)
        directory.write(Array(try RecordFixture.study(.strong).json().utf8), to: "bench.json")
        let measured = try CostReport(
            of: ["default"], machine: [], times: [directory.file("bench.json")], on: world)
        // Of each of the fixture's force evaluations 0.7 parts are no communication: 7 µs per particle at 0.01 s.
        XCTAssertTrue(measured.text.contains("work of a core: forward "), measured.text)
        let standard = try CostReport(of: ["default"], machine: [], times: [], on: world)
        XCTAssertNotEqual(measured.text, standard.text)
        let lacking = RecordFixture.bench(
            .single, [RecordFixture.measurement(ranks: [1, 1], seconds: 1, gradient: false)])
        directory.write(Array(try lacking.json().utf8), to: "bench.json")
        assertThrowsEverywhere("holds no gradient") {
            _ = try CostReport(of: ["default"], machine: [], times: [directory.file("bench.json")], on: world)
        }
    }

    func testMistakesAreOneLineOnAllRanks() {
        let directory = ScratchDirectory(over: world)
        directory.write(Array("# mine\nlatency_us 2\n".utf8), to: "scalar.txt")
        directory.write(Array("latency_us: 2\ncores_per_node: [1, 2]\n".utf8), to: "list.txt")
        directory.write(Array("latency_us: 2\nlatency_us: 3\n".utf8), to: "twice.txt")
        directory.write(Array("latency_us: 2\ncolour: red\n".utf8), to: "unknown.txt")
        for (words, machine, fragment) in [
            (["ranks"], [], "--model ranks: it must be key=value; try ranks=1000"),
            (["ranks=0"], [], "--model: ranks is '0'; it must be whole numbers of 1 to 10000000"),
            (["rank=3"], [], "--model: 'rank' is not known; it must be particles, ranks"),
            (["default"], ["scalar.txt"], "scalar.txt:2: it must be 'key: value'; try 'latency_us: 2'"),
            (["default"], ["list.txt"], "list.txt:2: it must be 'key: value'"),
            (["default"], ["twice.txt"], "twice.txt: it must be lines 'key: value', each key once"),
            (["default"], ["unknown.txt"], "unknown.txt:2: 'colour' is not known"),
            (["default"], ["none.txt"], "none.txt: there is no such file"),
        ] {
            assertThrowsEverywhere(fragment) {
                _ = try CostReport(of: words, machine: machine.map(directory.file), times: [], on: world)
            }
        }
    }
}
