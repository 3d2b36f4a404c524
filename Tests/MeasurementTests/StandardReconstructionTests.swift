import Foundation
import Measurement
import Mesh
import Parallel
import TestSupport
import XCTest

final class StandardReconstructionTests: SPMDTestCase {
    private let shape: SIMD3<Int> = [24, 24, 24]
    private let box: SIMD3<Double> = [240, 240, 240]
    /// Wavenumbers of the long wave and of the short one [h/Mpc].
    private let (wave, ripple) = (2 * Double.pi / 240, 2 * Double.pi * 5 / 240)

    /// Matter moved along an axis by a long wave and a ripple:
    ///
    ///     x = q + A sin(kq)/k + B cos(lq)/l,    δ_lin = −A cos(kq) + B sin(lq)
    private func density(_ mesh: Decomposition, along axis: Int, _ long: Double, _ short: Double) -> Field<
        Double
    > {
        var line = [Double](repeating: 0, count: 24)
        let pieces = 24 * 4000
        for piece in 0..<pieces {
            let q = 240 * (Double(piece) + 0.5) / Double(pieces)
            let x = (q + long * sin(wave * q) / wave + short * cos(ripple * q) / ripple) / 10
            let cell = Int(x.rounded(.down))
            let offset = x - Double(cell)
            line[(cell + 48) % 24] += (1 - offset) / 4000
            line[(cell + 49) % 24] += offset / 4000
        }
        var field = Field<Double>(mesh, ghosts: .none, for: "test")
        field.mapPoints { x, y, z, _ in line[[x, y, z][axis]] }
        return field
    }

    /// 2 ⟨field · pattern⟩ over what cloud-in-cell leaves of a wave: the amplitude of the pattern in the field.
    private func amplitude(
        _ field: borrowing Field<Double>, of wavenumber: Double, along axis: Int,
        _ pattern: (Double) -> Double
    ) throws -> Double {
        var terms: [Double] = []
        field.forEachPoint { x, y, z, value in
            terms.append(value * pattern(wavenumber * 10 * Double([x, y, z][axis])))
        }
        let values = terms
        let sinc = sin(5 * wavenumber) / (5 * wavenumber)
        return try 2 * world.exactSum(count: values.count, of: "test") { values[$0] }
            / Double(field.decomposition.pointCount) / (sinc * sinc)
    }

    func testARippleComesBackFromWhereALongWaveCarriedIt() throws {
        for mesh in try gridShapes.map({
            try Decomposition(shape: shape, over: RankGrid(world: world, shape: $0))
        }) {
            for axis in 0..<3 {
                let evolved = density(mesh, along: axis, 0.3, 0.03)
                // Carried to and fro by up to 11 Mpc/h, a ripple of 48 Mpc/h is half smeared out.
                XCTAssertLessThan(try amplitude(evolved, of: ripple, along: axis, sin), 0.6 * 0.03)
                let field = try StandardReconstruction(smoothing: 8, bias: 1).linearField(
                    of: evolved, in: box)
                XCTAssertEqual(
                    try amplitude(field, of: ripple, along: axis, sin), 0.03, accuracy: 0.15 * 0.03)
                XCTAssertEqual(-(try amplitude(field, of: wave, along: axis, cos)), 0.3, accuracy: 0.03 * 0.3)
            }
        }
    }

    func testErrorsThatMakeADensityNegativeDoNoHarm() throws {
        let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: gridShapes[0]))
        var density = density(mesh, along: 1, 0.3, 0.03)
        density.mapPoints { x, y, z, value in value + ((x + y + z) % 2 == 0 ? 1.5 : -1.5) }
        var least = 0.0
        density.forEachPoint { _, _, _, value in least = min(least, value) }
        XCTAssertGreaterThan(world.maximum(-least), 0.5)
        let field = try StandardReconstruction(smoothing: 8, bias: 1).linearField(of: density, in: box)
        XCTAssertEqual(-(try amplitude(field, of: wave, along: 1, cos)), 0.3, accuracy: 0.03 * 0.3)
    }

    func testBiasedTracersGiveTheMatterFieldTheSameBitsOnEveryGrid() throws {
        // Tracers of bias 2 in Lagrangian space, moved with the matter.
        var positions: [SIMD3<Double>] = []
        for x in 0..<240 {
            let q = Double(x) + 0.5
            let density = 1 - 0.1 * cos(2 * wave * q)
            for piece in 0..<Int((60 * density).rounded()) {
                let place = Double(piece * 7919 % 997) / 997
                positions.append([
                    q + 0.1 * sin(2 * wave * q) / (2 * wave), 240 * place, 240 * Double(piece * 31 % 61) / 61,
                ])
            }
        }
        let count = positions.count
        let table = HaloTable(
            at: 1, in: box, omegaMatter: 0.3, criterion: FriendsOfFriends(),
            lengths: Array(repeating: 20, count: count),
            masses: Array(repeating: 1, count: count), positions: positions,
            velocities: Array(repeating: .zero, count: count))
        let sample = try HaloSample(of: table, numberDensity: Double(count) / table.volume, named: "test")
        var first: [Int]?
        for grid in gridShapes {
            let mesh = try Decomposition(shape: shape, over: RankGrid(world: world, shape: grid))
            let field = StandardReconstruction(smoothing: 10, bias: 2).linearField(of: sample, over: mesh)
            XCTAssertEqual(-(try amplitude(field, of: 2 * wave, along: 0, cos)), 0.1, accuracy: 0.006)
            var bits = [Int](repeating: 0, count: mesh.pointCount)
            field.forEachPoint { x, y, z, value in
                bits[(x * 24 + y) * 24 + z] = Int(truncatingIfNeeded: value.bitPattern)
            }
            let all = world.sum(bits)
            XCTAssertTrue(all == first ?? all, "\(grid)")
            first = all
        }
    }
}
