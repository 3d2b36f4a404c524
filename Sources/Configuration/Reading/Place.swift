internal import Parallel
internal import Yams

/// Where something was written.
///
/// Places are ordered as a reader meets them: the file from its top, then the overrides as given.
struct Place: Comparable, Sendable, CustomStringConvertible {
    /// What holds the text.
    enum Source: Equatable, Sendable {
        /// A file, and the directory in which it stands (empty: the working directory).
        case file(name: String, directory: String)
        /// A `--set` option: its path, and how many stand before it.
        case override(path: String, index: Int)
    }

    let source: Source
    /// From 1; 0 means the source as a whole.
    var line = 0
    /// From 1.
    var column = 0

    /// `run.yaml:14` or `--set force.kernel`.
    var description: String {
        switch source {
        case .file(let name, _): line > 0 ? "\(name):\(line)" : name
        case .override(let path, _): "--set \(PlainText.excerpt(path))"
        }
    }

    /// `run.yaml:14:3`, where the line alone would not help.
    var withColumn: String {
        if case .override = source { return description }
        return "\(self):\(column)"
    }

    /// A place in the same source.
    func at(_ mark: Mark?) -> Place { at(line: mark?.line ?? line, column: mark?.column ?? column) }

    /// A place in the same source.
    func at(line: Int, column: Int) -> Place { Place(source: source, line: line, column: column) }

    /// A path as written here, seen from the working directory: beside the file that names it.
    func resolve(_ path: String) -> String {
        guard case .file(_, let directory) = source, !path.hasPrefix("/"), !directory.isEmpty else {
            return path
        }
        return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
    }

    static func < (first: Place, second: Place) -> Bool { first.order < second.order }

    private var order: (Int, Int, Int) {
        switch source {
        case .file: (0, line, column)
        case .override(_, let index): (index + 1, line, column)
        }
    }
}
