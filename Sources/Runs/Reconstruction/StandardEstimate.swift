internal import Background
internal import Configuration
internal import Dynamics
internal import Glibc
internal import Measurement
internal import Mesh
internal import Parallel
internal import Storage
internal import Text

/// What the standard method finds behind the observation of a configuration: a density or numbers of haloes on the force
/// mesh, or the haloes of a catalogue (`objective.data: "out/fof_subhalo_tab_a1.0000.hdf5:/Group"`).
///
/// - Source: Eisenstein et al. 2007, ApJ 664, 675.
struct StandardEstimate<Scalar: StorableScalar> {
    private let configuration: RunConfiguration
    private let settings: ReconstructSection
    private let model: ForwardModel<Scalar>
    private let world: Communicator

    /// An estimate.
    ///
    /// - Precondition: the configuration has the section `reconstruct`.
    init(_ configuration: RunConfiguration, _ model: ForwardModel<Scalar>, _ world: Communicator) {
        self.configuration = configuration
        settings = configuration.reconstruct!
        self.model = model
        self.world = world
    }

    /// A linear field.
    struct Found: ~Copyable {
        /// δ for D1 = 1, on the force mesh.
        let linear: Field<Double>
        /// b, given or found.
        let bias: Double
        /// About it, for the log.
        let remark: String
    }

    /// Whether modes are taken as they are.
    enum Amplitude {
        /// As they are.
        case asFound
        /// Times exp(−k²R²/2): small scales, which the method does not know, begin with none of the tracers' noise.
        case damped
    }

    /// Reconstructs. Collective.
    ///
    /// - Throws: the same on all ranks when the observation cannot be read or is none.
    func find() throws -> Found {
        let haloes = try catalogue()
        let density = try relativeDensity(haloes)
        let growth = growthFactor
        let bias = try settings.bias ?? bias(of: density, growth)
        let method = StandardReconstruction(smoothing: settings.smoothing, bias: bias)
        var linear: Field<Double>
        if let haloes {
            linear = method.linearField(of: haloes, over: model.mesh)
        } else {
            linear = try method.linearField(of: density, in: model.box.size)
        }
        linear.mapPoints { _, _, _, value in value / growth.d1 }
        return Found(
            linear: linear, bias: bias,
            remark: (haloes.map { "\($0.count) haloes, " } ?? "") + "bias \(fixed(bias, 4))"
                + (settings.bias == nil ? ", of the longest waves against linear theory" : ""))
    }

    /// The white noise of a linear overdensity: s_k = δ_k / A(k), on the particle grid. Collective.
    ///
    /// Modes that the force mesh has not are zero.
    func whiteNoise(of found: borrowing Found, _ amplitude: Amplitude) -> Field<Scalar> {
        let grid = model.particleGrid
        let ratio = Double(model.box.particleCount) / Double(model.box.meshCount)
        var noise = FourierField<Double>.zero(grid, for: "white noise")
        noise.adopt(
            modesOf: FourierTransform<Double>(model.mesh).forward(found.linear.copy(for: "linear density")),
            times: ratio)
        var amplitudes = FourierField<Scalar>.zero(grid, for: "amplitudes")
        amplitudes.mapModes { _, _, _, _, _ in (1, 0) }
        model.theory.amplitudes.apply(to: &amplitudes)
        let windows = windows(amplitude, over: grid)
        let divisors = amplitudes.values.span
        var index = 0
        noise.mapModes { x, y, z, real, imaginary in
            defer { index += 2 }
            let divisor = Double(divisors[index])
            guard divisor > 0 else { return (0, 0) }
            let window = windows[0][x] * windows[1][y] * windows[2][z]
            return (window * real / divisor, window * imaginary / divisor)
        }
        let values = FourierTransform<Double>(grid).inverse(noise, ghosts: .none)
        var field = Field<Scalar>(grid, ghosts: .none, for: "white noise")
        field.mapPoints { x, y, z, _ in Scalar(values[x, y, z]) }
        return field
    }

    private func windows(_ amplitude: Amplitude, over grid: Decomposition) -> [[Double]] {
        (0..<3).map { axis in
            let spacing = model.box.size[axis] / Double(grid.shape[axis])
            return Wavenumbers(along: axis, of: grid.shape).values(spacing: spacing).map { k in
                amplitude == .damped ? exp(-k * k * settings.smoothing * settings.smoothing / 2) : 1
            }
        }
    }

    private var growthFactor: GrowthFactors<Double> {
        let background = Cosmology<Double>(model.cosmology.parameters, power: .eisensteinHu)
        return growthFactors(at: [configuration.evolution.stop], background)[0]
    }

    private func bias(of density: borrowing Field<Double>, _ growth: GrowthFactors<Double>) throws -> Double {
        let modes = FourierTransform<Double>(model.mesh).forward(density.copy(for: "density"))
        let power = try PowerSpectrum(of: modes, box: model.box.size, correcting: .cloudInCell)
        return StandardReconstruction.bias(of: power) { model.power.evolved($0, to: growth) }
    }
}

// MARK: - The observation

extension StandardEstimate {
    /// Reads the observation and forgets it: whether there is one that the method can use. Collective.
    ///
    /// - Throws: the same on all ranks.
    func requireTracers() throws {
        _ = try relativeDensity(catalogue())
    }

    /// Where the observation is.
    private var address: DatasetAddress {
        get throws(UsageError) {
            let objectives = configuration.objectives
            guard objectives.count == 1, objectives[0].kind.traits.hasStandardMethod,
                objectives[0].a == configuration.evolution.stop,
                case .dataset(let address) = objectives[0].data
            else {
                let key = settings.method == .standard ? "method" : "start"
                throw UsageError(
                    "reconstruct.\(key) is standard; it must come with one objective of kind density or haloes, at "
                        + "the end of the run")
            }
            guard settings.numberDensity == nil || address.isCatalogue else {
                throw UsageError(
                    "reconstruct.number_density is \(settings.numberDensity!); it must come with a catalogue as "
                        + "objective.data; remove it, or give a file that `palindrome haloes` wrote, with :/Group"
                )
            }
            return address
        }
    }

    /// The haloes, if the observation is a catalogue.
    private func catalogue() throws -> HaloSample? {
        let address = try address
        guard address.isCatalogue else { return nil }
        // Networks make the haloes of one number density.
        let ofNetworks = try configuration.objectives[0].haloes?.networks(on: world).0.numberDensity
        return try address.catalogue(
            in: model.box.size, at: configuration.evolution.stop,
            numberDensity: settings.numberDensity ?? ofNetworks, on: world)
    }

    /// Numbers of haloes in units of their mean, or what is read if there are none.
    private func relativeDensity(_ haloes: HaloSample?) throws -> Field<Double> {
        guard let haloes else { return try readDensity() }
        var field = haloes.field(.counts, over: model.mesh)
        let mean = Double(haloes.count) / Double(model.box.meshCount)
        field.mapPoints { _, _, _, value in value / mean }
        return field
    }

    /// The data in units of their mean. Noise may make some of them negative, but not their mean.
    private func readDensity() throws -> Field<Double> {
        let address = try address
        let file = try InputFile(opening: address.file, over: world)
        var field: Field<Double> = try file.readField(at: address.dataset, over: model.mesh, for: "data")
        var (terms, squares): ([Double], [Double]) = ([], [])
        field.forEachPoint { _, _, _, value in
            terms.append(value)
            squares.append(value * value)
        }
        let (values, products) = (terms, squares)
        let count = Double(model.box.meshCount)
        let mean = try world.exactSum(count: values.count, of: "objective.data") { values[$0] } / count
        let square = try world.exactSum(count: values.count, of: "objective.data") { products[$0] } / count
        guard mean > 0, mean > 1e-3 * square.squareRoot() else {
            throw UsageError(
                "\(address): its mean is \(mean), its root mean square \(square.squareRoot()); it must be a density or "
                    + "numbers of haloes; give ρ/ρ̄ rather than an overdensity")
        }
        field.mapPoints { _, _, _, value in value / mean }
        return field
    }
}

extension DatasetAddress {
    /// Whether it names the haloes of a catalogue.
    var isCatalogue: Bool { dataset == "/Group" }
}
