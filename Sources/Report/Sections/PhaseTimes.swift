internal import Parallel
internal import Records
internal import Text

/// Where the time went.
struct PhaseTimes: ReportSection {
    private let records: [RunRecord]

    let identifier = "phases"
    let heading = "Time"

    init?(of run: RunDirectory) {
        records = run.records.filter { !$0.phases.isEmpty }
        if records.isEmpty { return nil }
    }

    func content() -> HTML {
        HTML(
            records.map { record in
                let heading: HTML = records.count == 1 ? .nothing : "<h3>\(record.command)</h3>"
                return "\(heading)\(table(of: record))"
            })
    }

    private func explanations(of record: RunRecord) -> [HTML] {
        record.phases.compactMap { phase in
            Phase.explanations[Phase(phase.name)].map { "<dt>\(phase.name)</dt><dd>\($0)</dd>" }
        }
    }

    private func table(of record: RunRecord) -> HTML {
        let total = record.phases.reduce(0) { $0 + $1.meanSeconds }
        let rows = record.phases.map { phase -> HTML in
            let share = total > 0 ? 100 * phase.meanSeconds / total : 0
            return """
                <tr><th scope="row">\(phase.name)</th><td>\(Numbers.fixed(phase.longestSeconds, 3))</td>\
                <td>\(Numbers.fixed(phase.meanSeconds, 3))</td><td>\(Numbers.fixed(share, 1)) %</td>\
                <td class="share"><span class="bar" style="width: \(Numbers.fixed(share, 2))%"></span></td>\
                <td>\(Numbers.fixed(phase.bytesSent * 1e-6, 1))</td><td>\(Numbers.fixed(phase.messages, 0))</td></tr>
                """
        }
        let sent = record.phases.reduce(0) { $0 + $1.bytesSent } * 1e-6
        let messages = record.phases.reduce(0) { $0 + $1.messages }
        let ranks = record.ranks.reduce(1, *)
        let since =
            record.continuedFrom.map { " Since \(record.stepName) \($0), from where this process continued." }
            ?? ""
        return """
            <p>\(Numbers.duration(record.seconds)) on \(ranks) \(ranks == 1 ? "rank" : "ranks").\(since) \
            Traffic is the mean over ranks.</p>
            <div class="table"><table>
            <thead><tr><th scope="col">phase</th><th scope="col">slowest rank [s]</th><th scope="col">mean [s]</th>\
            <th scope="col">share</th><td class="share"></td><th scope="col">MB sent</th><th scope="col">messages</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            <tfoot><tr><th scope="row">total</th><td></td><td>\(Numbers.fixed(total, 3))</td><td></td><td class="share"></td>\
            <td>\(Numbers.fixed(sent, 1))</td><td>\(Numbers.fixed(messages, 0))</td></tr></tfoot>
            </table></div>
            <details><summary>What the phases are</summary><dl class="list">\(explanations(of: record))</dl></details>
            """
    }
}

extension RunRecord {
    /// What the command counts.
    var stepName: String { command == "reconstruct" ? "iteration" : "step" }
}
