internal import Records
internal import Text

/// What the members of an ensemble have in common: how many there are, and their numbers with their scatter.
struct EnsembleNumbers: ReportSection {
    private let record: EnsembleRecord

    let identifier = "ensemble"
    let heading = "Ensemble"

    init?(of run: RunDirectory) {
        guard let record = run.ensemble else { return nil }
        self.record = record
    }

    func content() -> HTML {
        let done = record.finishedMembers
        let seconds = done.compactMap(\.seconds)
        var entries: [(HTML, String, String)] = [
            ("Members", "\(record.members.count)", record.command == "simulate" ? "" : "mocks"),
            ("Finished", "\(done.count)", ""),
            ("Groups", "\(record.groups)", "of \(record.ranks) ranks in all"),
            ("Wall time", Numbers.duration(record.seconds), ""),
        ]
        if !seconds.isEmpty {
            entries.append(("One by one", Numbers.duration(seconds.reduce(0, +)), "for all members"))
            entries.append(("A member", Numbers.duration(Self.moments(seconds).mean), "on its group"))
        }
        let numbers: [(HTML, [Double])] = [
            ("σ<sub>8</sub> of linear theory", done.compactMap { $0.results["sigma8"] }),
            ("Haloes", done.compactMap { $0.haloes.map(Double.init) }),
            ("Loss", done.compactMap { $0.results["loss"] }),
        ]
        for (name, values) in numbers where !values.isEmpty {
            let (mean, deviation) = Self.moments(values)
            entries.append(
                (name, Numbers.short(mean), deviation > 0 ? "± \(Numbers.short(deviation, digits: 2))" : ""))
        }
        let tiles = entries.map { name, value, remark -> HTML in
            let small: HTML = remark.isEmpty ? "" : " <small>\(remark)</small>"
            return "<div><dt>\(name)</dt><dd>\(value)\(small)</dd></div>"
        }
        return "<dl class=\"numbers\">\(tiles)</dl>\(missing)"
    }

    /// A line for each member that is not done, up to ``EnsembleMembers/mostRows``.
    private var missing: HTML {
        let open = record.members.filter { $0.outcome != .finished }
        let lines = open.prefix(EnsembleMembers.mostRows).map { member -> HTML in
            let reason = member.message.map { ": \($0)" } ?? ""
            return """
                <p class="note" role="note">\(member.name) \(member.outcome == .failed ? "failed" : "was stopped")\(reason)</p>
                """
        }
        let rest: HTML =
            open.count > lines.count
            ? "<p class=\"note\" role=\"note\">and \(open.count - lines.count) more</p>" : .nothing
        return "\(lines)\(rest)"
    }

    /// Mean and standard deviation.
    private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let (mean, deviation) = EnsemblePower.moments(values.map { [$0] })
        return (mean[0], deviation[0])
    }
}

/// The members one by one.
struct EnsembleMembers: ReportSection {
    /// Of a larger ensemble the page shows the first so many; `ensemble.csv` has them all.
    static let mostRows = 200

    private let record: EnsembleRecord

    let identifier = "members"
    let heading = "Members"

    init?(of run: RunDirectory) {
        guard let record = run.ensemble else { return nil }
        self.record = record
    }

    func content() -> HTML {
        let keys = record.keys.map { key -> HTML in "<th scope=\"col\">\(key)</th>" }
        let rows = record.members.prefix(Self.mostRows).map { member -> HTML in
            let values = member.values.map { value -> HTML in "<td>\(value)</td>" }
            return """
                <tr><th scope="row">\(member.name)</th>\(values)<td>\(member.outcome.rawValue)</td>\
                <td>\(member.results["sigma8"].map { Numbers.short($0) } ?? "–")</td>\
                <td>\(member.haloes.map(String.init) ?? "–")</td>\
                <td>\(member.seconds.map { Numbers.fixed($0, 2) } ?? "–")</td>\
                <td class="mono">\(member.stateChecksum ?? "–")</td></tr>
                """
        }
        let more: HTML =
            record.members.count > Self.mostRows
            ? "<p>The first \(Self.mostRows) of \(record.members.count); ensemble.csv has them all.</p>" : .nothing
        return """
            <div class="table"><table>
            <thead><tr><th scope="col">member</th>\(keys)<th scope="col">outcome</th><th scope="col">σ<sub>8</sub></th>\
            <th scope="col">haloes</th><th scope="col">seconds</th><th scope="col">state_checksum</th></tr></thead>
            <tbody>
            \(rows)
            </tbody></table></div>
            \(more)
            """
    }
}
