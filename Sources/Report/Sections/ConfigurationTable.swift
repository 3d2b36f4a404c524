internal import Records

/// What was asked for, every key.
struct ConfigurationTable: ReportSection {
    private let configuration: ConfigurationText
    /// Those of other commands in the directory, where they differ.
    private let others: [RunRecord]

    let identifier = "configuration"
    let heading = "Configuration"

    init?(of run: RunDirectory) {
        guard let text = run.configurationText, !text.isEmpty else { return nil }
        configuration = ConfigurationText(text)
        let told = run.record?.command
        others = run.records.filter { $0.command != told && $0.configuration != text }
    }

    func content() -> HTML {
        let cards = configuration.sections.map { section -> HTML in
            let entries = section.entries.map { entry -> HTML in
                "<dt>\(entry.key)</dt><dd>\(entry.value)</dd>"
            }
            return "<div><h3>\(section.name)</h3><dl>\(entries)</dl></div>"
        }
        return """
            <p>As resolved: every key with its value, defaults included. It runs again as it stands.</p>
            <div class="cards">\(cards)</div>
            <details><summary>As YAML</summary><pre>\(configuration.text)</pre></details>
            \(others.map { record -> HTML in
                "<details><summary>That of \(record.command), as YAML</summary><pre>\(record.configuration)</pre></details>"
            })
            """
    }
}
