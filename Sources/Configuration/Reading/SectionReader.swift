/// Typed access to the keys of one section.
///
/// Each call names a key, says what it must obey and what it is when not given. A value that does not fit is
/// reported and stands in by its default, so that reading goes on.
struct SectionReader {
    let name: String
    fileprivate let index: Int
    fileprivate let place: Place
    fileprivate let entries: [Entry]
    fileprivate let reader: Reader

    init(name: String, index: Int, place: Place, entries: [Entry], reader: Reader) {
        self.name = name
        self.index = index
        self.place = place
        self.entries = entries
        self.reader = reader
    }

    /// Whether there is anything in it.
    var isGiven: Bool { !entries.isEmpty }

    /// Whether a key was given.
    func has(_ key: String) -> Bool { entry(key) != nil }

    /// A finite number, if given.
    func number(_ key: String, _ rule: NumberRule, example: Double) -> Double? {
        read(key) { entry throws(Problem) in try entry.number(rule, "try \(example)") }
    }

    /// A finite number.
    func number(_ key: String, _ rule: NumberRule, default value: Double) -> Double {
        number(key, rule, example: value) ?? value
    }

    /// A number greater than zero.
    func positive(_ key: String, default value: Double) -> Double {
        number(key, .positive, default: value)
    }

    /// A list of numbers, if given; a single number is a list of one.
    ///
    /// - Parameters:
    ///   - first: what the first of several must obey, if not the rule of the others.
    ///   - rule: what each must obey.
    func numbers(
        _ key: String, first: NumberRule? = nil, _ rule: NumberRule, example: String
    ) -> [Double]? {
        read(key) { entry throws(Problem) in
            if entry.node.scalar != nil { return [try entry.number(rule, "try \(example)")] }
            let elements = try entry.list("it must be a list of numbers", "try \(example)")
            var numbers: [Double] = []
            for element in elements {
                let rule = numbers.isEmpty ? first ?? rule : rule
                numbers.append(try element.number(rule, "try \(example)"))
            }
            return numbers
        }
    }

    /// A whole number, if given.
    func whole(_ key: String, _ range: ClosedRange<Int>, example: Int) -> Int? {
        read(key) { entry throws(Problem) in try entry.whole(range, "try \(example)") }
    }

    /// A whole number.
    func whole(_ key: String, _ range: ClosedRange<Int>, default value: Int) -> Int {
        whole(key, range, example: value) ?? value
    }

    /// Whole numbers along x, y and z, if given; a single number stands for all three.
    func sides(_ key: String, _ range: ClosedRange<Int>, example: Int) -> SIMD3<Int>? {
        read(key) { entry throws(Problem) in
            let remedy = "try \(example) or [\(example), \(example), \(example)]"
            if entry.node.scalar != nil { return SIMD3(repeating: try entry.whole(range, remedy)) }
            let elements = try entry.list("it must be a whole number or a list of three", remedy)
            guard elements.count == 3 else {
                throw Problem(
                    at: entry.place, entry.key, is: "a list of \(elements.count)", "it must have 3 elements",
                    remedy)
            }
            var sides = SIMD3<Int>()
            for (axis, element) in elements.enumerated() { sides[axis] = try element.whole(range, remedy) }
            return sides
        }
    }

    /// Positive numbers along x, y and z, if given; a single number stands for all three.
    func lengths(_ key: String, example: Double) -> SIMD3<Double>? {
        read(key) { entry throws(Problem) in
            let remedy = "try \(example) or [\(example), \(example), \(example)]"
            if entry.node.scalar != nil { return SIMD3(repeating: try entry.number(.positive, remedy)) }
            let elements = try entry.list("it must be a number or a list of three", remedy)
            guard elements.count == 3 else {
                throw Problem(
                    at: entry.place, entry.key, is: "a list of \(elements.count)", "it must have 3 elements",
                    remedy)
            }
            var lengths = SIMD3<Double>()
            for (axis, element) in elements.enumerated() {
                lengths[axis] = try element.number(.positive, remedy)
            }
            return lengths
        }
    }

    /// Finite numbers along x, y and z, if given.
    func vector(_ key: String, example: String) -> SIMD3<Double>? {
        read(key) { entry throws(Problem) in
            let elements = try entry.list("it must be a list of three numbers", "try \(example)")
            guard elements.count == 3 else {
                throw Problem(
                    at: entry.place, entry.key, is: "a list of \(elements.count)", "it must have 3 elements",
                    "try \(example)")
            }
            var vector = SIMD3<Double>()
            for (axis, element) in elements.enumerated() {
                vector[axis] = try element.number(.any, "try \(example)")
            }
            return vector
        }
    }

    /// Two whole numbers, if given.
    func pair(_ key: String, _ range: ClosedRange<Int>, example: String) -> SIMD2<Int>? {
        read(key) { entry throws(Problem) in
            let elements = try entry.list("it must be a list of two whole numbers", "try \(example)")
            guard elements.count == 2 else {
                throw Problem(
                    at: entry.place, entry.key, is: "a list of \(elements.count)", "it must have 2 elements",
                    "try \(example)")
            }
            var pair = SIMD2<Int>()
            for (axis, element) in elements.enumerated() {
                pair[axis] = try element.whole(range, "try \(example)")
            }
            return pair
        }
    }

    /// One of the names of an enumeration.
    func choice<Choice: Named>(_ key: String, default value: Choice) -> Choice {
        read(key) { entry throws(Problem) in try entry.choice(Choice.self, "try \(value.rawValue)") } ?? value
    }

    /// `true` or `false`, or YAML's other words for them.
    func flag(_ key: String, default value: Bool) -> Bool {
        read(key) { entry throws(Problem) in
            let text = try entry.text("it must be true or false", "try \(value)")
            switch text.lowercased() {
            case "true", "yes", "on": return true
            case "false", "no", "off": return false
            default: throw entry.problem("it must be true or false", "try \(value)")
            }
        } ?? value
    }

    /// A text, if given.
    func text(_ key: String, _ rule: String, example: String) -> String? {
        read(key) { entry throws(Problem) in try entry.text("it must be \(rule)", "try \(example)") }
    }

    /// The path of a file to read, if given: relative to the file that names it, or to the working directory
    /// when it comes from the command line.
    func path(_ key: String, example: String) -> String? {
        read(key) { entry throws(Problem) in
            entry.place.resolve(try entry.text("it must be the path of a file", "try \(example)"))
        }
    }

    /// A dataset in an HDF5 file, `file.h5:/dataset`, if given; the file is found as in ``path(_:example:)``.
    func dataset(_ key: String) -> DatasetAddress? {
        read(key) { entry throws(Problem) in
            try entry.dataset("it must be file.h5:/dataset", "try \"noise.h5:/white_noise\"")
        }
    }

    /// White noise: a dataset as in ``dataset(_:)``, or an array of numpy, `file.npy`.
    func noise(_ key: String) -> DatasetAddress? {
        read(key) { entry throws(Problem) in
            try entry.noise("it must be file.h5:/dataset or file.npy", "try \"noise.h5:/white_noise\"")
        }
    }

    /// Anything, by a parser of one's own; nil if not given or wrong.
    func read<Value>(_ key: String, _ parse: (Entry) throws(Problem) -> Value) -> Value? {
        guard let entry = entry(key) else { return nil }
        do {
            return try parse(entry)
        } catch {
            reader.report(error)
            return nil
        }
    }

    /// Reports that a value does not fit the others.
    ///
    /// - Parameters:
    ///   - key: whose place is named; the section's place if the key was not given.
    ///   - value: what it is.
    ///   - rule: a clause, "it must be …".
    ///   - remedy: what to write.
    func conflict(_ key: String, is value: String, _ rule: String, _ remedy: String) {
        let place = entries.last { $0.key == "\(name).\(key)" }?.place ?? place
        reader.reportConflict(Problem(at: place, "\(name).\(key)", is: value, rule, remedy))
    }

    /// Reports a key that was given and cannot act beside the others.
    ///
    /// - Parameters:
    ///   - value: what it is.
    ///   - company: another key and what it must be, `method: lbfgs`.
    func require(_ key: String, is value: String, _ isUsed: Bool, _ company: String) {
        guard has(key), !isUsed else { return }
        conflict(
            key, is: value, "it must come with \(company)",
            "remove it, or change \(name).\(company.prefix { $0 != ":" })")
    }

    /// Reports that two keys say the same thing.
    func exclude(_ key: String, _ other: String, _ remedy: String) {
        guard has(key), has(other), let first = entry(key), let second = entry(other) else { return }
        let place = max(first.place, second.place)
        reader.report(
            Problem(
                at: place,
                "\(name).\(key) and \(name).\(other) are both given; only one of them may be; \(remedy)"))
    }

    private func entry(_ key: String) -> Entry? {
        reader.know(key, in: index)
        return entries.first { $0.key == "\(name).\(key)" && !$0.isNull }
    }
}
