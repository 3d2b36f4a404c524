internal import Parallel
internal import Yams

/// One value as written, which knows its key and its place, and which types it can be read as.
///
/// Numbers and names are read from the text of a scalar, never from the type that YAML makes of it: YAML 1.1
/// takes `1_4` for fourteen and `no` for a truth value.
struct Entry {
    /// Section and key, `evolution.a[3]`.
    let key: String
    let node: Node
    let place: Place

    /// What was written, fit for an error message.
    var shown: String {
        switch node {
        case .scalar(let scalar): Self.shown(scalar.string)
        case .sequence: "a list"
        case .mapping, .alias: "a section"
        }
    }

    /// A text on one line, shortened if need be.
    static func shown(_ text: String, upTo limit: Int = 60) -> String {
        guard !text.isEmpty else { return "empty" }
        return PlainText.excerpt(text, upTo: limit)
    }

    /// Whether the value was given as `null` or `~`, which stands for the default.
    var isNull: Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["null", "Null", "NULL", "~"].contains(scalar.string)
    }

    func problem(_ rule: String, _ remedy: String) -> Problem {
        Problem(at: place, key, is: shown, rule, remedy)
    }

    /// The text of a scalar.
    func text(_ rule: String, _ remedy: String) throws(Problem) -> String {
        guard let scalar = node.scalar, !scalar.string.isEmpty else { throw problem(rule, remedy) }
        return scalar.string
    }

    /// A finite decimal number.
    func number(_ rule: NumberRule, _ remedy: String) throws(Problem) -> Double {
        let text = try text("it must be \(rule.text)", remedy)
        // `Double` would also read hexadecimal numbers, `nan` and `infinity`.
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text),
            value.isFinite, rule.holds(value)
        else { throw problem("it must be \(rule.text)", remedy) }
        return value
    }

    /// A whole number within a range.
    func whole(_ range: ClosedRange<Int>, _ remedy: String) throws(Problem) -> Int {
        let rule = "it must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = Int(try text(rule, remedy)), range.contains(value) else {
            throw problem(rule, remedy)
        }
        return value
    }

    /// One of the names of an enumeration.
    func choice<Choice: Named>(_ type: Choice.Type, _ remedy: String) throws(Problem) -> Choice {
        let names = Choice.allCases.map(\.rawValue)
        let rule = "it must be \(names.joined(separator: " or "))"
        let text = try text(rule, remedy)
        guard let value = Choice(rawValue: text) else {
            throw problem(
                rule, Spelling.probable(for: text, among: names).map { "did you mean \($0)?" } ?? remedy)
        }
        return value
    }

    /// `file.h5:/dataset`, the file beside the one that names it.
    func dataset(_ rule: String, _ remedy: String) throws(Problem) -> DatasetAddress {
        let text = try text(rule, remedy)
        guard let colon = text.ranges(of: ":/").last, colon.lowerBound != text.startIndex,
            colon.upperBound != text.endIndex
        else { throw problem(rule, remedy) }
        return DatasetAddress(
            file: place.resolve(String(text[..<colon.lowerBound])),
            dataset: String(text[text.index(after: colon.lowerBound)...]))
    }

    /// A dataset as in ``dataset(_:_:)``, or `file.npy`.
    func noise(_ rule: String, _ remedy: String) throws(Problem) -> DatasetAddress {
        let text = try text(rule, remedy)
        guard text.hasSuffix(DatasetAddress.arraySuffix) else { return try dataset(rule, remedy) }
        return DatasetAddress(array: place.resolve(text))
    }

    /// The values of a section within a section, by key.
    ///
    /// - Parameter keys: all that it may have.
    func fields(_ keys: [String], _ remedy: String) throws(Problem) -> [String: Entry] {
        let rule = "it must be a section of \(keys.joined(separator: ", "))"
        guard let mapping = node.mapping else { throw problem(rule, remedy) }
        var fields: [String: Entry] = [:]
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            let place = place.at(key.mark)
            guard keys.contains(name) else {
                let near = Spelling.probable(for: name, among: keys).map { "did you mean \(self.key).\($0)?" }
                throw Problem(
                    at: place,
                    "\(self.key).\(Self.shown(name)) is not a known key; \(near ?? "the keys are \(keys.joined(separator: ", "))")"
                )
            }
            fields[name] = Entry(key: "\(self.key).\(name)", node: value, place: place)
        }
        return fields
    }

    /// The elements of a list.
    func list(_ rule: String, _ remedy: String) throws(Problem) -> [Entry] {
        guard let sequence = node.sequence else { throw problem(rule, remedy) }
        return sequence.enumerated().map { index, node in
            Entry(key: "\(key)[\(index)]", node: node, place: place.at(node.mark))
        }
    }
}

/// An enumeration whose cases have names in configuration files.
protocol Named: RawRepresentable<String>, CaseIterable {}

/// What a number must obey.
struct NumberRule: Sendable {
    /// Completes "it must be".
    let text: String
    let holds: @Sendable (Double) -> Bool

    static let any = NumberRule(text: "a finite number") { _ in true }
    static let positive = NumberRule(text: "a positive, finite number") { $0 > 0 }
    static let notNegative = NumberRule(text: "a finite number, 0 or more") { $0 >= 0 }

    static func within(_ range: ClosedRange<Double>) -> NumberRule {
        NumberRule(text: "a number from \(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
    }

    /// A scale factor of which there are outputs.
    static let scaleFactor = within(1e-4...1)
    /// One, or 0, which not every integrator can start at.
    static let startingScaleFactor = NumberRule(text: scaleFactor.text) { $0 == 0 || scaleFactor.holds($0) }
}
