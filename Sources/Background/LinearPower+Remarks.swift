import Numerics

extension LinearPowerModel {
    /// Parameters of a universe on which neither expansion nor power spectrum depend.
    public func idleParameters(of parameters: CosmologyParameters) -> [CosmologyParameter] {
        guard case .table(_, let own) = self else { return parameters.idleParameters }
        return parameters.idleParameters(besideTableOf: own) + parameters.idleParameters
    }

    /// What a log should say of a table: which of its numbers are used, and as what.
    public var remarks: [String] {
        guard case .table(let table, let scalarAmplitude) = self else { return [] }
        let columns = table.columns > 2 ? "; columns 1 (k) and 2 (P) of \(table.columns) are taken" : ""
        let redshift = table.redshift > 0 ? ", brought from redshift \(table.redshift) to 0 by growth" : ""
        let amplitude =
            scalarAmplitude.map { "its amplitude is that of A_s = \($0)" } ?? "its amplitude is its own"
        return [
            "\(table.source): \(table.wavenumbers.count) rows, k = \(table.range.lowerBound) to "
                + "\(table.range.upperBound) h/Mpc\(columns)\(redshift); \(amplitude); Omega_b and h do not act on it"
        ]
    }
}

extension LinearPower where Scalar == Double {
    /// The σ8 that a universe may have; beyond it an input is probably not what it is taken for.
    private static var plausibleSigma8: ClosedRange<Double> { 0.3...1.5 }

    /// What a log should say of the spectrum that is used.
    public var remarks: [String] {
        let value = sigma8()
        let line = "sigma8 \((value * 1e4).rounded() / 1e4) of the linear power spectrum, at a = 1"
        guard !Self.plausibleSigma8.contains(value) else { return [line] }
        let table =
            knownRange == nil
            ? "" : "; is the table P [(Mpc/h)^3] of k [h/Mpc], at the redshift power.redshift?"
        return [
            line,
            "warning: sigma8 is \(value); from \(Self.plausibleSigma8.lowerBound) to "
                + "\(Self.plausibleSigma8.upperBound) is usual\(table)",
        ]
    }
}
