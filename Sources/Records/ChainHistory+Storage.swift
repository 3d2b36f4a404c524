public import Inference
public import Storage

extension ChainHistory {
    /// What ``write(warmUp:to:)`` needs at most for some rows [bytes].
    public static func bytes(rows: Int, _ sample: ModeSample, parameters: Int) -> Int {
        rows * (8 * (7 + parameters) + 8 * sample.modes.count + 1)
    }

    private static let warmUpPrefix = "warmup_"

    /// Writes the course under the names that ArviZ knows, `[chain][draw]` with one chain. Collective.
    ///
    /// Iterations of the warm-up go to `/warmup_posterior` and `/warmup_sample_stats`; the watched modes of all to `/modes`.
    public func write(warmUp: Int, to file: inout OutputFile) throws(StorageError) {
        let early = min(warmUp, rows.count)
        for (prefix, range) in [(Self.warmUpPrefix, 0..<early), ("", early..<rows.count)]
        where !range.isEmpty {
            for (index, name) in parameters.enumerated() {
                try write(
                    series(ofParameter: index, in: range), "\(prefix)posterior/\(name)", "a parameter",
                    to: &file)
            }
            let group = "\(prefix)sample_stats"
            let rows = rows[range]
            try write(rows.map(\.logProbability), "\(group)/lp", "ln p up to a constant", to: &file)
            try write(rows.map(\.draw.energy), "\(group)/energy", "H at the start", to: &file)
            try write(
                rows.map(\.draw.energyError), "\(group)/energy_error", "H at the end minus H at the start",
                to: &file)
            try write(
                rows.map(\.draw.acceptance), "\(group)/acceptance_rate", "min(1, exp(-energy_error))",
                to: &file)
            try write(rows.map(\.step), "\(group)/step_size", "step", to: &file)
            try write(
                rows.map { Int64($0.draw.steps) }, "\(group)/n_steps", "steps of the integrator", to: &file)
            try write(
                rows.map { Int64($0.draw.gradients) }, "\(group)/n_gradients", "gradients", to: &file)
            try write(
                rows.map { UInt8($0.draw.isAccepted ? 1 : 0) }, "\(group)/accepted", "whether it moved",
                to: &file)
            try write(
                rows.map { UInt8($0.draw.isDiverging ? 1 : 0) }, "\(group)/diverging",
                "|energy_error| > 1000, or none", to: &file)
        }
        file.set("warmup", to: .integer(early), on: "/")
        file.set("iterations", to: .integer(rows.count), on: "/")
        try file.write(
            sample.shells.map(Int64.init), at: "/modes/shell",
            labels: Labels(units: "1", description: "n of a watched mode, |k| about n k_f"))
        try file.write(
            sample.modes.flatMap { [Int64($0.x), Int64($0.y), Int64($0.z)] },
            shape: [sample.modes.count, 3], at: "/modes/wave",
            labels: Labels(units: "1", description: "waves of a mode along x, y, z of the box"))
        guard !rows.isEmpty, !sample.modes.isEmpty else { return }
        try file.write(
            amplitudes, shape: [rows.count, sample.modes.count, 2], at: "/modes/amplitude",
            labels: Labels(
                units: "1",
                description:
                    "real and imaginary part of s_k / sqrt(N), [iteration][mode][part], warm-up first"))
    }

    private func write<Element: StorageElement>(
        _ values: [Element], _ path: String, _ description: String, to file: inout OutputFile
    ) throws(StorageError) {
        try file.write(
            values, shape: [1, values.count], at: "/\(path)",
            labels: Labels(units: "1", description: "\(description), [chain][draw]"))
    }

    /// Reads the first iterations of a course; later ones are of a process that was killed. Collective.
    ///
    /// - Throws: ``StorageError`` on all ranks when the file is damaged, or has fewer.
    public init(
        from file: borrowing InputFile, iterations: Int, parameters: [String], _ sample: ModeSample
    ) throws(StorageError) {
        let there = try file.attribute("iterations")?.integer ?? 0
        guard there >= iterations, let early = try file.attribute("warmup")?.integer else {
            throw StorageError(
                .damaged, fault: .environment,
                "\(file.path): has \(there) iterations; the checkpoint of the chain has \(iterations)")
        }
        var rows: [Row] = []
        for (prefix, count) in [(Self.warmUpPrefix, early), ("", there - early)] where count > 0 {
            rows += try Self.rows(of: prefix, count, parameters, in: file)
        }
        let width = 2 * sample.modes.count
        let amplitudes =
            there > 0 && width > 0
            ? try file.readArray(at: "/modes/amplitude", as: Float.self, expecting: .any) : []
        guard rows.count == there, amplitudes.count == there * width else {
            throw StorageError(
                .damaged, fault: .environment, "\(file.path): is damaged: its columns are not as long")
        }
        self.init(
            parameters: parameters, sample, rows: Array(rows.prefix(iterations)),
            amplitudes: Array(amplitudes.prefix(iterations * width)))
    }

    private static func rows(
        of prefix: String, _ count: Int, _ parameters: [String], in file: borrowing InputFile
    ) throws(StorageError) -> [Row] {
        let group = "/\(prefix)sample_stats"
        var columns: [[Double]] = []
        for name in ["lp", "energy", "energy_error", "acceptance_rate", "step_size"] {
            columns.append(try file.readArray(at: "\(group)/\(name)", as: Double.self, expecting: .any))
        }
        let steps = try file.readArray(at: "\(group)/n_steps", as: Int64.self)
        let gradients = try file.readArray(at: "\(group)/n_gradients", as: Int64.self)
        let accepted = try file.readArray(at: "\(group)/accepted", as: UInt8.self)
        var values: [[Double]] = []
        for name in parameters {
            values.append(try file.readArray(at: "/\(prefix)posterior/\(name)", as: Double.self))
        }
        guard columns.allSatisfy({ $0.count == count }), steps.count == count, gradients.count == count,
            accepted.count == count, values.allSatisfy({ $0.count == count })
        else { return [] }
        return (0..<count).map { row in
            Row(
                draw: Draw(
                    energyError: columns[2][row], energy: columns[1][row], acceptance: columns[3][row],
                    isAccepted: accepted[row] == 1, steps: Int(steps[row]), gradients: Int(gradients[row])),
                logProbability: columns[0][row], step: columns[4][row], parameters: values.map { $0[row] })
        }
    }
}
