import Observables
import Parallel
import Runs
import Storage
import TestSupport
import XCTest

final class NetworkFileTests: SPMDTestCase {
    private func network(_ sizes: [Int], seed: UInt64) -> DenseNetwork {
        var random = SplitMix(seed: seed)
        func numbers(_ count: Int) -> [Double] {
            (0..<count).map { _ in .random(in: 0.1...1, using: &random) }
        }
        let layers = (0..<sizes.count - 1).map { layer in
            DenseNetwork.Layer(
                inputs: sizes[layer], outputs: sizes[layer + 1],
                weights: numbers(sizes[layer] * sizes[layer + 1]), biases: numbers(sizes[layer + 1]),
                [.relu, .elu, .linear][layer % 3])
        }
        return DenseNetwork(
            layers: layers, inputMean: numbers(sizes[0]), inputDeviation: numbers(sizes[0]), outputMean: 3,
            outputDeviation: 7)
    }

    private var networks: HaloNetworks {
        var networks = HaloNetworks(
            position: network([81, 30, 10, 1], seed: 1), mass: network([3, 10, 5, 1], seed: 2), cell: 3.125,
            meshFactor: 1, scaleFactor: 1, numberDensity: 1e-3)
        networks.residuals = [
            HaloResidual(
                softening: 1e12, width: 3, edges: [1, 10], mean: [0, 0.1, 0.2], sigma: [0.3, 0.2, 0.1],
                wavenumbers: [0.1, 0.2, 0.4], powers: [1, 2, 3])
        ]
        return networks
    }

    private func write(_ networks: HaloNetworks?, _ attributes: [String: String] = [:], to path: String)
        throws
    {
        let provenance = Provenance(precision: "double", seed: nil, configuration: "", cosmology: [:])
        var file = try OutputFile(creating: path, provenance: provenance, over: world)
        if let networks { try NetworkFile.write(networks, to: &file) }
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { file.set(name, to: .text(value)) }
        try file.finish()
    }

    func testAFileGivesTheSameNetworksBack() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("network.h5")
        try write(networks, to: path)
        XCTAssertEqual(try NetworkFile.read(path, over: world), networks)
        XCTAssertEqual(networks.position.parameterCount, 2781)
        XCTAssertEqual(networks.mass.parameterCount, 101)
        XCTAssertEqual(networks.residuals[0].power(at: 0.3), 2.5, accuracy: 1e-12)
        XCTAssertEqual(networks.residuals[0].power(at: 9), 3)
        XCTAssertEqual([0.5, 1, 20].map(networks.residuals[0].bin), [0, 1, 2])
    }

    func testTheNetworkThatShipsIsOfTheRecipe() throws {
        let shipped = try ShippedNetworks.haloes()
        XCTAssertEqual(shipped.position.layers.map(\.outputs), [30, 10, 1])
        XCTAssertEqual(shipped.mass.layers.map(\.outputs), [10, 5, 1])
        XCTAssertEqual([shipped.position.parameterCount, shipped.mass.parameterCount], [2781, 101])
        XCTAssertTrue((shipped.position.parameters + shipped.mass.parameters).allSatisfy(\.isFinite))
        XCTAssertEqual([shipped.cell, shipped.meshFactor, shipped.scaleFactor], [3.125, 1, 1])
        XCTAssertEqual(shipped.residuals.map(\.softening), [1e12, 1e12, 1e12, 1e11, 1e11, 1e11])
        XCTAssertEqual(shipped.residuals.map(\.width), [1, 2, 3, 1, 2, 3])
        for residual in shipped.residuals {
            XCTAssertEqual(residual.mean.count, residual.edges.count + 1)
            XCTAssertTrue((residual.sigma + residual.powers).allSatisfy { $0 > 0 })
            // Residuals are correlated over cells, so that large scales have more power than independent cells.
            XCTAssertGreaterThan(residual.powers[0], 1)
            XCTAssertLessThan(residual.powers.last!, 1)
        }
    }

    func testRunsOfAnotherKindAreRefused() {
        let run = (cell: 3.125, factor: 1.0, a: 1.0)
        func require(_ cell: Double, _ factor: Double, _ a: Double) throws {
            try networks.require(
                cell: cell, meshFactor: factor, scaleFactor: a, key: "objective.network", path: "n.h5")
        }
        XCTAssertNoThrow(try require(run.cell, run.factor, run.a))
        assertThrowsEverywhere("objective.network: n.h5 was trained with a mesh cell [Mpc/h] of 3.125") {
            try require(2, 1, 1)
        }
        assertThrowsEverywhere("box.mesh_factor 1.0, and this run has 2.0") { try require(3.125, 2, 1) }
        assertThrowsEverywhere("a scale factor of 1.0, and this run has 0.5") { try require(3.125, 1, 0.5) }
    }

    func testBrokenFilesAreRefused() throws {
        let scratch = ScratchDirectory(over: world)
        let path = scratch.file("broken.h5")
        func refused(_ fragment: String, _ networks: HaloNetworks?, _ attributes: [String: String] = [:])
            throws
        {
            try write(networks, attributes, to: path)
            assertThrowsEverywhere(fragment) { _ = try NetworkFile.read(path, over: world) }
        }
        var attributes = ["format": "another 2"]
        try refused("is no network of haloes", nil, attributes)
        attributes["format"] = NetworkFile.format
        try refused("its assignment is not cloud-in-cell", nil, attributes)
        attributes["assignment"] = NetworkFile.assignment
        try refused("its features are not", nil, attributes)
        var odd = networks
        odd.cell = -1
        try refused("its cell is missing or not a positive number", odd)
        odd = networks
        odd.mass.inputDeviation[1] = 0
        try refused("/mass/input_std holds numbers that are not above 0", odd)
        odd = networks
        odd.residuals[0].powers[0] = 0
        try refused("/noise/M0_0 holds no statistics of residuals", odd)
        scratch.write(Array("no HDF5".utf8), to: "text.h5")
        assertThrowsEverywhere("text.h5") { _ = try NetworkFile.read(scratch.file("text.h5"), over: world) }
        assertThrowsEverywhere("none.h5") { _ = try NetworkFile.read(scratch.file("none.h5"), over: world) }
    }
}
