import Background
import Foundation
import InitialConditions
import Mesh
import Parallel
import Particles
import TestSupport

/// The displacements of a small periodic cube of side 2π on one rank, with their derivatives.
struct LagrangianFlow {
    /// Points along a side.
    let side: Int
    private let mesh: Decomposition
    private let transform: FourierTransform<Double>

    init(side: Int, on ranks: Communicator) throws {
        self.side = side
        mesh = try Decomposition(
            shape: SIMD3(repeating: side), over: RankGrid(world: ranks, shape: [1, 1]))
        transform = FourierTransform(mesh)
    }

    /// A function of the points of the cube, `[x][y][z]`.
    func sampled(_ function: (_ x: Double, _ y: Double, _ z: Double) -> Double) -> [Double] {
        let step = 2 * Double.pi / Double(side)
        var values: [Double] = []
        for x in 0..<side {
            for y in 0..<side {
                for z in 0..<side {
                    values.append(function(step * Double(x), step * Double(y), step * Double(z)))
                }
            }
        }
        return values
    }

    /// Random waves with |k| ≤ 2.5 and a variance of 1.
    func longWaves(seed: UInt64) -> [Double] {
        var modes = transform.forward(.whiteNoise(seed: seed, over: mesh))
        let side = side
        modes.mapModes { x, y, z, real, imaginary in
            let k = SIMD3(
                Wavenumbers.modeNumber(x, of: side), Wavenumbers.modeNumber(y, of: side), z)
            let square = (k &* k).wrappedSum()
            return square == 0 || square > 6 ? (0, 0) : (real, imaginary)
        }
        let values = values(transform.inverse(modes, ghosts: .none))
        let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
        return values.map { $0 / variance.squareRoot() }
    }

    /// ψ and dψ/dlna of an overdensity for D1 = 1.
    func displaced(
        _ contrast: [Double], _ order: PerturbationOrder, to growth: GrowthFactors<Double>
    ) throws -> (psi: [[Double]], rate: [[Double]]) {
        let units = StateUnits(box: SIMD3(repeating: 2 * .pi), momentumExponent: -58)
        let perturbation = LagrangianPerturbation<Double>(
            mesh, spacing: 2 * .pi / Double(side), order: order)
        let block = try perturbation.displace(transform.forward(field(contrast)), to: growth, in: units)
        let step = 2 * Double.pi / Double(side)
        let square = growth.scaleFactor * growth.scaleFactor
        let perRate = 1 / (square * growth.expansionRate)
        var (psi, rate): ([[Double]], [[Double]]) = ([], [])
        for axis in 0..<3 {
            let stride = [side * side, side, 1][axis]
            let (positions, momenta) = (block.position[axis].span, block.momentum[axis].span)
            psi.append(
                contrast.indices.map { point in
                    let lattice = step * Double(point / stride % side)
                    let moved = units.length(positions[point], along: axis) - lattice
                    return moved - (moved / (2 * .pi)).rounded() * 2 * .pi
                })
            rate.append(contrast.indices.map { units.momentum(momenta[$0]) * perRate })
        }
        return (psi, rate)
    }

    /// ∂/∂q along an axis.
    func derivative(_ values: [Double], along axis: Int) -> [Double] {
        var modes = transform.forward(field(values))
        let side = side
        modes.mapModes { x, y, z, real, imaginary in
            let index = [x, y, z][axis]
            let k = 2 * index == side ? 0 : Double(Wavenumbers.modeNumber(index, of: side))
            return (-k * imaginary, k * real)
        }
        return self.values(transform.inverse(modes, ghosts: .none))
    }

    /// Σ ∂_i ψ_i
    func divergence(_ vector: [[Double]]) -> [Double] {
        let parts = (0..<3).map { derivative(vector[$0], along: $0) }
        return parts[0].indices.map { parts[0][$0] + parts[1][$0] + parts[2][$0] }
    }

    /// The vector without its transverse part: the gradient of ∇⁻²(∇·ψ).
    func longitudinal(_ vector: [[Double]]) -> [[Double]] {
        var modes = transform.forward(field(divergence(vector)))
        let side = side
        modes.mapModes { x, y, z, real, imaginary in
            let k = SIMD3(
                Wavenumbers.modeNumber(x, of: side), Wavenumbers.modeNumber(y, of: side), z)
            let square = Double((k &* k).wrappedSum())
            return square == 0 ? (0, 0) : (-real / square, -imaginary / square)
        }
        let potential = values(transform.inverse(modes, ghosts: .none))
        return (0..<3).map { derivative(potential, along: $0) }
    }

    private func field(_ values: [Double]) -> Field<Double> {
        var field = Field<Double>(mesh, ghosts: .none, for: "test")
        field.mapPoints { x, y, z, _ in values[(x * side + y) * side + z] }
        return field
    }

    private func values(_ field: borrowing Field<Double>) -> [Double] {
        var values: [Double] = []
        field.forEachPoint { _, _, _, value in values.append(value) }
        return values
    }
}
