internal import Dynamics
internal import Inference
internal import Mesh
internal import Observables
internal import Particles
internal import Storage

/// What one draw of a chain predicts of each objective, beside the data.
struct PredictiveChecks<Scalar: StorableScalar> {
    /// The objectives that can be checked, with their names and own parameters.
    private let objectives: [(name: String, comparison: Comparison<Scalar>, own: [Double], seed: UInt64)]
    private var found: [(name: String, check: PredictiveCheck)] = []

    /// Checks of the objectives of a universe at a point.
    ///
    /// - Parameters:
    ///   - universe: what is sampled.
    ///   - scaled: the parameters of the point.
    ///   - seed: of the random numbers.
    init(of universe: SampledUniverse<Scalar>, at scaled: [Double], seed: UInt64) {
        guard let likelihood = universe.likelihood else {
            objectives = []
            return
        }
        let all = universe.space.point(at: scaled, from: universe.model.cosmology.parameters).own
        var first = 0
        var objectives: [(String, Comparison<Scalar>, [Double], UInt64)] = []
        for (number, objective) in likelihood.objectives.enumerated() {
            let own = Array(all[first..<first + objective.parameters.count])
            first += own.count
            guard let comparison = objective as? Comparison<Scalar> else { continue }
            let name = universe.configuration.objectives[number].name
            objectives.append((name, comparison, own, seed &+ UInt64(number)))
        }
        self.objectives = objectives
    }

    /// Shows the objectives the universe that is about to run. Collective.
    func begin(at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>) throws {
        for (_, comparison, own, _) in objectives { try comparison.begin(at: noise, in: model, own) }
    }

    /// Looks at the particles at an observation. Collective.
    mutating func look(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws {
        for (name, comparison, own, seed) in objectives where comparison.scaleFactor == moment.scaleFactor {
            guard let check = try comparison.predictiveCheck(&particles, at: moment, own, seed: seed) else {
                continue
            }
            found.append((name, check))
        }
    }

    /// Writes what was found. Collective.
    func write(to file: inout OutputFile) throws(StorageError) {
        for (name, check) in found {
            let group = "/predictive/\(name)"
            func write(_ numbers: [Double], _ dataset: String, _ description: String) throws(StorageError) {
                guard !numbers.isEmpty else { return }
                try file.write(
                    numbers, at: "\(group)/\(dataset)", labels: Labels(units: "1", description: description))
            }
            try write(check.edges, "edges", "lower edges of the bins of the histograms")
            for (summary, whose) in [(check.observed, "observed"), (check.drawn, "drawn")] {
                try write(
                    summary.histogram.map(Double.init), "\(whose)_histogram",
                    "cells that count by the value of the data, \(whose)")
                try write(
                    summary.powers, "\(whose)_power", "P(k) of the data, \(whose) [their square (Mpc/h)^3]")
            }
            try write(check.wavenumbers, "k", "mean |k| of each shell [h/Mpc]")
            try write(
                [check.observed.chiSquared, check.drawn.chiSquared], "chi_squared",
                "chi^2 about the prediction, of the data and of data drawn of it")
        }
    }
}
