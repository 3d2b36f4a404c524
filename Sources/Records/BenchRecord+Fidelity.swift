extension BenchRecord {
    /// How far a law of gravity is from the single mesh with the same kernel: one universe run under both from the same
    /// noise, and its force where the single mesh has led it.
    ///
    /// Shells are those of a power spectrum on the force mesh, one fundamental wavenumber wide.
    public struct Fidelity: Codable, Sendable, Equatable {
        /// The rms difference of the forces on particles at the end, over the rms force.
        public var forceError: Double
        /// The rms difference of the densities at the end, over the standard deviation.
        public var densityResidual: Double
        /// Width of a shell [h/Mpc].
        public var shellWidth: Double
        /// Mean |k| of each shell [h/Mpc].
        public var wavenumbers: [Double]
        /// The rms difference of the force's modes over their rms, in each shell.
        public var forceErrors: [Double]
        /// P/P of the densities at the end, in each shell; the single mesh's is the denominator.
        public var powerRatios: [Double]
        /// 1 − r of the densities at the end, in each shell.
        public var decorrelations: [Double]
        /// The particle grid's Nyquist wavenumber [h/Mpc]: beyond it a finer mesh holds their discreteness.
        public var particleNyquist: Double

        /// Differences.
        public init(
            forceError: Double, densityResidual: Double, shellWidth: Double, wavenumbers: [Double],
            forceErrors: [Double], powerRatios: [Double], decorrelations: [Double], particleNyquist: Double
        ) {
            self.forceError = forceError
            self.densityResidual = densityResidual
            self.shellWidth = shellWidth
            self.wavenumbers = wavenumbers
            self.forceErrors = forceErrors
            self.powerRatios = powerRatios
            self.decorrelations = decorrelations
            self.particleNyquist = particleNyquist
        }

        /// The largest |P/P − 1| of the shells up to the particle grid's Nyquist wavenumber.
        public var largestPowerError: Double {
            powerRatios.prefix(particleShells).map { abs($0 - 1) }.max() ?? 0
        }

        /// The largest 1 − r of those.
        public var largestDecorrelation: Double { decorrelations.prefix(particleShells).max() ?? 0 }

        /// The number of a shell times their width is in it.
        private var particleShells: Int { Int((particleNyquist / shellWidth).rounded()) }
    }
}

extension BenchRecord.Measurement {
    /// What the law of gravity is called beside others: `single mesh`, `2 levels`, `2 levels, accurate`.
    public var lawName: String {
        guard let pyramid else { return "single mesh" }
        return "\(pyramid.levels) level\(pyramid.levels == 1 ? "" : "s")"
            + (pyramid.accuracy == "default" ? "" : ", \(pyramid.accuracy)")
    }

    /// What the mean rank sends per force evaluation in a phase on the way forwards.
    public func sent(in phase: String) -> (bytes: Double, messages: Double) {
        let booked = forward.phases.filter { $0.name == phase }
        return (booked.reduce(0) { $0 + $1.bytesSent }, booked.reduce(0) { $0 + $1.messages })
    }
}

extension BenchRecord.Measurement {
    /// The one of the single mesh on the same ranks.
    public func single(among others: [BenchRecord.Measurement]) -> BenchRecord.Measurement? {
        others.first {
            $0.pyramid == nil && $0.ranks == ranks && $0.particles == particles && $0.mesh == mesh
        }
    }
}
