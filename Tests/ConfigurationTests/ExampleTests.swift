import Configuration
import XCTest

/// The annotated example in jobscripts is true and complete.
final class ExampleTests: XCTestCase {
    private func example() throws -> String { try projectFile("jobscripts/example.yaml") }

    func testTheExampleIsAValidRun() throws {
        let run = try configuration(try example(), name: "jobscripts/example.yaml")
        // A sampler and an observation are there only where they are asked for.
        let defaults = try configuration(
            "sampler: {method: hmc}\nobservation: {padding: 0}", name: "jobscripts/example.yaml")
        XCTAssertEqual(run, defaults, "it shows the defaults")
    }

    func testTheExampleShowsEveryKeyInItsSection() throws {
        var shown: [String: Set<String>] = [:]
        var section = ""
        // A key that excludes another is shown behind a '#', at the same indentation.
        for line in try example().split(separator: "\n") {
            let bare = line.hasPrefix("  # ") ? "  " + line.dropFirst(4) : String(line)
            guard let colon = bare.firstIndex(of: ":") else { continue }
            let key = bare[..<colon].trimmingCharacters(in: .whitespaces)
            if bare.hasPrefix("  ") { shown[section, default: []].insert(key) } else { section = key }
        }
        for (section, keys) in RunConfiguration.knownKeys {
            for key in keys { XCTAssert(shown[section, default: []].contains(key), "\(section).\(key)") }
        }
        XCTAssertEqual(RunConfiguration.knownKeys.count, 16)
    }
}
