internal import Analysis
internal import Background
internal import Configuration
internal import Dynamics
internal import Foundation
internal import Mesh
internal import Parallel
internal import Storage

/// How the white noise that is found answers to that which was there, scale by scale: what is needed to look for
/// cosmological parameters with it.
///
/// The probability of θ is the integral of exp(−L) over all noise s, not its height at the best ŝ. A θ with more
/// power explains the same modes with less noise, lowers `½ Σ s²`, and would win without end. How the loss slopes at
/// ŝ in a universe that was drawn at θ is known from reconstructions of such universes, mocks: since the final
/// density depends on `√P_lin(k, a) s_k`,
///
///     ⟨∂L/∂θ⟩ = −½ Σ_k f(k) ∂ln P_lin(k, a)/∂θ,    f(k) = ⟨|ŝ_k|²⟩ over mocks
///
/// and `V(θ) = ½ Σ_k f(k) ln P_lin(k, a)` makes it zero: L + V has its minimum, on the mean, at the θ that the data
/// were drawn at. With r(k) of the mocks its covariance is H⁻¹ J H⁻¹ (1 + 1/mocks),
///
///     H_ij = ½ Σ_k r⁴(k) ∂ln P/∂θ_i ∂ln P/∂θ_j,    J_ij = cov(V_i, V_j) over mocks,  V_i = ½ Σ_k |ŝ_k|² ∂ln P/∂θ_i
///
/// with J = H, what Gaussian modes have, for fewer mocks than ``enoughMocks``.
///
/// The search moves along `s_k = v_k (P_lin(k, a; θ start) / P_lin(k, a; θ))^(f/2)`, so that a step in θ leaves the
/// modes that the data know where they are.
///
/// - Source: Millea & Seljak 2022 (marginal unbiased score expansion), with the simulated mean written by scale.
struct ModeResponse<Scalar: StorableScalar> {
    private struct Shell {
        let wavenumber: Double
        let modes: Double
        /// |ŝ_k|² of each mock.
        let powers: [Double]
        /// f.
        let meanPower: Double
        /// r⁴, the mean over mocks.
        let information: Double
    }

    private let shells: [Shell]
    private let scaleFactor: Double
    private let model: LinearPowerModel
    private let transform: FourierTransform<Scalar>
    /// ln P_lin(k, a) at the start.
    private var startingLogarithms: [Double] = []

    /// Reads reconstructions of mocks. Collective.
    ///
    /// - Parameters:
    ///   - mocks: the groups `/diagnostics` of their files; at least one.
    ///   - forward: where the parameters start; its box is that of the mocks.
    ///   - transform: on the particle grid.
    /// - Throws: `UsageError` on all ranks when what is needed is not there.
    init(
        reading mocks: [DatasetAddress], of configuration: RunConfiguration, _ forward: ForwardModel<Scalar>,
        _ transform: FourierTransform<Scalar>
    ) throws {
        let world = forward.particleGrid.grid.world
        let size = forward.box.size
        let read = try mocks.map { try Mock(reading: $0, longest: max(size.x, size.y, size.z), over: world) }
        let count = Double(read.count)
        shells = (0..<read.map(\.wavenumbers.count).min()!).map { shell in
            let powers = read.map { $0.powers[shell] }
            let fractions = read.map { $0.correlations[shell] * $0.correlations[shell] }
            return Shell(
                wavenumber: read[0].wavenumbers[shell], modes: read[0].modes[shell], powers: powers,
                meanPower: powers.reduce(0, +) / count,
                information: fractions.reduce(0) { $0 + $1 * $1 } / count)
        }
        scaleFactor = configuration.evolution.stop
        model = try configuration.linearPowerModel(on: world)
        self.transform = transform
        startingLogarithms = logarithms(in: forward.cosmology).map(\.value)
    }

    /// What is read of one.
    private struct Mock {
        let wavenumbers: [Double]
        let modes: [Double]
        let powers: [Double]
        let correlations: [Double]

        init(reading address: DatasetAddress, longest: Double, over world: Communicator) throws {
            let file = try InputFile(opening: address.file, over: world)
            func column(_ name: String) throws -> [Double] {
                let path = "\(address.dataset)/\(name)"
                guard try file.describe(path) != nil else {
                    throw UsageError(
                        "\(address): it has no \(name); reconstruct.response must be the diagnostics of a "
                            + "reconstruction whose truth was given; make one with reconstruct.truth")
                }
                return try file.readArray(at: path, as: Double.self)
            }
            wavenumbers = try column("k")
            modes = try column("modes")
            powers = try column("noise_power")
            correlations = try column("correlation_initial")
            let width = 2 * Double.pi / longest
            guard let first = wavenumbers.first, abs(first - width) < width / 2 else {
                throw UsageError(
                    "\(address): it is of another box; reconstruct.response must be of a reconstruction in this "
                        + "one; make it with the same configuration")
            }
        }
    }

    /// V(θ) − V(θ start), with its derivatives.
    func volume(in cosmology: Cosmology<Dual>) -> Dual {
        zip(shells, changes(in: cosmology)).reduce(Dual(0)) { sum, term in
            sum + term.1.scaled(by: term.0.modes * term.0.meanPower / 2)
        }
    }

    /// s of a v; linear and diagonal, so its own transpose. Collective.
    func noise(of variable: consuming Field<Scalar>, in cosmology: Cosmology<Dual>) -> Field<Scalar> {
        let factors = zip(shells, changes(in: cosmology)).map { shell, change in
            exp(-change.value * shell.meanPower / 2)
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
    ///     Σ_k Re(∂L/∂s_k s_k*) · (−f/2) ∂ln P_lin(k, a)/∂θ
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
                + term.1.scaled(by: -shell.meanPower / 2 * shell.modes * products.powers[term.0])
        }
    }

    /// How many tell the scatter of a slope to a quarter.
    private static var enoughMocks: Int { 10 }

    /// The standard deviations of some parameters, with the Gaussian priors that they have.
    func errors(
        of varied: [ReconstructSection.Varied], in cosmology: Cosmology<Dual>
    ) -> [Double] {
        let logarithms = logarithms(in: cosmology)
        func sum(_ weight: (Shell) -> Double, _ first: Int, _ second: Int?) -> Double {
            zip(shells, logarithms).reduce(0) { sum, term in
                let slope = term.1[varied[first].parameter]
                let other = second.map { term.1[varied[$0].parameter] } ?? 1
                return sum + term.0.modes / 2 * weight(term.0) * slope * other
            }
        }
        var information = varied.indices.map { first in
            varied.indices.map { sum(\.information, first, $0) }
        }
        var scatter = information
        let mocks = shells.first?.powers.count ?? 0
        if mocks >= Self.enoughMocks {
            let scores = varied.indices.map { first in
                (0..<mocks).map { mock in sum({ $0.powers[mock] }, first, nil) }
            }
            scatter = scores.map { one in scores.map { other in covariance(one, other) } }
        }
        for (index, varied) in varied.enumerated() {
            guard let prior = varied.prior else { continue }
            information[index][index] += 1 / (prior.sigma * prior.sigma)
            scatter[index][index] += 1 / (prior.sigma * prior.sigma)
        }
        let inverse = inverted(information)
        return varied.indices.map { index in
            var variance = 0.0
            for first in varied.indices {
                for second in varied.indices {
                    variance += inverse[index][first] * scatter[first][second] * inverse[second][index]
                }
            }
            return (variance * (1 + 1 / Double(mocks))).squareRoot()
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

private func covariance(_ first: [Double], _ second: [Double]) -> Double {
    let count = Double(first.count)
    let means = (first.reduce(0, +) / count, second.reduce(0, +) / count)
    return zip(first, second).reduce(0) { $0 + ($1.0 - means.0) * ($1.1 - means.1) } / (count - 1)
}

/// The inverse of a positive definite matrix, by Gauss and Jordan without exchanges.
private func inverted(_ matrix: [[Double]]) -> [[Double]] {
    let size = matrix.count
    var rows = matrix.enumerated().map { index, row in row + (0..<size).map { $0 == index ? 1 : 0 } }
    for pivot in 0..<size {
        rows[pivot] = rows[pivot].map { $0 / rows[pivot][pivot] }
        for other in 0..<size where other != pivot {
            let factor = rows[other][pivot]
            rows[other] = zip(rows[other], rows[pivot]).map { $0 - factor * $1 }
        }
    }
    return rows.map { Array($0.dropFirst(size)) }
}
