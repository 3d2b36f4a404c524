internal import CKernels

/// ln(M + M0) of a mass that is not below 0.
enum LogarithmicMass {
    /// - Parameters:
    ///   - mass: M [10¹⁰ Msun/h], taken as 0 below it.
    ///   - softening: M0 [Msun/h].
    static func value(of mass: Double, _ softening: Double) -> Double {
        palindrome_logarithm(max(mass, 0) + softening * 1e-10)
    }

    /// Its derivative by M: 0 below 0.
    static func slope(of mass: Double, _ softening: Double) -> Double {
        mass > 0 ? 1 / (mass + softening * 1e-10) : 0
    }
}
