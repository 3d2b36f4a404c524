internal import Parallel

/// Reads a document section by section, and keeps every problem found until the first of them is reported.
///
/// The schema is what is asked for: a key that nobody asked for is unknown. So a section is described in one
/// place only, where it is read.
final class Reader {
    private let document: Document
    private var problems: [Problem] = []
    private var conflicts: [Problem] = []
    private(set) var known: [(section: String, keys: [String])] = []

    init(_ document: Document) {
        self.document = document
    }

    /// The keys of a section; none if it was not given.
    func section(_ name: String) -> SectionReader {
        let section = document.sections.first { $0.name == name }
        known.append((name, []))
        return SectionReader(
            name: name, index: known.count - 1, place: section?.place ?? document.whole,
            entries: section?.entries ?? [], reader: self)
    }

    /// A section of which there may be several, as a list; one reader if it was not given.
    func sections(_ name: String) -> [SectionReader] {
        let listed = document.sections.filter { $0.name.hasPrefix("\(name)[") }
        guard !listed.isEmpty else { return [section(name)] }
        if let whole = document.sections.first(where: { $0.name == name }) {
            report(
                Problem(
                    at: whole.place,
                    "\(name) is a list; it must be said which of them is meant; try \(name)[0] in place of \(name)"
                ))
            known.append((name, whole.entries.map { String($0.key.dropFirst(name.count + 1)) }))
        }
        // An override alone makes no element.
        for index in listed.indices where !listed.contains(where: { $0.name == "\(name)[\(index)]" }) {
            report(
                Problem(
                    at: listed.last!.place,
                    "\(listed.last!.name) is not there; \(name) must have \(name)[\(index)] before it; write the list in the file"
                ))
        }
        return listed.indices.map { section("\(name)[\($0)]") }
    }

    /// Notes that a section has a key.
    func know(_ key: String, in index: Int) {
        if !known[index].keys.contains(key) { known[index].keys.append(key) }
    }

    /// Notes a value that cannot be read.
    func report(_ problem: Problem) { problems.append(problem) }

    /// Notes values that are possible but do not fit one another; reported only if all could be read.
    func reportConflict(_ problem: Problem) { conflicts.append(problem) }

    /// Throws the first problem in the order of the file.
    func finish() throws(UsageError) {
        reportUnknownKeys()
        let found = problems.isEmpty ? conflicts : problems
        if let first = found.min(by: { $0.place < $1.place }) { throw first.error }
    }

    private func reportUnknownKeys() {
        for section in document.sections {
            guard let keys = known.first(where: { $0.section == section.name })?.keys else {
                report(Problem(at: section.place, unknown(section: section.name)))
                continue
            }
            if let problem = section.problem { report(problem) }
            for entry in section.entries {
                let key = String(entry.key.dropFirst(section.name.count + 1))
                guard !keys.contains(key) else { continue }
                report(Problem(at: entry.place, unknown(key: key, in: section.name, with: keys)))
            }
        }
    }

    private func unknown(section: String) -> String {
        let names = known.map(\.section)
        let remedy: String
        if let near = Spelling.probable(for: section, among: names) {
            remedy = "did you mean \(near)?"
        } else if let owner = known.first(where: { $0.keys.contains(section) }) {
            remedy = "did you mean \(owner.section).\(section)?"
        } else {
            remedy = "the sections are \(names.joined(separator: ", "))"
        }
        return "\(Entry.shown(section)) is not a section; \(remedy)"
    }

    /// What other codes call what is said here in another way.
    private static let otherWords = [
        "initial.redshift": "give initial.a, which is 1 / (1 + redshift)",
        "initial.z": "give initial.a, which is 1 / (1 + z)",
        "cosmology.H0": "give cosmology.h, which is H0 / (100 km/s/Mpc)",
        "cosmology.Omega_L": "it follows from Omega_m and Omega_k",
        "cosmology.Omega_Lambda": "it follows from Omega_m and Omega_k",
        "cosmology.Omega_de": "it follows from Omega_m and Omega_k",
        "cosmology.Omega_c": "give cosmology.Omega_m, which holds baryons too",
        "cosmology.Omega_cdm": "give cosmology.Omega_m, which holds baryons too",
    ]

    private func unknown(key: String, in section: String, with keys: [String]) -> String {
        let remedy: String
        if let ours = Self.otherWords["\(section).\(key)"] {
            remedy = ours
        } else if let near = Spelling.probable(for: key, among: keys) {
            remedy = "did you mean \(section).\(near)?"
        } else if let owner = known.first(where: { $0.keys.contains(key) }) {
            remedy = "did you mean \(owner.section).\(key)?"
        } else {
            remedy = "the keys of \(section) are \(keys.joined(separator: ", "))"
        }
        return "\(section).\(Entry.shown(key)) is not a known key; \(remedy)"
    }
}
