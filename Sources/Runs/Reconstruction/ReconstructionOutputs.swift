internal import Background
internal import Configuration
internal import Dynamics
internal import Inference
internal import Measurement
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles
internal import Records
internal import Storage
internal import Text

/// What a reconstruction leaves behind: `reconstruction.h5`, `history.csv`, and a summary in the log.
struct ReconstructionOutputs<Scalar: StorableScalar> {
    let configuration: RunConfiguration
    let provenance: Provenance
    let context: RunContext

    private var world: Communicator { context.world }
    private var directory: String { configuration.output.directory }
    /// The result.
    var path: String { "\(directory)/reconstruction.h5" }

    /// All that is written.
    var names: [String] {
        let isPicture = configuration.objectives.contains { $0.kind == .projectedDensity }
        return ["reconstruction.h5", "history.csv"]
            + (isPicture && configuration.output.pictures ? PictureOutputs<Scalar>.names : [])
    }

    /// Writes the course so far. Collective.
    func write(_ history: SearchHistory) throws {
        try world.writeFile("\(directory)/history.csv", text: { history.text })
    }

    /// Runs the result forwards, judges it, and writes everything. Collective.
    ///
    /// - Returns: further numbers for the record.
    /// - Throws: ``StopRequest`` on all ranks, between two runs, when it shall stop.
    func write(
        _ state: borrowing AnnealingState<Scalar>, _ posterior: Posterior<Scalar>, of run: RunIdentity
    ) throws -> [String: Double] {
        let point = state.optimizer.point.parameters
        guard let model = try posterior.model(at: point) else {
            preconditionFailure("the point that was found has no universe")
        }
        try context.stopIfAsked()
        // What an evaluation leaves in the pool does not fit what a universe takes, and would lie beside it.
        model.mesh.grid.memory.releaseFree()
        let found = try ReconstructedUniverse(
            of: posterior.noise(at: state.optimizer.point, in: model), in: model)
        try context.stopIfAsked()
        let pictures = try pictures(of: found, posterior, model)
        let statistics = try NoiseStatistics(of: found.noise)
        let chiSquared =
            2 * (try posterior.unsmoothedDataLoss(at: state.optimizer.point))
            / Double(posterior.likelihood.cellCount)

        let (box, end) = (model.box.size, configuration.evolution.stop)
        var file = try OutputFile(
            creating: path, expectedBytes: expectedBytes(model), provenance: provenance, over: world)
        file.set("identity", to: .text(run.text))
        file.set("chi_squared_per_point", to: .real(chiSquared))
        file.set("noise_mean", to: .real(statistics.mean))
        file.set("noise_variance", to: .real(statistics.variance))
        file.set("noise_skewness", to: .real(statistics.skewness))
        file.set("noise_excess_kurtosis", to: .real(statistics.excessKurtosis))
        try found.write(in: "", end: end, box: box, to: &file)
        try writeData(of: posterior.likelihood, box: box, to: &file)
        try pictures?.write(to: &file)
        try state.history.write(to: &file)
        let errors = posterior.correction?.errors(in: posterior.space, at: model.cosmology)
        try writeParameters(posterior.parameters(at: point), posterior.space, errors, to: &file)
        let diagnostics = try diagnostics(of: found, posterior.likelihood, model, to: &file)
        try diagnostics.write(to: &file)
        try file.finish()
        try write(state.history)
        if configuration.output.pictures { try pictures?.draw(in: directory) }
        tell(chiSquared, statistics, count: model.particleGrid.pointCount)
        tell(posterior.space, at: posterior.parameters(at: point), errors)
        if let table = diagnostics.text { context.say(table) }
        pictures?.tell(in: context)
        return pictures?.results ?? [:]
    }

    private func expectedBytes(_ model: ForwardModel<Scalar>) -> Int {
        let fields = (configuration.reconstruct!.truth == nil ? 2 : 4) + configuration.objectives.count
        let points = model.particleGrid.pointCount + model.mesh.pointCount
        return fields * points * MemoryLayout<Scalar>.size
    }

    /// Compares with the data, and with the truth, which is written too. Collective.
    private func diagnostics(
        of found: borrowing ReconstructedUniverse<Scalar>, _ likelihood: JointLikelihood<Scalar>,
        _ model: ForwardModel<Scalar>, to file: inout OutputFile
    ) throws -> ReconstructionDiagnostics {
        let box = model.box.size
        var data: SpectralComparison?
        if let seen = likelihood.densityAtTheEnd(configuration.evolution.stop) {
            let modes = model.layout.meshTransform.forward(seen.copyOfData().takeField())
            data = try SpectralComparison(of: found.finalModes, with: modes, box: box)
        }
        var truth: (SpectralComparison, SpectralComparison)?
        var standard: SpectralComparison?
        if let source = configuration.reconstruct!.truth {
            try context.stopIfAsked()
            model.mesh.grid.memory.releaseFree()
            let other = try ReconstructedUniverse(
                of: try noise(of: source, over: model.particleGrid), in: model)
            try other.write(in: "/truth", end: configuration.evolution.stop, box: box, to: &file)
            truth = (
                try SpectralComparison(of: found.initialModes, with: other.initialModes, box: box),
                try SpectralComparison(of: found.finalModes, with: other.finalModes, box: box)
            )
            if configuration.reconstruct!.start == .standard {
                let estimate = StandardEstimate(configuration, model, world)
                let modes = model.linearModes(of: estimate.whiteNoise(of: try estimate.find(), .asFound))
                standard = try SpectralComparison(of: modes, with: other.initialModes, box: box)
            }
        }
        let shape = SIMD3<Double>(model.box.particles)
        return ReconstructionDiagnostics(
            data: data, truth: truth, standard: standard,
            noise: try PowerSpectrum(
                of: FourierTransform(model.particleGrid).forward(keeping: found.noise), box: shape))
    }

    /// Only a picture has pixels to be shown.
    private func pictures(
        of found: borrowing ReconstructedUniverse<Scalar>, _ posterior: Posterior<Scalar>,
        _ model: ForwardModel<Scalar>
    ) throws -> PictureOutputs<Scalar>? {
        for case let comparison as Comparison<Scalar> in posterior.likelihood.objectives {
            guard let observable = comparison.observable as? ProjectedDensity<Scalar> else { continue }
            return try PictureOutputs(
                of: observable.plane, against: comparison.likelihood, found.noise.copy(for: "white noise"),
                under: model, through: configuration.evolution.scaleFactors)
        }
        return nil
    }

    private func noise(of truth: ReconstructSection.Truth, over grid: Decomposition) throws -> Field<Scalar> {
        switch truth {
        case .initial: return try configuration.whiteNoise(over: grid)
        case .file(let address):
            return try address.readNoise(over: grid)
        }
    }

    /// Writes `/data` and `/weights` of what was compared on the force mesh; of a second objective
    /// `/objective_1/data`, and so on.
    private func writeData(
        of likelihood: JointLikelihood<Scalar>, box: SIMD3<Double>, to file: inout OutputFile
    ) throws {
        for (index, objective) in likelihood.objectives.enumerated() {
            guard let comparison = objective as? Comparison<Scalar>, case .mesh = comparison.observable.grid
            else { continue }
            let group = index == 0 ? "" : "/objective_\(index)"
            guard !(comparison.likelihood is HaloMassLikelihood<Scalar>) else {
                try file.write(
                    comparison.likelihood.copyOfData().takeField(), at: "\(group)/halo_mass",
                    labels: Labels(
                        units: "1e10 Msun/h",
                        description: "the data, smoothed mass of haloes per cell, [x][y][z]",
                        more: ["box_size": .reals([box.x, box.y, box.z])]))
                continue
            }
            try file.write(
                comparison.likelihood.copyOfData().takeField(), at: "\(group)/data", box: box,
                "the data, density / mean on the force mesh")
            if let weights = comparison.likelihood.copyOfWeights() {
                try file.write(
                    weights.takeField(), at: "\(group)/weights", box: box, "the weights of the data")
            }
        }
    }

    private func writeParameters(
        _ point: ParameterSpace.Point, _ space: ParameterSpace, _ errors: [Double?]?,
        to file: inout OutputFile
    ) throws {
        func write(
            _ value: Double, at path: String, _ subject: SoughtParameter.Subject
        ) throws {
            let index = space.parameters.firstIndex { $0.subject == subject }
            var more: [String: AttributeValue] = [:]
            if let index {
                let parameter = space.parameters[index]
                if let error = errors?[index] { more["error"] = .real(error) }
                more["start"] = .real(parameter.start)
                if let prior = parameter.prior {
                    more["prior_mean"] = .real(prior.mean)
                    more["prior_sigma"] = .real(prior.sigma)
                }
            }
            try file.write(
                [value], shape: [], at: path,
                labels: Labels(units: "1", description: index == nil ? "given" : "sought", more: more))
        }
        for parameter in CosmologyParameter.allCases {
            let name = point.cosmology.name(of: parameter)
            try write(point.cosmology[parameter], at: "/cosmology/\(name)", .cosmology(parameter))
        }
        for (index, own) in configuration.objectives.ownParameters.enumerated() {
            try write(point.own[index], at: "/observation/\(own.name)", .observation(index))
        }
    }

    private func tell(_ chiSquared: Double, _ noise: NoiseStatistics, count: Int) {
        context.say("chi^2 per point of the data \(fixed(chiSquared, 4))")
        context.say(
            "white noise: mean \(fixed(noise.mean, 5)), variance \(fixed(noise.variance, 4)), skewness "
                + "\(fixed(noise.skewness, 4)), excess kurtosis \(fixed(noise.excessKurtosis, 4)) "
                + "(of a unit normal: 0, 1, 0 +- \(fixed((6 / Double(count)).squareRoot(), 4)), 0 +- "
                + "\(fixed((24 / Double(count)).squareRoot(), 4)))")
    }

    private func tell(_ space: ParameterSpace, at point: ParameterSpace.Point, _ errors: [Double?]?) {
        for (index, parameter) in space.parameters.enumerated() {
            let error = errors?[index].map { " +- \(scientific($0, 2))" } ?? ""
            context.say(
                "\(parameter.name) \(space.value(of: parameter, at: point))\(error), from \(parameter.start)")
        }
    }
}

extension JointLikelihood {
    /// The likelihood of data that are the density of matter at a time, if there are such.
    fileprivate func densityAtTheEnd(_ end: Double) -> (any Likelihood<Scalar>)? {
        for case let comparison as Comparison<Scalar> in objectives
        where comparison.scaleFactor == end && comparison.bias == nil
            && comparison.observable is MatterDensity<Scalar>
        {
            return comparison.likelihood
        }
        return nil
    }
}
