internal import Configuration
internal import Dynamics
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
        var provenance = configuration.provenance(of: model)
        provenance.seed = nil  // initial.seed has no part in it
        self.provenance = provenance
    }

    /// Reads the field, reconstructs and writes. Collective.
    ///
    /// - Throws: the same on all ranks when the field cannot be read or is none, or the file cannot be written.
    func run(_ beginning: Beginning) throws -> Ending {
        configuration.idleKeys(in: .reconstruction).forEach(context.say)
        let place = try RunPlace(of: .reconstruct, configuration, promising: [Self.name], in: context)
        let start = try place.find(beginning)
        guard start != .nothingLeft else {
            place.leave()
            return .finished
        }
        let estimate = StandardEstimate(configuration, model, world)
        let found = try estimate.find()
        context.say(found.remark)
        let noise = estimate.whiteNoise(of: found, .asFound)
        let comparison = try settings.truth.map {
            try SpectralComparison(
                of: model.linearModes(of: noise), with: model.linearModes(consuming: read($0)),
                box: model.box.size)
        }
        // Whatever could be wrong with what is read has been found.
        try place.open(for: start)
        let bias = found.bias
        try write(found, noise, comparison)
        tell(comparison)
        let summary = RunSummary(in: context)
        try place.finish(summary) { record in record.results["bias"] = bias }
        place.leave()
        summary.tell()
        return .finished
    }

    /// The white noise of the truth.
    private func read(_ truth: ReconstructSection.Truth) throws -> Field<Double> {
        switch truth {
        case .initial: return try configuration.whiteNoise(over: model.particleGrid)
        case .file(let address):
            return try address.readNoise(over: model.particleGrid)
        }
    }

    private func write(
        _ found: borrowing StandardEstimate<Double>.Found, _ noise: borrowing Field<Double>,
        _ comparison: SpectralComparison?
    ) throws {
        let box = model.box
        let points = box.meshCount + box.particleCount * (settings.truth == nil ? 1 : 2)
        var file = try OutputFile(
            creating: path, expectedBytes: 8 * points, provenance: provenance, over: world)
        file.set("method", to: .text("standard"))
        file.set("bias", to: .real(found.bias))
        let size: [String: AttributeValue] = ["box_size": .reals([box.size.x, box.size.y, box.size.z])]
        try file.write(
            found.linear, at: "/initial_density",
            labels: Labels(
                units: "1", description: "linear overdensity for D1 = 1 on the force mesh, [x][y][z]",
                more: size))
        try file.write(
            noise, at: "/white_noise",
            labels: Labels(
                units: "1", description: "its white noise on the particle grid, [x][y][z]", more: size))
        if let truth = settings.truth {
            try file.write(
                model.linearDensity(of: model.linearModes(consuming: read(truth))),
                at: "/truth/initial_density",
                labels: Labels(
                    units: "1", description: "of the truth, for D1 = 1 on the particle grid, [x][y][z]",
                    more: size))
        }
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
