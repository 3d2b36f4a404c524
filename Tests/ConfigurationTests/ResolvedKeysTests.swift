import Configuration
import Parallel
import XCTest

final class ResolvedKeysTests: XCTestCase {
    private func keys(_ yaml: String) throws -> ResolvedKeys {
        try RunConfiguration(bytes: Array(yaml.utf8), name: "run.yaml").resolvedKeys
    }

    func testTheTextComesBack() throws {
        let yaml = "objective: {data: \"a: b.h5:/density\"}\noutput: {snapshots: [0.5625, 1.0]}\n"
        let configuration = try RunConfiguration(bytes: Array(yaml.utf8), name: "run.yaml")
        XCTAssertEqual(configuration.resolvedKeys.text, configuration.resolvedText)
        XCTAssertTrue(
            configuration.resolvedKeys.entries.contains {
                $0.key == "objective.data" && $0.value == "\"a: b.h5:/density\""
            })
    }

    func testSectionsOfAListAreTold() throws {
        let yaml = "objective: [{data: \"a.h5:/d\"}, {data: \"b.h5:/d\", sigma: 2}]\n"
        let before = try keys(yaml)
        XCTAssertEqual(ResolvedKeys(parsing: before.text), before)
        let after = try keys(yaml.replacing("sigma: 2", with: "sigma: 3"))
        XCTAssertEqual(after.changes(since: before), ["objective[1].sigma was 2.0 and is 3.0"])
    }

    func testWhatChangedIsNamedAndNothingElse() throws {
        let before = try keys("box: {particles: 16}\n")
        XCTAssertEqual(before.changes(since: before), [])
        let after = try keys(
            "box: {particles: 16}\nforce: {kernel: naive}\noutput: {snapshots: [0.5625, 1.0]}\n")
        XCTAssertEqual(
            after.changes(since: before),
            ["force.kernel was 1_4 and is naive", "output.snapshots was [1.0] and is [0.5625, 1.0]"])
        let withTable = try keys("box: {particles: 16}\npower: {model: table, table: t.txt}\n")
        XCTAssertEqual(
            Array(withTable.changes(since: before).prefix(2)),
            ["power.model was eisenstein-hu and is table", "power.table was not given and is \"t.txt\""])
        XCTAssertEqual(
            before.changes(since: withTable).last, "power.table was \"t.txt\" and is not given")
    }

    func testOnlyKeysThatCountAreCompared() throws {
        let (before, after) = (
            try keys("run: {checkpoint_every: 1}\n"), try keys("run: {precision: double}\n")
        )
        func precision(_ keys: ResolvedKeys) -> ResolvedKeys {
            keys.filter { $0 == "run" && $1 == "precision" }
        }
        XCTAssertEqual(after.changes(since: before).count, 2)
        XCTAssertEqual(
            precision(after).changes(since: precision(before)), ["run.precision was single and is double"])
    }

    func testALongValueIsShortened() throws {
        let list = (1...40).map { "\(Double($0) / 100)" }.joined(separator: ", ")
        let after = try keys("initial: {a: 0.01}\nevolution: {a: [\(list)]}\noutput: {snapshots: [0.4]}\n")
        for change in after.changes(since: try keys("")) { XCTAssertLessThan(change.count, 160, change) }
    }

    func testOfSeveralObjectivesTheOneThatChangedIsNamed() throws {
        let list = "objective: [{data: \"a.h5:/d\"}, {data: \"b.h5:/d\", sigma: 2}]\n"
        let after = try keys(list.replacing("sigma: 2", with: "sigma: 3"))
        XCTAssertEqual(
            after.changes(since: try keys(list)), ["objective[1].sigma was 2.0 and is 3.0"])
        XCTAssertEqual(after.filter { section, _ in section.hasPrefix("objective[") }.entries.count, 14)
    }
}
