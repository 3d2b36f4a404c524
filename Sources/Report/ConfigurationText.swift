/// The resolved configuration as files carry it, for a reader: sections of keys with their values as text.
///
/// It is written in one form only (`section:` and two spaces before `key: value`), so it is read here
/// without the rules of any version of the program.
package struct ConfigurationText: Sendable, Equatable {
    package struct Section: Sendable, Equatable {
        package let name: String
        package var entries: [Entry]
    }

    package struct Entry: Sendable, Equatable {
        package let key: String
        package let value: String
    }

    package let text: String
    package let sections: [Section]

    package init(_ text: String) {
        self.text = text
        var sections: [Section] = []
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].trimmed
            if line.first != " " {
                sections.append(Section(name: name, entries: []))
            } else if !sections.isEmpty {
                let value = line[line.index(after: colon)...].trimmed
                sections[sections.count - 1].entries.append(Entry(key: name, value: value))
            }
        }
        self.sections = sections
    }

    /// A value as text.
    package func value(_ section: String, _ key: String) -> String? {
        sections.first { $0.name == section }?.entries.first { $0.key == key }?.value
    }

    /// A number.
    package func number(_ section: String, _ key: String) -> Double? {
        value(section, key).flatMap(Double.init)
    }

    /// The numbers of a list.
    package func numbers(_ section: String, _ key: String) -> [Double]? {
        guard let text = value(section, key), text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        let parts = text.dropFirst().dropLast().split(separator: ",").map { Double($0.trimmed) }
        return parts.allSatisfy { $0 != nil } ? parts.map { $0! } : nil
    }

    /// The whole numbers of a list.
    package func counts(_ section: String, _ key: String) -> [Int]? {
        numbers(section, key).flatMap { values in
            let counts = values.compactMap { Int(exactly: $0) }
            return counts.count == values.count ? counts : nil
        }
    }

    /// Side lengths [Mpc/h].
    package var boxSize: SIMD3<Double>? {
        guard let particles = counts("box", "particles"), particles.count == 3,
            particles.allSatisfy({ $0 > 0 }),
            let spacing = number("box", "spacing"), spacing > 0, spacing.isFinite
        else { return nil }
        return spacing * SIMD3(Double(particles[0]), Double(particles[1]), Double(particles[2]))
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
    }
}
