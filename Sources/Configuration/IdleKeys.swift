/// Keys that one command leaves aside, which act in another: a file may serve both, so they are told, not refused.
///
/// A key that acts in no command beside the others is refused where its section is read.
extension RunConfiguration {
    /// A command that reads some sections and not others.
    public enum Use: Sendable {
        case simulation, gradient, reconstruction, sampling
    }

    /// A line for the log for each key that is not as it is by default and does not act.
    public func idleKeys(in use: Use) -> [String] {
        switch use {
        case .simulation: idleHaloKeys
        case .gradient, .sampling: idleInk
        case .reconstruction:
            idleInk + (reconstruct?.method == .standard ? idleKeysOfStandardMethod : idleSmoothing)
        }
    }

    private var idleHaloKeys: [String] {
        guard let usual = Self.usual?.halo, halo != usual, !output.haloes else { return [] }
        let key = halo.linkingLength != usual.linkingLength ? "linking_length" : "minimum_particles"
        return ["halo.\(key) does not act, since output.haloes is false: no haloes are sought"]
    }

    /// A picture may be compared with, or the numbers that were made of it.
    private var idleInk: [String] {
        objectives.filter { objective in
            if case .dataset = objective.data { objective.ink == .dark } else { false }
        }.map { "\($0.name).ink (dark) does not act: \($0.name).data is a dataset, no picture" }
    }

    /// The stages say how residuals are smoothed.
    private var idleSmoothing: [String] {
        objectives.filter { $0.smoothing != 0 }.map {
            "\($0.name).smoothing (\($0.smoothing)) does not act in a reconstruction: optimizer.stages say how the "
                + "residual is smoothed"
        }
    }

    private var idleKeysOfStandardMethod: [String] {
        var keys: [String] = []
        for objective in objectives {
            let given = [
                (objective.weightsKey, objective.weights != nil), ("bias", objective.bias != .none),
                ("likelihood", objective.likelihood != objective.kind.traits.likelihood),
                ("sigma", objective.sigma != 1),
                ("smoothing", objective.smoothing != 0), ("network", objective.haloes != nil),
            ]
            keys += given.filter(\.1).map { "\(objective.name).\($0.0)" }
        }
        if let optimizer, optimizer != OptimizerSection.usual(in: box, objectives) {
            keys.append("optimizer")
        }
        return keys.map { "\($0) does not act with reconstruct.method: standard" }
    }

    /// What an empty file says.
    private static var usual: RunConfiguration? { try? RunConfiguration(bytes: [], name: "") }
}
