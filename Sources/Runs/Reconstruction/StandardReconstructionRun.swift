internal import Background
internal import Configuration
internal import Dynamics
internal import InitialConditions
internal import Measurement
internal import Mesh
internal import Parallel
internal import Storage
internal import Text

/// `reconstruct.method: standard`: the linear field behind an observed density or numbers of haloes, by undoing its large
/// displacements (Eisenstein et al. 2007); also a start for other methods, by its `/white_noise`.
struct StandardReconstructionRun {
    private let configuration: RunConfiguration
    private let settings: ReconstructSection
    private let context: RunContext
    private let model: ForwardModel<Double>
    private let provenance: Provenance

    private var world: Communicator { context.world }
    private static var name: String { "standard_reconstruction.h5" }
    private var path: String { "\(configuration.output.directory)/\(Self.name)" }

    /// Prepares it. Collective.
    ///
    /// - Precondition: the configuration has an objective.
    init(_ configuration: RunConfiguration, in context: RunContext) throws {
        self.configuration = configuration
        self.context = context
        settings = configuration.reconstruct!
        model = try configuration.forwardModel(
            Double.self, observing: [configuration.evolution.stop], on: context.world)
        var provenance = configuration.provenance(model.cosmology)
        provenance.seed = nil  // initial.seed has no part in it
        self.provenance = provenance
    }

    /// Reads the field, reconstructs and writes. Collective.
    ///
    /// - Throws: the same on all ranks when the field cannot be read or is none, or the file cannot be written.
    func run(_ beginning: Beginning) throws -> Ending {
        let place = try RunPlace(of: .reconstruct, configuration, promising: [Self.name], in: context)
        let start = try place.find(beginning)
        guard start != .nothingLeft else {
            place.leave()
            return .finished
        }
        try place.open(for: start)
        let density = try relativeDensity()
        let box = model.box.size
        let transform = FourierTransform<Double>(model.mesh)
        let background = Cosmology<Double>(model.cosmology.parameters, power: .eisensteinHu)
        let growth = growthFactors(at: [configuration.evolution.stop], background)[0]
        let bias =
            try settings.bias
            ?? StandardReconstruction.bias(
                of: PowerSpectrum(
                    of: transform.forward(density.copy(for: "density")), box: box, correcting: .cloudInCell),
                against: { model.power.evolved($0, to: growth) })
        context.say(
            "bias \(fixed(bias, 4))\(settings.bias == nil ? ", of the longest waves against linear theory" : "")"
        )
        let method = StandardReconstruction(smoothing: settings.smoothing, bias: bias)
        var linear = try method.linearField(of: density, in: box)
        linear.mapPoints { _, _, _, value in value / growth.d1 }

        let noise = whiteNoise(of: transform.forward(linear.copy(for: "linear density")))
        let comparison = try settings.truth.map { try compare(noise, with: $0) }
        try write(linear, noise, comparison, bias)
        tell(comparison)
        let summary = RunSummary(in: context)
        try place.finish(summary) { record in record.results["bias"] = bias }
        place.leave()
        summary.tell()
        return .finished
    }

    /// The data in units of their mean.
    private func relativeDensity() throws -> Field<Double> {
        let objective = configuration.objectives[0]
        guard configuration.objectives.count == 1, objective.kind == .density,
            objective.a == configuration.evolution.stop, case .dataset(let address) = objective.data
        else {
            throw UsageError(
                "reconstruct.method is standard; it must come with one objective of kind density, at the end of the run"
            )
        }
        let file = try InputFile(opening: address.file, over: world)
        var field: Field<Double> = try file.readField(at: address.dataset, over: model.mesh, for: "data")
        var terms: [Double] = []
        field.forEachPoint { _, _, _, value in terms.append(value) }
        let values = terms
        let least = -world.maximum(values.map { -$0 }.max() ?? 0)
        let mean =
            try world.exactSum(count: values.count, of: "objective.data") { values[$0] }
            / Double(model.box.meshCount)
        guard least >= 0, mean > 0 else {
            throw UsageError(
                "\(address): holds negative values or nothing; it must be a density or numbers of haloes; give ρ/ρ̄ "
                    + "rather than an overdensity")
        }
        field.mapPoints { _, _, _, value in value / mean }
        return field
    }

    /// The white noise of a linear overdensity for D1 = 1: s_k = δ_k / A(k), on the particle grid.
    ///
    /// Modes that the force mesh has not are zero.
    private func whiteNoise(of modes: consuming FourierField<Double>) -> Field<Double> {
        let ratio = Double(model.box.particleCount) / Double(model.box.meshCount)
        var noise = FourierField<Double>.zero(model.particleGrid, for: "white noise")
        noise.adopt(modesOf: modes, times: ratio)
        var amplitude = FourierField<Double>.zero(model.particleGrid, for: "amplitudes")
        amplitude.mapModes { _, _, _, _, _ in (1, 0) }
        model.theory.amplitudes.apply(to: &amplitude)
        let amplitudes = amplitude.values.span
        var index = 0
        noise.mapModes { _, _, _, real, imaginary in
            defer { index += 2 }
            let divisor = amplitudes[index]
            return divisor > 0 ? (real / divisor, imaginary / divisor) : (0, 0)
        }
        return model.layout.perturbation.transform.inverse(noise, ghosts: .none)
    }

    private func compare(_ noise: borrowing Field<Double>, with truth: ReconstructSection.Truth) throws
        -> SpectralComparison
    {
        let other: Field<Double>
        switch truth {
        case .initial: other = try configuration.whiteNoise(over: model.particleGrid)
        case .file(let address):
            other = try address.readNoise(over: model.particleGrid)
        }
        return try SpectralComparison(
            of: model.linearModes(of: noise), with: model.linearModes(of: other), box: model.box.size)
    }

    private func write(
        _ linear: borrowing Field<Double>, _ noise: borrowing Field<Double>,
        _ comparison: SpectralComparison?,
        _ bias: Double
    ) throws {
        let box = model.box
        var file = try OutputFile(
            creating: path, expectedBytes: 8 * (box.meshCount + box.particleCount), provenance: provenance,
            over: world)
        file.set("method", to: .text("standard"))
        file.set("bias", to: .real(bias))
        let size: [String: AttributeValue] = ["box_size": .reals([box.size.x, box.size.y, box.size.z])]
        try file.write(
            linear, at: "/initial_density",
            labels: Labels(
                units: "1", description: "linear overdensity for D1 = 1 on the force mesh, [x][y][z]",
                more: size))
        try file.write(
            noise, at: "/white_noise",
            labels: Labels(
                units: "1", description: "its white noise on the particle grid, [x][y][z]", more: size))
        if let comparison {
            for (name, units, values) in [
                ("k", "h/Mpc", comparison.wavenumbers), ("correlation_initial", "1", comparison.correlation),
                ("transfer_initial", "1", comparison.transfer),
            ] {
                try file.write(
                    values, at: "/diagnostics/\(name)",
                    labels: Labels(units: units, description: "with the truth"))
            }
        }
        try file.finish()
        context.say("\(path): /initial_density and /white_noise")
    }

    private func tell(_ comparison: SpectralComparison?) {
        guard let comparison else { return }
        var table = TextTable(["k [h/Mpc]", "r initial", "T initial"])
        let count = comparison.wavenumbers.count
        for shell in stride(from: 0, to: count, by: max(1, (count + 31) / 32)) {
            table.add([
                fixed(comparison.wavenumbers[shell], 4), fixed(comparison.correlation[shell], 4),
                fixed(comparison.transfer[shell], 4),
            ])
        }
        context.say(table.text)
    }
}
