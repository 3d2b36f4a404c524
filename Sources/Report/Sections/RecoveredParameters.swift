internal import Figures
internal import Storage
internal import Text

/// The cosmological parameters that were sought with the initial conditions: from where, under which prior, to what.
struct RecoveredParameters: ReportSection {
    private struct Parameter {
        let name: String
        let found: Double
        /// Its standard deviation, where the reconstruction knew it.
        let error: Double?
        let start: Double
        let prior: (mean: Double, sigma: Double)?
        /// By row of the history; empty if there is none.
        let course: [Double]
    }

    private let parameters: [Parameter]
    /// Steps taken before each row of the history.
    private let steps: [Double]

    let identifier = "parameters"
    let heading = "Cosmological parameters"

    private static let group = "/cosmology/"
    private static let caution =
        " What was found is the most probable point, not a mean; without an error beside it, it says nothing of its own."

    init?(of run: RunDirectory) throws {
        guard let path = run.reconstructionPath else { return nil }
        let file = try InputFile(opening: path, over: run.world)
        let iterations = try file.series("/history/iteration") ?? []
        let stages = try file.series("/history/stage") ?? []
        let hasSteps = iterations.count == stages.count && iterations.allSatisfy { abs($0) < 1e12 }
        steps = hasSteps ? LossHistory.steps(iterations, stages) : []
        var parameters: [Parameter] = []
        for dataset in try file.datasets() where dataset.path.hasPrefix(Self.group) {
            guard let start = try file.attribute("start", of: dataset.path)?.real,
                let found = try file.series(dataset.path)?.first
            else { continue }
            let name = String(dataset.path.dropFirst(Self.group.count))
            var prior: (mean: Double, sigma: Double)?
            if let mean = try file.attribute("prior_mean", of: dataset.path)?.real,
                let sigma = try file.attribute("prior_sigma", of: dataset.path)?.real
            {
                prior = (mean, sigma)
            }
            let course = try file.series("/history/cosmology/\(name)") ?? []
            parameters.append(
                Parameter(
                    name: name, found: found, error: try file.attribute("error", of: dataset.path)?.real,
                    start: start, prior: prior,
                    course: course.count == steps.count ? course : []))
        }
        self.parameters = parameters
        if parameters.isEmpty { return nil }
    }

    func content() -> HTML {
        let rows = parameters.map { parameter -> HTML in
            let prior =
                parameter.prior.map { "\(Numbers.short($0.mean)) ± \(Numbers.short($0.sigma))" } ?? "none"
            let error = parameter.error.map { " ± \(Numbers.short($0, digits: 2))" } ?? ""
            let change = parameter.found - parameter.start
            let relative =
                parameter.start == 0
                ? Numbers.short(change) : "\(Numbers.fixed(100 * change / abs(parameter.start), 2)) %"
            return """
                <tr><th scope="row">\(parameter.name)</th><td>\(Numbers.short(parameter.start, digits: 6))</td><td>\(prior)</td>\
                <td>\(Numbers.short(parameter.found, digits: 6))\(error)</td><td>\(relative)</td></tr>
                """
        }
        return """
            <p>Sought together with the initial conditions.\(parameters.contains { $0.error == nil } ? Self.caution : "")</p>
            <div class="table"><table>
            <thead><tr><th scope="col">parameter</th><th scope="col">start</th><th scope="col">prior</th>\
            <th scope="col">found</th><th scope="col">change</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>
            \(plot?.figure(
                "\(identifier)-plot", describedAs: "Values of the parameters by iteration",
                caption: "The way from the start to what was found; broken: the middle of the prior.") ?? .nothing)
            """
    }

    private var plot: Plot? {
        let shown = parameters.filter { $0.course.contains { $0.isFinite } }
        guard let last = steps.max(), let first = steps.min(), !shown.isEmpty else { return nil }
        let panels = shown.enumerated().map { index, parameter in
            let colour = Plot.colours[index % Plot.colours.count]
            return Plot.Panel(
                .init(parameter.name, .linear, range: Self.range(of: parameter)),
                [Plot.Series(nil, x: steps, y: parameter.course, colour: colour)],
                levels: parameter.prior.map { [$0.mean] } ?? [])
        }
        return Plot(
            "", axis: .init("iteration", .linear, range: first...max(last, first + 1)), panels: panels,
            size: [1100, 160 + 180 * Double(panels.count)])
    }

    /// All values and the middle of the prior, with a margin.
    private static func range(of parameter: Parameter) -> ClosedRange<Double> {
        let values = (parameter.course + [parameter.prior?.mean].compactMap(\.self)).filter(\.isFinite)
        let (least, most) = (values.min()!, values.max()!)
        let margin = max(0.1 * (most - least), 1e-3 * max(abs(least), abs(most), 1e-12))
        return least - margin...most + margin
    }
}
