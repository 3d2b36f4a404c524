internal import Storage
internal import Text

/// A loss and its gradient: `gradient.h5`.
struct GradientNumbers: ReportSection {
    private let value: Double
    private let differingWords: Int?
    private let derivatives: [(name: String, value: Double)]

    let identifier = "gradient"
    let heading = "Gradient"

    private static let group = "/gradient/cosmology/"

    init?(of run: RunDirectory) throws {
        guard run.names.contains("gradient.h5") else { return nil }
        let file = try InputFile(opening: "\(run.path)/gradient.h5", over: run.world)
        guard let value = try file.series("/value")?.first else { return nil }
        self.value = value
        differingWords = try file.attribute("reversal_words_differing")?.integer
        var derivatives: [(name: String, value: Double)] = []
        for dataset in try file.datasets() where dataset.path.hasPrefix(Self.group) {
            guard let value = try file.series(dataset.path)?.first else { continue }
            derivatives.append((String(dataset.path.dropFirst(Self.group.count)), value))
        }
        self.derivatives = derivatives
    }

    func content() -> HTML {
        let rows = derivatives.map { name, value -> HTML in
            "<tr><th scope=\"row\">\(name)</th><td>\(Numbers.short(value, digits: 6))</td></tr>"
        }
        let reversal =
            switch differingWords {
            case nil: ""
            case 0: " The way back restored the initial state to the last bit."
            case let words?: " On the way back \(words) words of the initial state differed."
            }
        return """
            <p>The loss is \(Numbers.short(value, digits: 8)).\(reversal)</p>
            <div class="table"><table>
            <thead><tr><th scope="col">parameter θ</th><th scope="col">dL/dθ at fixed noise</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>
            """
    }
}
