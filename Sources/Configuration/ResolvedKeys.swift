/// Keys and values of a configuration in its resolved form, each as text.
///
/// What a file says of the configuration that made it can be held against another one key by key.
public struct ResolvedKeys: Sendable, Equatable {
    /// One key.
    public struct Entry: Sendable, Equatable {
        /// Section and key, `box.spacing`.
        public let key: String
        /// Its value in YAML.
        public let value: String
    }

    /// In the order of the schema.
    public private(set) var entries: [Entry] = []

    /// Reads a resolved configuration (``RunConfiguration/resolvedText``), or ``text``.
    public init(parsing text: String) {
        var section = ""
        var element: Int?
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            var name = line[..<colon].drop { $0 == " " }
            guard line.hasPrefix(" ") else {
                (section, element) = (String(name), nil)
                continue
            }
            // Of several sections of one name each begins with a dash: objective[0], objective[1] …
            if name.hasPrefix("- ") {
                element = (element ?? -1) + 1
                name = name.dropFirst(2)
            }
            let owner = element.map { "\(section)[\($0)]" } ?? section
            set("\(owner).\(name)", to: String(line[colon...].dropFirst().drop { $0 == " " }))
        }
    }

    /// Gives a key a value.
    public mutating func set(_ key: String, to value: String) {
        entries.append(Entry(key: key, value: value))
    }

    /// The keys that count for something, by section and name.
    public func filter(_ counts: (_ section: Substring, _ name: Substring) -> Bool) -> ResolvedKeys {
        var kept = self
        kept.entries = entries.filter { entry in
            let dot = entry.key.firstIndex(of: ".") ?? entry.key.endIndex
            return counts(entry.key[..<dot], entry.key[dot...].dropFirst())
        }
        return kept
    }

    /// As YAML: keys below their sections.
    public var text: String {
        var (text, section) = ("", Substring())
        for entry in entries {
            let dot = entry.key.firstIndex(of: ".") ?? entry.key.endIndex
            if entry.key[..<dot] != section {
                section = entry.key[..<dot]
                text += "\(section):\n"
            }
            text += "  \(entry.key[dot...].dropFirst()): \(entry.value)\n"
        }
        return text
    }

    /// What is not as it was, one clause a key, such as `force.kernel was 1_4 and is naive`.
    public func changes(since earlier: ResolvedKeys) -> [String] {
        func value(_ key: String, in keys: ResolvedKeys) -> String? {
            keys.entries.first { $0.key == key }.map { Self.shortened($0.value) }
        }
        let gone = earlier.entries.filter { value($0.key, in: self) == nil }
        return (entries + gone).compactMap { entry in
            let then = earlier.entries.first { $0.key == entry.key }?.value
            let now = entries.first { $0.key == entry.key }?.value
            guard then != now else { return nil }
            let was = then.map { "was \(Self.shortened($0))" } ?? "was not given"
            let isNow = now.map { "is \(Self.shortened($0))" } ?? "is not given"
            return "\(entry.key) \(was) and \(isNow)"
        }
    }

    private static func shortened(_ value: String) -> String {
        value.count > 60 ? value.prefix(57) + "..." : value
    }
}

extension RunConfiguration {
    /// Everything that decides the results, key by key.
    public var resolvedKeys: ResolvedKeys { ResolvedKeys(parsing: resolvedText) }
}
