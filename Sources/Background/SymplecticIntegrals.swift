import Numerics

/// The time integrals of a canonical leapfrog: what multiplies momentum in a drift and force in a kick.
extension Cosmology {
    /// ∫ da/(a³E) from `start` to `end`, the drift of p = a² dx/dt [1/H0].
    ///
    /// - Parameters:
    ///   - start: scale factor, positive.
    ///   - end: scale factor, positive; before `start` gives the negative.
    /// - Source: Quinn et al. 1997, §2.
    public func driftIntegral(from start: Double, to end: Double) -> Scalar {
        integral(from: start, to: end) { a in 1 / (a * a) }
    }

    /// ∫ da/(a²E) from `start` to `end`, the kick without its (3/2)Ω_m [1/H0].
    ///
    /// - Parameters:
    ///   - start: scale factor, positive.
    ///   - end: scale factor, positive; before `start` gives the negative.
    /// - Source: Quinn et al. 1997, §2.
    public func kickIntegral(from start: Double, to end: Double) -> Scalar {
        integral(from: start, to: end) { a in 1 / a }
    }

    /// ∫ weight(a)/E dlna.
    private func integral(from start: Double, to end: Double, _ weight: (Double) -> Double) -> Scalar {
        let edges = GaussLegendre.edges(from: Double.log(start), to: Double.log(end), width: 0.25)
        return GaussLegendre.shared.integrate(edges: edges) { logA in
            let a = Double.exp(logA)
            return Scalar(weight(a)) / expansionRate(at: a)
        }
    }
}
