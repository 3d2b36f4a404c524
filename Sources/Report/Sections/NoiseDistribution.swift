internal import Figures
internal import Glibc
internal import Mesh
internal import Parallel
internal import Storage
internal import Text

/// Whether the white noise that was found could be what it should: independent unit normals.
struct NoiseDistribution: ReportSection {
    private let counts: [Int]
    private let total: Int
    private let moments: [(name: String, value: Double, expected: String)]

    let identifier = "noise"
    let heading = "Noise"

    /// Bins of a quarter from −5 to 5, where next to nothing lies beyond.
    private static let width = 0.25
    private static let bins = 40

    init?(of run: RunDirectory) throws {
        guard let path = run.reconstructionPath, !run.isStandard else { return nil }
        let file = try InputFile(opening: path, over: run.world)
        guard let shape = try file.meshShape(of: "/white_noise") else { return nil }
        let noise: Field<Float> = try file.readField(
            at: "/white_noise", over: run.decomposition(of: shape), for: "report")
        counts = run.world.sum(Self.histogram(of: noise))
        total = noise.decomposition.pointCount
        moments = try Self.moments(in: file, count: total)
    }

    func content() -> HTML {
        let rows = moments.map { moment -> HTML in
            """
            <tr><th scope="row">\(moment.name)</th><td>\(Numbers.short(moment.value))</td><td>\(moment.expected)</td></tr>
            """
        }
        let table: HTML =
            moments.isEmpty
            ? .nothing
            : """
            <div class="table"><table>
            <thead><tr><th scope="col">moment</th><th scope="col">found</th><th scope="col">of unit normals</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>
            """
        return """
            <p>The prior is a unit normal for each of the \(total) values. Where the data say nothing, the most probable noise \
            is zero, so its distribution is narrower than the prior.</p>
            <div class="plots">
            \(plot.figure(
                "\(identifier)-plot", describedAs: "Histogram of the white noise beside the unit normal",
                caption: "Distribution of the white noise found, beside the unit normal (broken)."))
            \(table)
            </div>
            """
    }

    private var plot: Plot {
        let centres = (0..<Self.bins).map { (Double($0) + 0.5 - Double(Self.bins) / 2) * Self.width }
        let density = counts.map { Double($0) / (Double(total) * Self.width) }
        let normal = centres.map { exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() }
        return Plot(
            "", axis: .init("white noise s", .linear, range: -5...5),
            panels: [
                .init(
                    .init("probability density", .linear, range: 0...1.1 * max(density.max() ?? 0, 0.4)),
                    [
                        .init(
                            nil, x: centres, y: centres.map { _ in 0 }, style: .band(density),
                            colour: Plot.colours[0]),
                        .init("found", x: centres, y: density, colour: Plot.colours[0]),
                        .init("unit normal", x: centres, y: normal, style: .dashed, colour: Plot.colours[1]),
                    ])
            ], size: [600, 400])
    }

    private static func histogram(of noise: borrowing Field<Float>) -> [Int] {
        var counts = [Int](repeating: 0, count: bins)
        let (values, grid) = (noise.values.span, noise.decomposition)
        for x in grid.x {
            for y in grid.y {
                let line = noise.offset(x: x, y: y, z: 0)
                for z in 0..<grid.shape.z {
                    let bin = (Double(values[line + z]) / width + Double(bins) / 2).rounded(.down)
                    if bin >= 0 && bin < Double(bins) { counts[Int(bin)] += 1 }
                }
            }
        }
        return counts
    }

    private static func moments(
        in file: borrowing InputFile, count: Int
    ) throws -> [(name: String, value: Double, expected: String)] {
        func scatter(_ factor: Double) -> String {
            Numbers.short((factor / Double(count)).squareRoot(), digits: 2)
        }
        let expected = [
            ("mean", "0 ± \(scatter(1))"), ("variance", "1 ± \(scatter(2))"),
            ("skewness", "0 ± \(scatter(6))"),
            ("excess_kurtosis", "0 ± \(scatter(24))"),
        ]
        var found: [(name: String, value: Double, expected: String)] = []
        for (key, expected) in expected {
            guard let value = try file.attribute("noise_\(key)")?.real else { continue }
            found.append((key.replacing("_", with: " "), value, expected))
        }
        return found
    }
}
