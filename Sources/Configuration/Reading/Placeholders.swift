/// Environment variables in braces, `{SLURM_ARRAY_TASK_ID}`, in a text that may hold them: so each job of an array has
/// a value of its own from one file.
struct Placeholders {
    /// Variables by name, the same on all ranks.
    let environment: [String: String]

    /// The text of an entry with its placeholders filled.
    ///
    /// - Throws: when braces hold no name, or that of a variable that is not set or empty.
    func fill(_ entry: Entry, _ rule: String, _ remedy: String) throws(Problem) -> String {
        var rest = try entry.text(rule, remedy)[...]
        var filled = ""
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            filled += rest[..<brace]
            let inside = rest[brace...].dropFirst()
            guard rest[brace] == "{", let end = inside.firstIndex(of: "}"), Self.isName(inside[..<end]) else {
                throw entry.problem(
                    "braces must hold the name of an environment variable",
                    "try {SLURM_ARRAY_TASK_ID} or leave out the braces")
            }
            let name = String(inside[..<end])
            guard let value = environment[name], !value.isEmpty else {
                throw entry.problem(
                    "the environment variable \(Entry.shown(name)) must be set",
                    "start it in a job that sets it, or export \(Entry.shown(name))=1")
            }
            filled += value
            rest = inside[end...].dropFirst()
        }
        return filled + rest
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
