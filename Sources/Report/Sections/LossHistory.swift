internal import Figures
internal import Storage
internal import Text

/// The course of an optimisation.
struct LossHistory: ReportSection {
    private let loss: [Double]
    /// Steps taken before each row, those of earlier stages included.
    private let steps: [Double]
    private let stages: [Double]
    private let gradientNorms: [Double]?
    private let smoothings: [Double]?
    private let smoothingUnit: String
    private let seconds: [Double]?

    let identifier = "history"
    let heading = "Optimisation"

    init?(of run: RunDirectory) throws {
        guard let path = run.reconstructionPath else { return nil }
        let file = try InputFile(opening: path, over: run.world)
        guard let loss = try file.series("/history/loss"), !loss.isEmpty else { return nil }
        // Whatever is of another length belongs to another history.
        func column(_ name: String) throws -> [Double]? {
            try file.series("/history/\(name)").flatMap { $0.count == loss.count ? $0 : nil }
        }
        self.loss = loss
        stages = try column("stage") ?? loss.map { _ in 0 }
        let iterations = try column("iteration").flatMap { $0.allSatisfy { abs($0) < 1e12 } ? $0 : nil }
        steps = Self.steps(iterations ?? loss.indices.map { Double($0) }, stages)
        gradientNorms = try column("gradient_norm")
        smoothings = try column("smoothing")
        smoothingUnit =
            try smoothings == nil ? "" : file.attribute("units", of: "/history/smoothing")?.text ?? "cells"
        seconds = try column("seconds")
    }

    func content() -> HTML {
        let total = seconds.flatMap(\.last).map { " in \(Numbers.duration($0))" } ?? ""
        let (count, last) = (beginnings.count, loss[beginnings.last!])
        let stages = count == 1 ? "" : " in \(count) stages"
        return """
            <p>\(Int(steps.last!)) iterations\(stages)\(total). The \(count == 1 ? "loss fell" : "last stage took the loss") from \
            \(Numbers.short(last)) to \(Numbers.short(loss.last!)).</p>
            \(plot.figure(
                "\(identifier)-plot", describedAs: "Loss and gradient by iteration",
                caption: """
                    Loss and gradient norm by iteration. Broken lines are where a stage with another smoothing begins; \
                    losses of different stages measure different things.
                    """))
            """
    }

    /// Iterations are counted anew in each stage, whose row 0 is where it starts.
    static func steps(_ iterations: [Double], _ stages: [Double]) -> [Double] {
        var before = 0.0
        return iterations.indices.map { row in
            if row > 0 && stages[row] != stages[row - 1] && iterations[row] <= iterations[row - 1] {
                before += iterations[row - 1]
            }
            return before + iterations[row]
        }
    }

    /// The rows where stages begin.
    private var beginnings: [Int] {
        loss.indices.filter { $0 == 0 || stages[$0] != stages[$0 - 1] }
    }

    private var plot: Plot {
        let marks = beginnings.map { first in
            Plot.Mark(steps[first], smoothings.map { name(ofSmoothing: $0[first]) } ?? "")
        }
        var panels = [panel("loss", loss, Plot.colours[0], height: 1.6)]
        if let gradientNorms { panels.append(panel("|gradient|", gradientNorms, Plot.colours[1], height: 1)) }
        return Plot(
            "", axis: .init("iteration", .linear, range: steps.min()!...max(steps.max()!, steps.min()! + 1)),
            panels: panels, marks: marks,
            size: [1100, gradientNorms == nil ? 400 : 560])
    }

    private func name(ofSmoothing radius: Double) -> String {
        radius > 0 ? "R = \(Numbers.short(radius)) \(smoothingUnit)" : "no smoothing"
    }

    private func panel(_ label: String, _ values: [Double], _ colour: RGB, height: Double) -> Plot.Panel {
        let ends = beginnings.dropFirst() + [loss.count]
        let series = zip(beginnings, ends).map { first, end in
            // One iteration alone would be a line without length.
            Plot.Series(
                nil, x: Array(steps[first..<end]), y: Array(values[first..<end]),
                style: end - first == 1 ? .points : .line, colour: colour)
        }
        return Plot.Panel(.init(label, .logarithmic), series, height: height)
    }
}
