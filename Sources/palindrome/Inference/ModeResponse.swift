internal import Analysis
internal import Background
internal import Configuration
internal import Dynamics
internal import Mesh
internal import Numerics
internal import Parallel
internal import Storage

/// How the white noise that is found answers to that which was there, scale by scale: what is needed to look for
/// cosmological parameters with it.
///
/// The probability of θ is the integral of exp(−L) over all s, not its height at the best ŝ. A θ with more power
/// explains the same modes with less noise, lowers `½ Σ s²`, and would win without end. For a universe drawn at θ
/// the mean slope at ŝ is known from a reconstruction whose truth is known: where the final density depends on
/// `√P_lin(k, a) s_k`,
///
///     ⟨∂L/∂θ⟩ = −½ Σ_k T²(k) ∂ln P_lin(k, a)/∂θ,    T² = |ŝ_k|² / |s_k|²
///
/// and `V(θ) = ½ Σ_k T²(k) ln P_lin(k, a)` makes it zero: L + V has its minimum at the θ that the data were
/// drawn at, on the mean. Its error is that of the power in the modes that were found,
///
///     (σ⁻²)_ij = ½ Σ_k r⁴(k) ∂ln P/∂θ_i ∂ln P/∂θ_j
///
/// The search moves along `s_k = v_k (P_lin(k, a; θ start) / P_lin(k, a; θ))^(T²/2)`, so that a step in θ leaves the
/// modes that the data know where they are.
///
/// - Source: Millea & Seljak 2022 (marginal unbiased score expansion), with the simulated mean written by scale.
struct ModeResponse<Scalar: StorableScalar> {
    private struct Shell {
        let wavenumber: Double
        let modes: Double
        let transferSquared: Double
        let correlationToTheFourth: Double
    }

    private let shells: [Shell]
    private let scaleFactor: Double
    private let model: LinearPowerModel
    private let transform: FourierTransform<Scalar>
    /// ln P_lin(k, a) at the start.
    private var startingLogarithms: [Double] = []

    /// Reads r(k) and T(k) of a reconstruction whose truth was given. Collective.
    ///
    /// - Parameters:
    ///   - address: the group `/diagnostics` of its file.
    ///   - forward: where the parameters start; its box is that of the file.
    ///   - transform: on the particle grid.
    /// - Throws: `UsageError` on all ranks when they are not there.
    init(
        reading address: DatasetAddress, of configuration: RunConfiguration, _ forward: ForwardModel<Scalar>,
        _ transform: FourierTransform<Scalar>
    ) throws {
        let world = forward.particleGrid.grid.world
        let file = try InputFile(opening: address.file, over: world)
        func column(_ name: String) throws -> [Double] {
            let path = "\(address.dataset)/\(name)"
            guard try file.describe(path) != nil else {
                throw UsageError(
                    "\(address): \(path) is not there; reconstruct.response must be the diagnostics of a "
                        + "reconstruction with a truth; try \"mock/reconstruction.h5:/diagnostics\"")
            }
            return try file.readArray(at: path, as: Double.self)
        }
        let (waves, modes) = (try column("k"), try column("modes"))
        let (transfer, correlation) = (try column("transfer_initial"), try column("correlation_initial"))
        let width = 2 * Double.pi / max(forward.box.size.x, forward.box.size.y, forward.box.size.z)
        guard let first = waves.first, abs(first - width) < width / 2 else {
            throw UsageError(
                "\(address): its longest wave is not that of the box; reconstruct.response must be of a "
                    + "reconstruction in the same box; make it with the same configuration")
        }
        shells = waves.indices.map { shell in
            let fraction = correlation[shell] * correlation[shell]
            return Shell(
                wavenumber: waves[shell], modes: modes[shell],
                transferSquared: transfer[shell] * transfer[shell],
                correlationToTheFourth: fraction * fraction)
        }
        scaleFactor = configuration.evolution.stop
        model = try configuration.linearPowerModel(on: world)
        self.transform = transform
        startingLogarithms = logarithms(in: forward.cosmology).map(\.value)
    }

    /// V(θ) − V(θ start), with its derivatives.
    func volume(in cosmology: Cosmology<Dual>) -> Dual {
        zip(shells, changes(in: cosmology)).reduce(Dual(0)) { sum, term in
            sum + term.1.scaled(by: term.0.modes * term.0.transferSquared / 2)
        }
    }

    /// s of a v; linear and diagonal, so its own transpose. Collective.
    func noise(of variable: consuming Field<Scalar>, in cosmology: Cosmology<Dual>) -> Field<Scalar> {
        let factors = zip(shells, changes(in: cosmology)).map { shell, change in
            Double.exp(-change.value * shell.transferSquared / 2)
        }
        var modes = transform.forward(variable)
        let shape = transform.decomposition.shape
        let longest = Double(max(shape.x, shape.y, shape.z))
        func wave(_ index: Int, of length: Int) -> Double {
            Double(Decomposition.signedWavenumber(index, of: length)) * longest / Double(length)
        }
        modes.mapModes { x, y, z, real, imaginary in
            let (first, second, third) = (
                wave(x, of: shape.x), wave(y, of: shape.y), wave(z, of: shape.z)
            )
            let square = first * first + second * second + third * third
            // The shells of ``PowerSpectrum``; beyond them nothing is known.
            let shell = Int(square.squareRoot() + (0.5 + 1e-9))
            guard shell > 0, shell <= factors.count else { return (real, imaginary) }
            let factor = Scalar(factors[shell - 1])
            return (factor * real, factor * imaginary)
        }
        return transform.inverse(modes, ghosts: .none)
    }

    /// What a change of θ at fixed v does through s. Collective.
    ///
    ///     Σ_k Re(∂L/∂s_k s_k*) · (−T²/2) ∂ln P_lin(k, a)/∂θ
    func slope(
        through noise: borrowing Field<Scalar>, _ gradient: borrowing Field<Scalar>,
        in cosmology: Cosmology<Dual>
    ) throws -> Dual {
        let shape = transform.decomposition.shape
        let products = try PowerSpectrum(
            of: transform.forward(gradient.copy(for: "optimiser")),
            with: transform.forward(noise.copy(for: "optimiser")),
            box: SIMD3(Double(shape.x), Double(shape.y), Double(shape.z)))
        return zip(shells.indices, changes(in: cosmology)).reduce(Dual(0)) { sum, term in
            let shell = shells[term.0]
            return sum
                + term.1.scaled(by: -shell.transferSquared / 2 * shell.modes * products.powers[term.0])
        }
    }

    /// (σ⁻²)_ij of some parameters.
    func information(on parameters: [CosmologyParameter], in cosmology: Cosmology<Dual>) -> [[Double]] {
        let logarithms = logarithms(in: cosmology)
        return parameters.map { first in
            parameters.map { second in
                zip(shells, logarithms).reduce(0) { sum, term in
                    sum + term.0.modes * term.0.correlationToTheFourth / 2 * term.1[first] * term.1[second]
                }
            }
        }
    }

    /// ln P_lin(k, a; θ) / P_lin(k, a; θ start) of each shell.
    private func changes(in cosmology: Cosmology<Dual>) -> [Dual] {
        zip(logarithms(in: cosmology), startingLogarithms).map { $0 - Dual($1) }
    }

    private func logarithms(in cosmology: Cosmology<Dual>) -> [Dual] {
        let power = LinearPower<Dual>(cosmology, model)
        let growth = growthFactors(at: [scaleFactor], cosmology)[0].d1
        return shells.map { Dual.log(power($0.wavenumber) * growth * growth) }
    }
}
