internal import Parallel

/// Where the time went, over all ranks.
///
///     phase       max s  mean s  share  MB sent  messages
///     transform    1.23    1.20   45 %     12.3       120
struct PhaseTable {
    private struct Row {
        let name: String
        let longest: Double
        let mean: Double
        let bytesSent: Double
        let messages: Double
    }

    private let rows: [Row]

    /// Gathers what the ranks booked so far. Collective.
    init(_ phases: Phases, on world: Communicator) {
        phases.settle()
        let names = Self.union(of: phases.names, on: world)
        let entries = phases.entries  // as they are now: gathering them books traffic too
        let longest = world.maximum(names.map { entries[$0]?.seconds ?? 0 })
        let sums = world.sum(
            names.flatMap { name in
                guard let entry = entries[name] else { return [0, 0, 0] }
                return [Int(entry.seconds * 1e9), entry.bytesSent, entry.messages]
            })
        rows = names.indices.map { index in
            let share = 1 / Double(world.size)
            return Row(
                name: names[index], longest: longest[index], mean: Double(sums[3 * index]) * 1e-9 * share,
                bytesSent: Double(sums[3 * index + 1]) * share, messages: Double(sums[3 * index + 2]) * share)
        }
    }

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

    /// The table, the phases that took longest first; what is sent is the mean over ranks.
    var text: String {
        var table = TextTable(["phase", "max s", "mean s", "share", "MB sent", "messages"])
        let total = rows.reduce(0) { $0 + $1.mean }
        func add(_ row: Row) {
            table.add([
                row.name, fixed(row.longest, 3), fixed(row.mean, 3),
                total > 0 ? "\(fixed(100 * row.mean / total, 0)) %" : "-",
                fixed(row.bytesSent * 1e-6, 1), fixed(row.messages, 0),
            ])
        }
        for row in rows.sorted(by: { $0.mean > $1.mean }) { add(row) }
        add(
            Row(
                name: "total", longest: rows.reduce(0) { $0 + $1.longest }, mean: total,
                bytesSent: rows.reduce(0) { $0 + $1.bytesSent }, messages: rows.reduce(0) { $0 + $1.messages }
            ))
        return table.text
    }
}
