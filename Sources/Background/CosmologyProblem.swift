import Numerics

/// Something wrong with one cosmological parameter, in the parts that an error message needs.
public struct CosmologyProblem: Sendable, Equatable, CustomStringConvertible {
    /// The parameter's name, as in `CosmologyParameters.parameterNames`.
    public let key: String
    /// What it was given.
    public let value: Double
    /// What it must obey.
    public let rule: String
    /// What to do.
    public let remedy: String

    /// `key is value; it must rule; remedy`.
    public var description: String { "\(key) is \(value); it must \(rule); \(remedy)" }
}

extension CosmologyParameters {
    /// Everything that keeps these parameters from being a universe that can be simulated; empty if fit.
    ///
    /// Besides signs and wide ranges: baryons are part of matter; E² > 0 on (0, 1], so that there was a big bang; and at
    /// the start of the growth integration dark energy is at most 1e-3 of matter, since growth begins as D1 = a.
    public var problems: [CosmologyProblem] {
        var found: [CosmologyProblem] = []
        func require(_ holds: Bool, _ parameter: CosmologyParameter, _ rule: String, _ remedy: String) {
            guard !holds else { return }
            found.append(
                CosmologyProblem(
                    key: name(of: parameter), value: self[parameter], rule: rule, remedy: remedy))
        }
        for parameter in CosmologyParameter.allCases {
            require(self[parameter].isFinite, parameter, "be a finite number", "write a plain number")
        }
        guard found.isEmpty else { return found }

        require(amplitude.value > 0, .amplitude, "be positive", "try \(typicalAmplitude)")
        require(omegaMatter > 0, .omegaMatter, "be positive", "try 0.31")
        require(omegaBaryon > 0, .omegaBaryon, "be positive", "try 0.049")
        require(
            omegaBaryon < omegaMatter, .omegaBaryon, "be below Omega_m (\(omegaMatter)), which includes it",
            "lower it or raise Omega_m")
        require(h > 0, .h, "be positive", "try 0.68")
        require(
            h < 10, .h, "be H0 in units of 100 km/s/Mpc, below 10", "divide it by 100")
        guard found.isEmpty else { return found }

        for parameter in CosmologyParameter.allCases {
            let range = range(of: parameter)
            require(
                range.contains(self[parameter]), parameter,
                "be from \(range.lowerBound) to \(range.upperBound)",
                "bring it into that range")
        }
        guard found.isEmpty else { return found }

        let early = darkEnergyOverMatter(at: growthStart)
        require(
            early.magnitude <= 1e-3, abs(wa) > abs(w0 + 1) ? .wa : .w0,
            "leave matter alone early: dark energy at a = \(growthStart) is \(early) of matter, at most 0.001 is allowed",
            "lower w0 + wa (now \(w0 + wa)) to -0.2 or less")
        if let a = scaleFactorWithoutExpansion {
            require(
                false, .omegaCurvature, "keep E²(a) positive on (0, 1]; at a = \(a) it is not",
                "bring Omega_k or w0, wa closer to 0, -1, 0")
        }
        return found
    }

    /// Generous bounds, inside of which all that follows from the parameters stays within the range of numbers.
    private func range(of parameter: CosmologyParameter) -> ClosedRange<Double> {
        switch (parameter, amplitude) {
        case (.amplitude, .scalar): 1e-14...1e-5
        case (.amplitude, .sigma8): 1e-3...30
        case (.spectralIndex, _): -3...5
        case (.omegaMatter, _): 1e-3...10
        case (.omegaBaryon, _): 1e-6...10
        case (.h, _): 0.05...10
        case (.omegaCurvature, _): -10...10
        case (.w0, _): -20...20
        case (.wa, _): -100...100
        }
    }

    private var typicalAmplitude: Double {
        switch amplitude {
        case .scalar: 2.1e-9
        case .sigma8: 0.81
        }
    }

    /// Ω_DE(a) / Ω_m(a).
    private func darkEnergyOverMatter(at a: Double) -> Double {
        let exponent = -3 * ((w0 + wa) * Double.log(a) + wa * (1 - a))
        return (1 - omegaMatter - omegaCurvature) / omegaMatter * Double.exp(exponent)
    }

    /// The latest sampled a in (0, 1] where E² is not positive; matter rules before the samples begin.
    private var scaleFactorWithoutExpansion: Double? {
        let count = 4096
        return (0...count).lazy
            .map { Double.exp(Double(-$0) / Double(count) * 13) }
            .first { a in !(1 + omegaCurvature / omegaMatter * a + darkEnergyOverMatter(at: a) > 0) }
    }
}
