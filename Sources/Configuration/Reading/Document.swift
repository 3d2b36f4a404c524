internal import Parallel
internal import Yams

/// A configuration as written: sections of entries, with the overrides of the command line laid over them.
struct Document {
    /// A top-level key and what stands under it.
    struct Section {
        let name: String
        let place: Place
        var entries: [Entry]
        /// Why no entries could be read.
        var problem: Problem?
    }

    /// The file as a whole.
    let whole: Place
    private(set) var sections: [Section] = []

    /// Sections of which there may be several, as a list: each is a section `name[0]`, `name[1]` …
    static let lists = ["objective", "observation", "mock"]

    /// No honest configuration is longer; a data file given by mistake usually is.
    static let longest = 1 << 20

    /// Reads the text of a file, then the overrides.
    ///
    /// - Parameters:
    ///   - bytes: the file, UTF-8.
    ///   - name: the file's path as the user gave it.
    ///   - overrides: `section.key=value` each, the value in YAML's flow style.
    init(bytes: [UInt8], name: String, overrides: [String]) throws(UsageError) {
        let directory = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
        whole = Place(source: .file(name: name, directory: directory))
        guard bytes.count <= Self.longest else {
            throw UsageError(
                "\(name): the file has \(bytes.count) bytes; a configuration has at most \(Self.longest); "
                    + "give the YAML file, not a data file")
        }
        let text = try PlainText.decoded(bytes) { line in "\(whole.at(line: line, column: 0))" }
        try addSections(of: text)
        for (index, override) in overrides.enumerated() { try add(override, index) }
    }

    private mutating func addSections(of text: String) throws(UsageError) {
        guard let root = try Self.compose(text, whole) else { return }
        let top = Entry(key: "the configuration", node: root, place: whole.at(root.mark))
        if top.isNull { return }
        do {
            for section in try Self.entries(of: top, prefix: "") {
                guard Self.lists.contains(section.key), section.node.sequence != nil else {
                    sections.append(Self.section(section))
                    continue
                }
                for element in try section.list("", "") { sections.append(Self.section(element)) }
            }
        } catch {
            throw error.error
        }
    }

    /// Lays `section.key=value` over what the file says.
    private mutating func add(_ override: String, _ index: Int) throws(UsageError) {
        let path = String(override.prefix { $0 != "=" })
        let place = Place(source: .override(path: path, index: index))
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        guard override.contains("="), names.count == 2, names.allSatisfy({ !$0.isEmpty }) else {
            throw UsageError(
                "--set \(Entry.shown(override)): it must be section.key=value; try --set box.particles=64")
        }
        let text = String(override.dropFirst(path.count + 1))
        let node = try Self.compose(text, place) ?? Node("")
        let entry = Entry(key: path, node: node, place: place)
        guard let section = sections.firstIndex(where: { $0.name == names[0] }) else {
            sections.append(Section(name: String(names[0]), place: place, entries: [entry]))
            return
        }
        sections[section].entries.removeAll { $0.key == path }
        sections[section].entries.append(entry)
    }

    private static func section(_ entry: Entry) -> Section {
        do {
            let entries = try entries(of: entry, prefix: entry.key + ".")
            return Section(name: entry.key, place: entry.place, entries: entries)
        } catch {
            return Section(name: entry.key, place: entry.place, entries: [], problem: error)
        }
    }

    /// What stands under a mapping, or nothing under an empty one.
    private static func entries(of parent: Entry, prefix: String) throws(Problem) -> [Entry] {
        if let scalar = parent.node.scalar, scalar.string.isEmpty || parent.isNull { return [] }
        guard let mapping = parent.node.mapping else {
            throw parent.problem("it must be a section of keys", "write its keys on indented lines below it")
        }
        var entries: [Entry] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                throw Problem(
                    at: parent.place.at(key.mark),
                    "a key is a list or a section; it must be a word; name the key")
            }
            entries.append(Entry(key: prefix + name, node: value, place: parent.place.at(key.mark)))
        }
        return entries
    }

    private static func compose(_ text: String, _ place: Place) throws(UsageError) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw syntaxError(error, place)
        } catch {
            throw Problem(at: place, "\(Entry.shown("\(error)")); it must be YAML; correct the syntax").error
        }
    }

    private static func syntaxError(_ error: YamlError, _ place: Place) -> UsageError {
        func report(_ problem: String, _ here: Place) -> UsageError {
            UsageError(
                "\(here.withColumn): \(Entry.shown(problem, upTo: 120)); it must be YAML; "
                    + "correct the indentation (spaces, no tabs), colons or brackets")
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            return report([problem, context?.text].compactMap(\.self).joined(separator: " "), place.at(mark))
        case .composer(_, let problem, let mark, _):
            return report(problem, place.at(mark))
        case .reader(let problem, let offset, _, let text):
            let before = text.prefix(offset ?? 0)
            let lines = before.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            return report(problem, place.at(line: lines.count, column: (lines.last?.count ?? 0) + 1))
        case .duplicatedKeysInMapping(let keys, let context):
            return Problem(
                at: place.at(context.mark),
                "\(Entry.shown(keys[0])) is given twice; a key may stand once in its section; remove one of them"
            ).error
        default:
            return UsageError("\(place): \(Entry.shown("\(error)")); it must be YAML; correct the syntax")
        }
    }
}
