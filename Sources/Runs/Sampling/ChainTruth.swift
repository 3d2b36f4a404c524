internal import Configuration
internal import Inference
internal import InitialConditions
internal import Measurement
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage
internal import Text

/// A truth that is known, as a chain's file holds it, to judge draws by.
struct ChainTruth {
    /// Both parts of each watched mode; nil if the noise is not known.
    let amplitudes: [Double]?
    /// Of sampled parameters that are known, by their names.
    let parameters: [String: Double]

    private static let group = "/truth"

    /// Reads the truth that a configuration names. Collective.
    ///
    /// - Throws: on all ranks when it cannot be read.
    init<Scalar: StorableScalar>(
        _ truth: SamplerSection.Truth, watching sample: ModeSample, _ transform: FourierTransform<Scalar>
    ) throws {
        parameters = truth.parameters
        guard let address = truth.noise else {
            amplitudes = nil
            return
        }
        let noise: Field<Scalar> = try address.readNoise(over: transform.decomposition)
        amplitudes = sample.amplitudes(of: transform.forward(keeping: noise))
    }

    /// Reads it from a chain's file; nil if there is none. Collective.
    init?(in file: borrowing InputFile) throws {
        var parameters: [String: Double] = [:]
        for dataset in try file.datasets() where dataset.path.hasPrefix("\(Self.group)/parameters/") {
            let values = try file.readArray(at: dataset.path, as: Double.self)
            parameters[String(dataset.path.dropFirst("\(Self.group)/parameters/".count))] = values.first
        }
        self.parameters = parameters
        let path = "\(Self.group)/amplitude"
        amplitudes =
            try file.describe(path) == nil
            ? nil : try file.readArray(at: path, as: Float.self).map(Double.init)
        if amplitudes == nil && parameters.isEmpty { return nil }
    }

    /// Writes it. Collective.
    func write(to file: inout OutputFile) throws(StorageError) {
        if let amplitudes {
            try file.write(
                amplitudes.map(Float.init), shape: [amplitudes.count / 2, 2], at: "\(Self.group)/amplitude",
                labels: Labels(
                    units: "1",
                    description: "real and imaginary part of s_k / sqrt(N) of the truth, [mode][part]"))
        }
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            try file.write(
                [value], shape: [1], at: "\(Self.group)/parameters/\(name)",
                labels: Labels(units: "1", description: "true value"))
        }
    }
}

extension ChainTruth {
    /// What draws make of a number whose true value is known.
    struct Standing {
        /// (truth − mean)/standard deviation.
        let deviation: Double
        /// Whether the truth lies between the quantiles of 15.9 % and 84.1 %.
        let isInside: Bool

        /// - Parameter draws: at least two, not all the same; nil otherwise.
        init?(of truth: Double, among draws: [Double]) {
            guard draws.count > 1 else { return nil }
            let mean = draws.reduce(0, +) / Double(draws.count)
            let square = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count - 1)
            guard square > 0 else { return nil }
            deviation = (truth - mean) / square.squareRoot()
            let sorted = draws.sorted()
            func quantile(_ share: Double) -> Double {
                let place = share * Double(sorted.count - 1)
                let below = min(Int(place), sorted.count - 2)
                return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
            }
            isInside = quantile(0.15866) <= truth && truth <= quantile(0.84134)
        }
    }

    /// How like the true noise the mean noise of chains is.
    struct Likeness {
        /// Mean |k| of each shell [h/Mpc].
        let wavenumbers: [Double]
        /// r(k).
        let correlation: [Double]
        /// r where something is seen and elsewhere; empty if that is not known, or all is seen.
        let bands: [RegionalCorrelation.Band]
    }

    /// r(k) of the mean noise of chains with the true one. Collective over the ranks of the transform.
    ///
    /// - Parameters:
    ///   - paths: the chains' files.
    ///   - address: the true noise.
    ///   - transform: on the particle grid.
    ///   - box: its sides [Mpc/h].
    ///   - region: not 0 where something is seen; nil if nothing is known of that.
    static func likeness<Mark: ParticleScalar>(
        of paths: [String], with address: DatasetAddress, _ transform: FourierTransform<Double>,
        box: SIMD3<Double>, seen region: consuming Field<Mark>?
    ) throws -> Likeness {
        let grid = transform.decomposition
        var sum = Field<Double>(grid, ghosts: .none, for: "moments")
        sum.fill(with: 0)
        for path in paths {
            let file = try InputFile(opening: path, over: grid.grid.world)
            let weight = Double(try file.attribute("count", of: "/noise")?.integer ?? 0)
            let mean: Field<Double> = try file.readField(at: "/noise/mean", over: grid, for: "moments")
            sum.mapPoints { x, y, z, value in value + weight * mean[x, y, z] }
        }
        let truth: Field<Double> = try address.readNoise(over: grid)
        let found = transform.forward(sum)
        let wanted = transform.forward(truth)
        let whole = try SpectralComparison(of: found, with: wanted, box: box)
        var bands: [RegionalCorrelation.Band] = []
        if let region {
            bands = try RegionalCorrelation(of: found, with: wanted, transform, box: box, in: region).bands
        }
        return Likeness(wavenumbers: whole.wavenumbers, correlation: whole.correlation, bands: bands)
    }
}
