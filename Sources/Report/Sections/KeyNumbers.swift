internal import Parallel
internal import Records
internal import Storage
internal import Text

/// What one wants to know first.
struct KeyNumbers: ReportSection {
    private struct Entry {
        let name: HTML
        let value: String
        var remark = ""
        var isWide = false
    }

    private let entries: [Entry]

    let identifier = "numbers"
    let heading = "Key numbers"

    init?(of run: RunDirectory) throws {
        let configuration = ConfigurationText(run.configurationText ?? "")
        entries =
            Self.box(configuration) + Self.cosmology(run.provenance, run.record)
            + Self.evolution(configuration, run.record)
            + (try run.reconstructionPath.map { try Self.quality(InputFile(opening: $0, over: run.world)) }
                ?? [])
            + Self.machine(run.record) + Self.checksum(run.record)
        if entries.isEmpty { return nil }
    }

    func content() -> HTML {
        let tiles = entries.map { entry -> HTML in
            let remark: HTML = entry.remark.isEmpty ? "" : " <small>\(entry.remark)</small>"
            let value: HTML = entry.isWide ? "<span class=\"mono\">\(entry.value)</span>" : "\(entry.value)"
            return """
                <div\(entry.isWide ? " class=\"wide\"" as HTML : "")><dt>\(entry.name)</dt><dd>\(value)\(remark)</dd></div>
                """
        }
        return "<dl class=\"numbers\">\(tiles)</dl>"
    }

    private static func box(_ configuration: ConfigurationText) -> [Entry] {
        var entries: [Entry] = []
        if let box = configuration.boxSize {
            let sides = Numbers.shape([box.x, box.y, box.z].map { Numbers.short($0) })
            entries.append(Entry(name: "Box", value: sides, remark: "Mpc/h"))
        }
        for (name, key) in [("Particles", "particles"), ("Force mesh", "mesh")] as [(HTML, String)] {
            guard let counts = configuration.counts("box", key) else { continue }
            entries.append(Entry(name: name, value: Numbers.shape(counts.map(String.init))))
        }
        return entries
    }

    private static func cosmology(_ provenance: Provenance?, _ record: RunRecord?) -> [Entry] {
        guard var values = provenance?.cosmology else { return [] }
        if let sigma8 = record?.results["sigma8"] { values["sigma8"] = sigma8 }
        let names: [(String, HTML)] = [
            ("Omega_m", "Ω<sub>m</sub>"), ("Omega_b", "Ω<sub>b</sub>"), ("h", "h"), ("n_s", "n<sub>s</sub>"),
            ("sigma8", "σ<sub>8</sub>"), ("A_s", "A<sub>s</sub>"), ("Omega_k", "Ω<sub>k</sub>"),
            ("w0", "w<sub>0</sub>"), ("wa", "w<sub>a</sub>"),
        ]
        // What is as in the plainest universe is left to the configuration.
        let plain = ["Omega_k": 0.0, "w0": -1, "wa": 0]
        return names.compactMap { key, name in
            guard let value = values[key], value != plain[key] else { return nil }
            return Entry(name: name, value: Numbers.short(value))
        }
    }

    private static func evolution(_ configuration: ConfigurationText, _ record: RunRecord?) -> [Entry] {
        let steps = record?.steps.map(String.init) ?? configuration.value("evolution", "steps")
        let kernel = configuration.value("force", "kernel")
        return [
            steps.map {
                Entry(name: "Steps", value: $0, remark: configuration.value("evolution", "integrator") ?? "")
            },
            kernel.map { Entry(name: "Force kernel", value: $0) },
        ].compactMap(\.self)
    }

    private static func quality(_ file: borrowing InputFile) throws -> [Entry] {
        var entries: [Entry] = []
        if let chiSquared = try file.attribute("chi_squared_per_point")?.real {
            entries.append(Entry(name: "χ² per point of the data", value: Numbers.short(chiSquared)))
        }
        if let loss = try file.series("/history/loss"), let last = loss.last {
            entries.append(Entry(name: "Loss", value: Numbers.short(last)))
        }
        if let bias = try file.attribute("bias")?.real {
            entries.append(Entry(name: "Bias of the tracers", value: Numbers.short(bias)))
        }
        return entries
    }

    private static func machine(_ record: RunRecord?) -> [Entry] {
        guard let record else { return [] }
        let ranks = record.ranks.reduce(1, *)
        let since = record.continuedFrom.map { "since \(record.stepName) \($0)" } ?? ""
        return [
            Entry(name: "Wall time", value: Numbers.duration(record.seconds), remark: since),
            Entry(
                name: "Ranks", value: "\(ranks)",
                remark: record.ranks.count == 2 && ranks > 1 ? "\(record.ranks[0]) × \(record.ranks[1])" : ""),
            Entry(
                name: "Peak memory", value: Numbers.bytes(record.peakBytesOfFullestRank),
                remark: ranks > 1 ? "of \(Numbers.bytes(record.peakBytes)) in all" : ""),
        ]
    }

    private static func checksum(_ record: RunRecord?) -> [Entry] {
        record?.stateChecksum.map {
            [Entry(name: "state_checksum", value: $0, remark: "", isWide: true)]
        } ?? []
    }
}
