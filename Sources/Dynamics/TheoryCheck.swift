internal import Background
internal import InitialConditions
internal import Mesh
internal import Parallel

/// Whether the numbers that a run is made of are such that it can be begun: each key may be within its range, and what
/// follows from all of them still be beyond what a computer holds.
struct TheoryCheck {
    let power: LinearPower<Double>
    let box: Box
    /// At the start and at the end of every step.
    let growth: [GrowthFactors<Double>]
    /// Of one component of p at the end of the run, in linear theory [Mpc/h · H0].
    let velocityDispersion: Double

    init(of theory: Theory, in box: Box, following plan: EvolutionPlan, velocityDispersion: Double) {
        self.velocityDispersion = velocityDispersion
        self.box = box
        power = theory.power
        let background = Cosmology<Double>(theory.cosmology.parameters, power: theory.powerModel)
        growth = growthFactors(at: plan.scaleFactors, background)
    }

    /// Values that single precision holds, with room for what is made of them.
    private static var range: ClosedRange<Double> { 1e-30...1e30 }

    /// - Throws: `UsageError` with the first number that no run can be made of.
    func requireOrdinary() throws(UsageError) {
        for factors in growth {
            try require(factors.d1, "the growth factor D1 at a = \(factors.scaleFactor)")
            try require(factors.driftFunction, "the growth rate a^2 E D1' at a = \(factors.scaleFactor)")
        }
        let waves = ModeAmplitudes.wavenumberRange(shape: box.particles, spacing: box.spacing)
        for k in [waves.lowerBound, (waves.lowerBound * waves.upperBound).squareRoot(), waves.upperBound] {
            // Its root is what modes are multiplied by.
            try require(
                (power(k) / (box.spacing * box.spacing * box.spacing)).squareRoot(),
                "the amplitude of modes at k = \(k) h/Mpc")
        }
        try require(power.sigma8(), "sigma8")
        try require(velocityDispersion, "the velocity dispersion at the end")
        try requireOrderlyMotion(over: waves)
    }

    private func require(_ value: Double, _ name: String) throws(UsageError) {
        guard !(value.isFinite && Self.range.contains(value)) else { return }
        throw UsageError(
            "\(name) is \(value) in linear theory; it must be a number from \(Self.range.lowerBound) to "
                + "\(Self.range.upperBound); bring cosmology, power and box.spacing nearer to usual values")
    }

    /// Particles that move by half the box on average cannot be followed: some move by more.
    private func requireOrderlyMotion(over waves: ClosedRange<Double>) throws(UsageError) {
        let perGrowth = power.sigmaDisplacement(from: waves.lowerBound, to: waves.upperBound)
        let side = box.size.min()
        let steps = zip(growth, growth.dropFirst()).map {
            ($1.d1 - $0.d1, "in the step to a = \($1.scaleFactor)")
        }
        for (growth, moment) in [(growth[0].d1, "at a = \(growth[0].scaleFactor)")] + steps {
            guard perGrowth * growth >= side / 2 else { continue }
            throw UsageError(
                "particles move by \(Float(perGrowth * growth)) Mpc/h on average \(moment) in linear theory; it must be less than "
                    + "half the box (\(side) Mpc/h); take more steps, start earlier, use a larger box or a lower amplitude"
            )
        }
    }
}
