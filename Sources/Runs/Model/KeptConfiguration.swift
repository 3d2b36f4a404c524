public import Configuration
internal import Glibc
internal import Parallel

extension RunConfiguration {
    /// A configuration that a file kept, with the paths that it names made absolute where they lead to something now.
    ///
    /// A path was seen from where the run was started, which no file tells; but mostly the file that kept it lies below that
    /// place. So each is looked for from the working directory, from the directory of the file, and from those above it. What is
    /// not found is left as it was.
    ///
    /// - Returns: nil if it cannot be read, as that of another version.
    public static func runnable(_ text: String, from file: String) -> String? {
        guard let kept = try? RunConfiguration(bytes: Array(text.utf8), name: "") else { return nil }
        let places = [absolute(".")] + ancestors(of: absolute(file))
        var missing: [String] = []
        let moved = kept.changingPaths { path in
            guard !path.hasPrefix("/") else { return path }
            let found = places.map { "\($0)/\(path)" }.first { PathContents(at: $0) == .file }
            if found == nil { missing.append(path) }
            return found.map(absolute) ?? path
        }
        let notes = missing.map { "# \(PlainText.excerpt($0)): not found; say where it is now\n" }
        return notes.joined() + moved.resolvedText
    }

    /// Without links and dots where it exists.
    private static func absolute(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The directories above a path, the nearest first.
    private static func ancestors(of path: String) -> [String] {
        var found: [String] = []
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            found.append(String(rest))
        }
        return found
    }
}
