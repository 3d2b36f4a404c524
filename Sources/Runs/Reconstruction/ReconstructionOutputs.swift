internal import Background
internal import Configuration
internal import Dynamics
internal import Inference
internal import Measurement
internal import Mesh
internal import Parallel
internal import Particles
internal import Records
internal import Storage
internal import Text

/// What a reconstruction leaves behind: `reconstruction.h5`, `history.csv`, and a summary in the log.
struct ReconstructionOutputs<Scalar: StorableScalar> {
    let configuration: RunConfiguration
    let provenance: Provenance
    let identity: String
    let context: RunContext

    private var world: Communicator { context.world }
    private var directory: String { configuration.output.directory }
    /// The result.
    var path: String { "\(directory)/reconstruction.h5" }

    /// Whether this very reconstruction has been brought to its end before. Collective.
    func areWritten() throws -> Bool {
        do {
            return try InputFile(opening: path, over: world).attribute("identity")?.text == identity
        } catch  where error.kind == .missingFile {
            return false
        }
    }

    /// Writes the course so far. Collective.
    func write(_ history: ReconstructionHistory) throws {
        try world.writeFile("\(directory)/history.csv", text: { history.text })
    }

    /// A universe at its beginning and at its end.
    private struct Universe: ~Copyable {
        let noise: Field<Scalar>
        let initialDensity: Field<Scalar>
        let finalDensity: Field<Scalar>
        let initialModes: FourierField<Scalar>
        let finalModes: FourierField<Scalar>
    }

    private struct Diagnostics {
        let initial: SpectralComparison
        let final: SpectralComparison

        var shells: Range<Int> { 0..<min(initial.wavenumbers.count, final.wavenumbers.count) }
    }

    /// Runs the result forwards, judges it, and writes everything. Collective.
    ///
    /// - Returns: further numbers for the record.
    func write(
        _ state: borrowing ReconstructionState<Scalar>, _ sought: inout SoughtUniverse<Scalar>
    ) throws -> [String: Double] {
        let parameters = state.optimizer.point.parameters
        guard let model = try sought.model(at: parameters) else {
            preconditionFailure("the point that was found has no universe")
        }
        let found = try universe(sought.noise(at: state.optimizer.point, in: model), model)
        let againstData = try compareWithData(found, sought, model)
        let pictures = try pictures(of: found, sought, model)
        let statistics = try NoiseStatistics(of: found.noise)
        let shape = model.box.particles
        let noisePower = try PowerSpectrum(
            of: model.layout.perturbation.transform.forward(keeping: found.noise),
            box: SIMD3(Double(shape.x), Double(shape.y), Double(shape.z)))
        let pointCount = sought.loss.objective.pointCount()
        let chiSquared = 2 * (try sought.unsmoothedDataLoss(at: state.optimizer.point)) / Double(pointCount)

        let fields = configuration.reconstruct!.truth == nil ? 3 : 5
        let grids =
            model.box.particles.x * model.box.particles.y * model.box.particles.z + model.box.meshCount
        var file = try OutputFile(
            creating: path, expectedBytes: fields * grids * MemoryLayout<Scalar>.size, provenance: provenance,
            over: world)
        file.set("identity", to: .text(identity))
        file.set("chi_squared_per_point", to: .real(chiSquared))
        file.set("noise_mean", to: .real(statistics.mean))
        file.set("noise_variance", to: .real(statistics.variance))
        file.set("noise_skewness", to: .real(statistics.skewness))
        file.set("noise_excess_kurtosis", to: .real(statistics.excessKurtosis))
        try write(found, in: "", of: model, to: &file)
        if let data = sought.loss.objective.copyOfDensity() {
            try write(
                data, at: "/data", "the data, density / mean on the force mesh", of: model,
                to: &file)
        }
        if let weights = sought.loss.objective.copyOfDensityWeights() {
            try write(weights, at: "/weights", "the weights of the data", of: model, to: &file)
        }
        try pictures?.write(to: &file)
        try state.history.write(to: &file)
        let errors = sought.response?.errors(of: sought.varied, in: model.cosmology)
        try writeCosmology(sought.cosmology(at: parameters), errors, to: &file)
        var diagnostics: Diagnostics?
        if let source = configuration.reconstruct!.truth {
            let truth = try universe(try noise(of: source, over: model.particleGrid), model)
            try write(truth, in: "/truth", of: model, to: &file)
            diagnostics = Diagnostics(
                initial: try SpectralComparison(
                    of: found.initialModes, with: truth.initialModes, box: model.box.size),
                final: try SpectralComparison(
                    of: found.finalModes, with: truth.finalModes, box: model.box.size))
        }
        try write(againstData, diagnostics, noisePower, to: &file)
        try file.finish()
        try write(state.history)
        if configuration.output.pictures { try pictures?.draw(in: directory) }
        tell(chiSquared, statistics, count: model.particleGrid.pointCount)
        tell(sought.cosmology(at: parameters), errors)
        tell(againstData, diagnostics)
        pictures?.tell(in: context)
        return pictures?.results ?? [:]
    }

    /// Only a density on the mesh has modes to be compared with.
    private func compareWithData(
        _ found: borrowing Universe, _ sought: borrowing SoughtUniverse<Scalar>,
        _ model: ForwardModel<Scalar>
    ) throws -> SpectralComparison? {
        guard let data = sought.loss.objective.copyOfDensity() else { return nil }
        let modes = model.solver.transform.forward(data)
        return try SpectralComparison(of: found.finalModes, with: modes, box: model.box.size)
    }

    private func pictures(
        of found: borrowing Universe, _ sought: borrowing SoughtUniverse<Scalar>,
        _ model: ForwardModel<Scalar>
    ) throws -> PictureOutputs<Scalar>? {
        guard let objective = sought.loss.objective.withPicture else { return nil }
        return try PictureOutputs(
            of: objective, found.noise.copy(for: "white noise"), under: model,
            through: configuration.evolution.scaleFactors)
    }

    private func noise(of truth: ReconstructSection.Truth, over grid: Decomposition) throws -> Field<Scalar> {
        switch truth {
        case .initial: return try configuration.whiteNoise(over: grid)
        case .file(let address):
            let file = try InputFile(opening: address.file, over: world)
            return try file.readField(at: address.dataset, over: grid, ghosts: .none, for: "white noise")
        }
    }

    private func universe(_ noise: consuming Field<Scalar>, _ model: ForwardModel<Scalar>) throws -> Universe
    {
        let initialModes = model.linearModes(of: noise)
        let initial = model.linearDensity(of: initialModes.copy(for: "linear modes"))
        var evolution = try model.start(at: initialModes.copy(for: "linear modes"))
        try evolution.finish()
        let final = try evolution.particles.relativeDensity()
        let finalModes = model.solver.transform.forward(final.copy(for: "density"))
        return Universe(
            noise: noise, initialDensity: initial, finalDensity: final, initialModes: initialModes,
            finalModes: finalModes)
    }

    private func write(
        _ universe: borrowing Universe, in group: String, of model: ForwardModel<Scalar>,
        to file: inout OutputFile
    ) throws {
        try write(
            universe.noise, at: "\(group)/white_noise", "white noise on the particle grid", of: model,
            to: &file)
        try write(
            universe.initialDensity, at: "\(group)/initial_density",
            "linear overdensity for D1 = 1 on the particle grid", of: model, to: &file)
        try write(
            universe.finalDensity, at: "\(group)/final_density",
            "density / mean at a = \(configuration.evolution.stop) on the force mesh", of: model, to: &file)
    }

    private func write(
        _ field: borrowing Field<Scalar>, at path: String, _ description: String,
        of model: ForwardModel<Scalar>,
        to file: inout OutputFile
    ) throws {
        let size = model.box.size
        try file.write(
            field, at: path,
            labels: Labels(
                units: "1", description: "\(description), [x][y][z]",
                more: ["box_size": .reals([size.x, size.y, size.z])]))
    }

    private func writeCosmology(
        _ cosmology: CosmologyParameters, _ errors: [Double]?, to file: inout OutputFile
    ) throws {
        for parameter in CosmologyParameter.allCases {
            let name = cosmology.name(of: parameter)
            let index = configuration.reconstruct!.vary.firstIndex { $0.parameter == parameter }
            let varied = index.map { configuration.reconstruct!.vary[$0] }
            var more: [String: AttributeValue] = [:]
            if let index, let varied {
                if let errors { more["error"] = .real(errors[index]) }
                more["start"] = .real(configuration.cosmology[parameter])
                if let prior = varied.prior {
                    more["prior_mean"] = .real(prior.mean)
                    more["prior_sigma"] = .real(prior.sigma)
                }
            }
            try file.write(
                [cosmology[parameter]], shape: [], at: "/cosmology/\(name)",
                labels: Labels(units: "1", description: varied == nil ? "given" : "sought", more: more))
        }
    }

    private func write(
        _ data: SpectralComparison?, _ truth: Diagnostics?, _ noise: PowerSpectrum, to file: inout OutputFile
    ) throws {
        guard let wavenumbers = (truth?.initial ?? data)?.wavenumbers else { return }
        func write(_ values: some Sequence<Double>, _ name: String, _ units: String, _ description: String)
            throws
        {
            try file.write(
                Array(values), at: "/diagnostics/\(name)",
                labels: Labels(units: units, description: description))
        }
        let shells = truth?.shells ?? wavenumbers.indices
        try write(wavenumbers[shells], "k", "h/Mpc", "mean wavenumber of a shell")
        if let data {
            try write(
                data.correlation[shells], "correlation_data", "1", "r(k) of the final density with the data")
            try write(data.transfer[shells], "transfer_data", "1", "T(k) of the final density to the data")
        }
        let known = shells.prefix(noise.powers.count)
        try write(
            noise.modesPerShell[known].map(Double.init), "modes", "1", "modes in a shell of the white noise")
        try write(noise.powers[known], "noise_power", "1", "power of the white noise; of a unit normal 1")
        guard let truth else { return }
        try write(
            truth.initial.correlation[shells], "correlation_initial", "1",
            "r(k) of the initial density with the truth")
        try write(
            truth.initial.transfer[shells], "transfer_initial", "1",
            "T(k) of the initial density to the truth")
        try write(
            truth.final.correlation[shells], "correlation_final", "1",
            "r(k) of the final density with the truth")
        try write(
            truth.final.transfer[shells], "transfer_final", "1", "T(k) of the final density to the truth")
    }

    private func tell(_ chiSquared: Double, _ noise: NoiseStatistics, count: Int) {
        context.say("chi^2 per point of the data \(fixed(chiSquared, 4))")
        context.say(
            "white noise: mean \(fixed(noise.mean, 5)), variance \(fixed(noise.variance, 4)), skewness "
                + "\(fixed(noise.skewness, 4)), excess kurtosis \(fixed(noise.excessKurtosis, 4)) "
                + "(of a unit normal: 0, 1, 0 +- \(fixed((6 / Double(count)).squareRoot(), 4)), 0 +- "
                + "\(fixed((24 / Double(count)).squareRoot(), 4)))")
    }

    private func tell(_ cosmology: CosmologyParameters, _ errors: [Double]?) {
        for (index, varied) in configuration.reconstruct!.vary.enumerated() {
            let (name, start) = (
                cosmology.name(of: varied.parameter), configuration.cosmology[varied.parameter]
            )
            let error = errors.map { " +- \(scientific($0[index], 2))" } ?? ""
            context.say("\(name) \(cosmology[varied.parameter])\(error), from \(start)")
        }
    }

    /// At most this many rows of r and T are printed; the file has them all.
    private static var rows: Int { 32 }

    private func tell(_ data: SpectralComparison?, _ truth: Diagnostics?) {
        guard let wavenumbers = (truth?.initial ?? data)?.wavenumbers else { return }
        let shells = truth?.shells ?? wavenumbers.indices
        var table = TextTable(
            ["k [h/Mpc]"] + (truth == nil ? [] : ["r initial", "T initial", "r final", "T final"])
                + (data == nil ? [] : ["r data", "T data"]))
        for shell in stride(from: 0, to: shells.count, by: max(1, (shells.count + Self.rows - 1) / Self.rows))
        {
            let comparisons = (truth.map { [$0.initial, $0.final] } ?? []) + (data.map { [$0] } ?? [])
            table.add(
                [fixed(wavenumbers[shell], 4)]
                    + comparisons.flatMap { [fixed($0.correlation[shell], 4), fixed($0.transfer[shell], 4)] })
        }
        context.say(table.text)
    }
}
