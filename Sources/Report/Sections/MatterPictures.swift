internal import Figures
internal import Parallel
internal import Text

/// The projected density at each output time, in the colours of the last.
struct MatterPictures: ReportSection {
    private let panels: [(output: RunDirectory.Output, slab: Slab)]
    private let total: Int

    let identifier = "matter"
    static let name = "Matter"
    let heading = Self.name

    /// More pictures than this make the page heavy and tell little.
    private static let most = 9

    init?(of run: RunDirectory) throws {
        total = run.densities.count
        panels = try run.densities.spread(over: Self.most).compactMap { output in
            try run.matter(in: output.path).map { (output, $0) }
        }
        if panels.isEmpty { return nil }
    }

    func content() throws -> HTML {
        let last = panels.last!.slab
        let row = MapRow(
            identifier: identifier,
            panels: panels.map { output, slab in
                let name = "a = \(Numbers.fixed(output.scaleFactor, 4))"
                return MapRow.Panel(
                    map: slab.map, name: name, remark: "z = \(Numbers.fixed(1 / output.scaleFactor - 1, 2))",
                    description: "Projected matter density at \(name)")
            },
            bar: ColourBar(.density(of: last.map), in: .density, quantity: "density / mean"))
        let left = panels.count < total ? " \(panels.count) of \(total) output times." : ""
        let shared = panels.count > 1 ? " Colours mean the same at all times." : ""
        return """
            <p>Density over its mean, \(last.lineOfSight).\(shared)\(left)</p>
            \(try row.html())
            """
    }
}

extension Array {
    /// At most `count` elements, evenly spread, the first and the last among them.
    package func spread(over count: Int) -> [Element] {
        guard self.count > count, count > 1 else { return Array(suffix(Swift.max(count, 1))) }
        return (0..<count).map { self[($0 * (self.count - 1) + (count - 1) / 2) / (count - 1)] }
    }
}
