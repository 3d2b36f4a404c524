import Foundation
import Measurement
import Mesh
import Parallel
import TestSupport
import XCTest

final class StandardReconstructionTests: SPMDTestCase {
    private let shape: SIMD3<Int> = [24, 24, 24]
    private let box: SIMD3<Double> = [240, 240, 240]
    private var wave: Double { 2 * .pi * 2 / 240 }

    /// Matter of a plane wave along an axis: x = q + A sin(kq)/k has δ_lin = −A cos(kq).
    private func density(_ mesh: Decomposition, along axis: Int, amplitude: Double) -> Field<Double> {
        var line = [Double](repeating: 0, count: 24)
        let pieces = 24 * 4000
        for piece in 0..<pieces {
            let q = 240 * (Double(piece) + 0.5) / Double(pieces)
            let x = (q + amplitude * sin(wave * q) / wave) / 10
            let cell = Int(x.rounded(.down))
            let offset = x - Double(cell)
            line[(cell + 24) % 24] += (1 - offset) / 4000
            line[(cell + 25) % 24] += offset / 4000
        }
        var field = Field<Double>(mesh, ghosts: .none, for: "test")
        field.mapPoints { x, y, z, _ in line[[x, y, z][axis]] }
        return field
    }

    /// The amplitude of the wave in a field, by its projection on cos(kx).
    private func amplitude(_ field: borrowing Field<Double>, along axis: Int) throws -> Double {
        var terms: [Double] = []
        let wave = self.wave
        field.forEachPoint { x, y, z, value in
            terms.append(value * cos(wave * 10 * Double([x, y, z][axis])))
        }
        let values = terms
        return try -2 * world.exactSum(count: values.count, of: "test") { values[$0] }
            / Double(field.decomposition.pointCount)
    }

    func testAPlaneWaveGetsItsLinearAmplitudeBack() throws {
        for mesh in try gridShapes.map({
            try Decomposition(shape: shape, over: RankGrid(world: world, shape: $0))
        }) {
            for axis in 0..<3 {
                let evolved = density(mesh, along: axis, amplitude: 0.3)
                var contrast = evolved.copy(for: "test")
                contrast.mapPoints { _, _, _, value in value - 1 }
                // Displaced matter is not the linear wave: its crests are sharper and so is its amplitude lower.
                let before = try amplitude(contrast, along: axis)
                let method = StandardReconstruction(smoothing: 5, bias: 1)
                let after = try amplitude(method.linearField(of: evolved, in: box), along: axis)
                XCTAssertEqual(after, 0.3, accuracy: 0.012)
                XCTAssertGreaterThan(abs(before - 0.3), 1.5 * abs(after - 0.3), "it was worse before")
            }
        }
    }

    func testBiasedTracersGiveTheMatterFieldTheSameBitsOnEveryGrid() throws {
        // Tracers of bias 2 in Lagrangian space, moved with the matter.
        var positions: [SIMD3<Double>] = []
        for x in 0..<240 {
            let q = Double(x) + 0.5
            let density = 1 - 0.1 * cos(wave * q)
            for piece in 0..<Int((60 * density).rounded()) {
                let place = Double(piece * 7919 % 997) / 997
                positions.append([
                    q + 0.1 * sin(wave * q) / wave, 240 * place, 240 * Double(piece * 31 % 61) / 61,
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
            XCTAssertEqual(try amplitude(field, along: 0), 0.1, accuracy: 0.008)
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
