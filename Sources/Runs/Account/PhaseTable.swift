package import Parallel
package import Records
internal import Text

/// Where the time went, over all ranks.
///
///     phase       max s  mean s  share  MB sent  messages
///     transform    1.23    1.20   45 %     12.3       120
package struct PhaseTable {
    /// The phases that took longest first.
    package let phases: [RunRecord.Phase]

    /// Gathers what the ranks booked so far. Collective.
    init(_ phases: Phases, on world: Communicator) {
        phases.settle()
        self.init(phases.entries, in: phases.order, on: world)
    }

    /// Gathers what the ranks booked under some phases, which need not be the same on all. Collective.
    package init(_ entries: [Phase: Phases.Entry], in order: [Phase], on world: Communicator) {
        let names = Self.union(of: order.map(\.name), on: world)
        let longest = world.maximum(names.map { entries[Phase($0)]?.seconds ?? 0 })
        let sums = world.sum(
            names.flatMap { name in
                guard let entry = entries[Phase(name)] else { return [0, 0, 0] }
                return [Int(entry.seconds * 1e9), entry.bytesSent, entry.messages]
            })
        let share = 1 / Double(world.size)
        self.phases = names.indices.map { index in
            RunRecord.Phase(
                names[index], longestSeconds: longest[index],
                meanSeconds: Double(sums[3 * index]) * 1e-9 * share,
                bytesSent: Double(sums[3 * index + 1]) * share, messages: Double(sums[3 * index + 2]) * share)
        }.sorted { $0.meanSeconds > $1.meanSeconds }
    }

    /// Wall-clock time, mean over ranks [s].
    package var seconds: Double { phases.reduce(0) { $0 + $1.meanSeconds } }

    /// The names on any rank, in the order of rank 0 first.
    private static func union(of names: [String], on world: Communicator) -> [String] {
        var all = world.broadcast(names.joined(separator: "\n")).split(separator: "\n").map(String.init)
        let others = names.filter { !all.contains($0) }.joined(separator: "\n")
        // Hardly ever does another rank do what rank 0 does not.
        guard world.any(!others.isEmpty) else { return all }
        for rank in 1..<world.size {
            for name in world.broadcast(others, from: rank).split(separator: "\n")
            where !all.contains(String(name)) {
                all.append(String(name))
            }
        }
        return all
    }

    /// The table; what is sent is the mean over ranks.
    package var text: String {
        var table = TextTable(["phase", "max s", "mean s", "share", "MB sent", "messages"])
        func add(_ phase: RunRecord.Phase) {
            table.add([
                phase.name, fixed(phase.longestSeconds, 3), fixed(phase.meanSeconds, 3),
                seconds > 0 ? "\(fixed(100 * phase.meanSeconds / seconds, 0)) %" : "-",
                fixed(phase.bytesSent * 1e-6, 1), fixed(phase.messages, 0),
            ])
        }
        phases.forEach(add)
        add(
            RunRecord.Phase(
                "total", longestSeconds: phases.reduce(0) { $0 + $1.longestSeconds }, meanSeconds: seconds,
                bytesSent: phases.reduce(0) { $0 + $1.bytesSent },
                messages: phases.reduce(0) { $0 + $1.messages }))
        return table.text
    }
}
