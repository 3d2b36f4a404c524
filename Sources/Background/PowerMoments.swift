import Numerics

/// Integrals of the linear power spectrum. Those of a table go over its range only.
extension LinearPower {
    /// σ8, the linear rms overdensity today in spheres of 8 Mpc/h.
    public func sigma8() -> Scalar { sigma(radius: 8) }

    /// The linear rms overdensity today in spheres.
    ///
    ///     σ²(R) = ∫ dlnk k³P(k, 1)/(2π²) W²(kR),    W(x) = 3 (sin x − x cos x)/x³
    ///
    /// - Parameter radius: R, positive [Mpc/h]. Accurate to 1e-10 near 8 Mpc/h.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Dual)
    public func sigma(radius: Double) -> Scalar {
        // The integrand falls as k⁴ below and, W² ∝ x⁻⁴ being ahead of it, as k⁻⁴ above; beyond these ends
        // less than 1e-11 of it is left.
        let lowest = max(knownRange?.lowerBound ?? 0, 8e-6 / radius)
        let highest = min(knownRange?.upperBound ?? .infinity, 1600 / radius)
        let variance = GaussLegendre.shared.integrate(edges: Self.panels(lowest, highest, radius)) { logK in
            let k = Double.exp(logK)
            let window = topHat(k * radius)
            return self(k).scaled(by: k * k * k * window * window / (2 * Double.pi * Double.pi))
        }
        return Scalar.sqrt(variance) * growthToday
    }

    /// The one-dimensional rms linear displacement per unit D1 [Mpc/h].
    ///
    ///     σ_ψ² = (1/6π²) ∫ P₀(k) dk
    ///
    /// - Parameters:
    ///   - lowest: where the integral begins, positive [h/Mpc].
    ///   - highest: where it ends [h/Mpc].
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Dual)
    public func sigmaDisplacement(from lowest: Double, to highest: Double) -> Scalar {
        let edges = GaussLegendre.edges(from: Double.log(lowest), to: Double.log(highest), width: 0.1)
        let integral = GaussLegendre.shared.integrate(edges: edges) { logK in
            let k = Double.exp(logK)
            return self(k).scaled(by: k)
        }
        return Scalar.sqrt(integral.scaled(by: 1 / (6 * Double.pi * Double.pi)))
    }

    /// Panels in ln k no wider than 0.1, and no wider in k than one period of W², π/R.
    private static func panels(_ lowest: Double, _ highest: Double, _ radius: Double) -> [Double] {
        var edges = [Double.log(lowest)]
        var k = lowest
        while k < highest {
            k = min(highest, k * Double.exp(0.1), k + Double.pi / radius)
            edges.append(Double.log(k))
        }
        return edges
    }
}

/// W(x) = 3 (sin x − x cos x)/x³, the transform of a sphere.
private func topHat(_ x: Double) -> Double {
    guard x < 0.1 else { return 3 * (Double.sin(x) - x * Double.cos(x)) / (x * x * x) }
    let y = x * x
    return 1 - y / 10 * (1 - y / 28 * (1 - y / 54 * (1 - y / 88)))
}
