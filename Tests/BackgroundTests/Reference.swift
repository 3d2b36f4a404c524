import Background
import Foundation
import XCTest

/// The background part of a golden file (pmwd in double precision), as JSON.
struct Reference {
    private let arrays: [String: [Double]]
    let attributes: [String: Double]

    /// `A` is flat ΛCDM; `B` is curved with w0 and wa.
    init(_ name: String) throws {
        let text = try resource("golden_\(name)_background.json")
        let content = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        attributes = content["attributes"] as? [String: Double] ?? [:]
        arrays = content.compactMapValues { $0 as? [Double] }
    }

    /// A dataset by its name in the golden file.
    subscript(dataset: String) -> [Double] {
        get throws { try XCTUnwrap(arrays[dataset], "\(dataset) is not in the reference") }
    }

    var parameters: CosmologyParameters {
        get throws {
            func number(_ key: String) throws -> Double { try XCTUnwrap(attributes[key], key) }
            return try CosmologyParameters(
                amplitude: .scalar(number("A_s_1e9") * 1e-9), spectralIndex: number("n_s"),
                omegaMatter: number("Omega_m"), omegaBaryon: number("Omega_b"), h: number("h"),
                omegaCurvature: number("Omega_k"), w0: number("w_0"), wa: number("w_a"))
        }
    }
}

/// A file in Resources, whose absence is a failure.
func resource(_ name: String) throws -> String {
    let url = Bundle.module.bundleURL.appendingPathComponent("Resources/\(name)")
    return try String(contentsOf: url, encoding: .utf8)
}

/// The linear power table that comes with the code.
func planckTable(_ extrapolation: PowerTable.Extrapolation = .forbidden) throws -> PowerTable {
    let name = "planck18_linear_z0.txt"
    let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let text = try String(contentsOf: project.appending(path: "jobscripts/\(name)"), encoding: .utf8)
    return try PowerTable(parsing: text, source: name, extrapolation: extrapolation)
}

/// Fails unless every element is within a relative tolerance of the expected one.
func assertClose(
    _ actual: [Double], _ expected: [Double], relative tolerance: Double, _ what: String = "",
    file: StaticString = #filePath, line: UInt = #line
) {
    XCTAssertEqual(actual.count, expected.count, what, file: file, line: line)
    XCTAssertFalse(expected.isEmpty, what, file: file, line: line)
    var worst = 0.0
    for (a, b) in zip(actual, expected) {
        let difference = abs(a - b) / abs(b)
        worst = difference.isNaN ? .infinity : max(worst, difference)
    }
    if ProcessInfo.processInfo.environment["PALINDROME_SHOW_ERRORS"] != nil { print("measured", what, worst) }
    XCTAssertLessThanOrEqual(worst, tolerance, "relative error of \(what)", file: file, line: line)
}
