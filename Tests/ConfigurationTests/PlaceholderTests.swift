import Configuration
import Parallel
import XCTest

final class PlaceholderTests: XCTestCase {
    private func directory(_ text: String, _ environment: [String: String]) throws -> String {
        let yaml = "output:\n  directory: \(RunConfiguration.quoted(text))\n"
        return try RunConfiguration(bytes: Array(yaml.utf8), name: "run.yaml", environment: environment)
            .output
            .directory
    }

    func testVariablesInBracesAreFilled() throws {
        let environment = ["SLURM_ARRAY_TASK_ID": "7", "SLURM_JOB_ID": "1234", "odd": "{SLURM_JOB_ID}"]
        XCTAssertEqual(try directory("out/{SLURM_ARRAY_TASK_ID}", environment), "out/7")
        XCTAssertEqual(try directory("{SLURM_JOB_ID}_{SLURM_ARRAY_TASK_ID}/x", environment), "1234_7/x")
        XCTAssertEqual(try directory("plain", environment), "plain")
        XCTAssertEqual(try directory("a{odd}", environment), "a{SLURM_JOB_ID}", "filled once")
        let set = try RunConfiguration(
            bytes: [], name: "run.yaml", overrides: ["output.directory=out/{SLURM_JOB_ID}"],
            environment: environment)
        XCTAssertEqual(set.output.directory, "out/1234")
    }

    func testAMistakeIsOneLine() {
        let cases: [(String, String)] = [
            (
                "out/{SLURM_ARRAY_TASK_ID}",
                "run.yaml:2: output.directory is out/{SLURM_ARRAY_TASK_ID}; the environment variable "
                    + "SLURM_ARRAY_TASK_ID must be set; start it in a job that sets it, or export SLURM_ARRAY_TASK_ID=1"
            ),
            ("out/{EMPTY}", "the environment variable EMPTY must be set"),
            ("out/{}", "braces must hold the name of an environment variable"),
            ("out/{1}", "braces must hold the name"), ("out/{a b}", "braces must hold the name"),
            ("out/{A", "braces must hold the name"), ("out/A}", "braces must hold the name"),
            ("out/{{A}}", "braces must hold the name"),
        ]
        for (text, fragment) in cases {
            XCTAssertThrowsError(try directory(text, ["EMPTY": "", "A": "a"]), text) { error in
                let message = (error as? UsageError)?.message ?? "\(error)"
                XCTAssertTrue(message.contains(fragment), "\(message) for \(text)")
            }
        }
    }
}
