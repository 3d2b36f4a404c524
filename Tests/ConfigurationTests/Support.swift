import Configuration
import Foundation
import XCTest

/// A configuration that must be right.
func configuration(
    _ text: String, set overrides: String..., ranks: Int = 1, name: String = "run.yaml"
) throws -> RunConfiguration {
    try RunConfiguration(bytes: Array(text.utf8), name: name, overrides: overrides, ranks: ranks)
}

private let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

/// A file of this test target's.
func resource(_ name: String) throws -> String {
    try String(contentsOf: here.appending(path: "Resources/\(name)"), encoding: .utf8)
}

/// A file of the project, by its path from the root.
func projectFile(_ path: String) throws -> String {
    try String(contentsOf: here.appending(path: "../../\(path)"), encoding: .utf8)
}
