internal import ArgumentParser
internal import Configuration
internal import Parallel
internal import Storage
internal import Runs

/// `palindrome inspect FILE`.
struct InspectCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Print what is in an HDF5 file.",
        discussion: """
            Every group and dataset with its type, shape and attributes; files of this program carry the \
            configuration that made them, which runs again from anywhere as long as what it read is where it was, seen \
            from the file or from here:

              palindrome inspect out/snapshot_a1.0000.hdf5
              palindrome inspect out/snapshot_a1.0000.hdf5 --configuration > again.yaml
            """)

    @Argument(help: "An HDF5 file.", completion: .file(extensions: ["h5", "hdf5"]))
    var file: String

    @Flag(name: .customLong("configuration"), help: "Print only the configuration that made it, as YAML.")
    var configurationOnly = false

    mutating func run(in context: RunContext) throws -> Ending {
        if context.world.any(context.world.isRoot && PathContents(at: file) == .directory) {
            throw UsageError(
                "\(file): is a directory; inspect shows one HDF5 file of it at a time, and `palindrome report \(file)` all of a run"
            )
        }
        let input = try InputFile(opening: file, over: context.world)
        let text = configurationOnly ? try Self.configurationText(of: input) : try Self.listing(of: input)
        if context.world.isRoot { context.log.say(text) }
        return .finished
    }

    private static func configurationText(of input: borrowing InputFile) throws -> String {
        guard let text = try input.attribute("configuration")?.text else {
            throw UsageError(
                "\(input.path): has no attribute 'configuration'; it was not written by palindrome")
        }
        let again = RunConfiguration.runnable(text, from: input.path) ?? text
        return again.hasSuffix("\n") ? String(again.dropLast()) : again
    }

    /// Groups and datasets in the order of their paths, attributes below them.
    private static func listing(of input: borrowing InputFile) throws -> String {
        let datasets = try input.datasets()
        let heads =
            try input.groups().map { ($0, $0) }
            + datasets.map { dataset in
                let shape =
                    dataset.shape.isEmpty
                    ? "scalar" : "[\(dataset.shape.map(String.init).joined(separator: ", "))]"
                return (dataset.path, "\(dataset.path)  \(dataset.typeName) \(shape)")
            }
        var lines: [String] = []
        for (path, head) in heads.sorted(by: { $0.0 < $1.0 }) {
            lines.append(head)
            for name in try input.attributeNames(of: path) {
                lines += Self.lines(name, try input.attribute(name, of: path))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ name: String, _ value: AttributeValue?) -> [String] {
        let text =
            switch value {
            case .text(let text): text
            case .integer(let value): "\(value)"
            case .integers(let values): "\(values)"
            case .words(let values): "\(values)"
            case .real(let value): "\(value)"
            case .reals(let values): "\(values)"
            case nil: "(of a kind that is not shown)"
            }
        let parts = text.split(separator: "\n", omittingEmptySubsequences: true)
        guard parts.count > 1 else { return ["    \(name): \(text)"] }
        return ["    \(name):"] + parts.map { "        \($0)" }
    }
}
