import Mesh
import Parallel
import Records
import Report
import Storage
import TestSupport
import XCTest

/// Directories such as runs leave, small and quickly made.
struct RunFixture {
    let directory: ScratchDirectory
    let world: Communicator

    static let particles: SIMD3<Int> = [12, 9, 9]
    static let mesh: SIMD3<Int> = [24, 18, 18]
    static let box: SIMD3<Double> = [24, 18, 18]

    static let configuration = RecordFixture.configuration

    static var provenance: Provenance { provenance(configuration) }

    static func provenance(_ configuration: String) -> Provenance {
        Provenance(
            precision: "single", seed: 3, configuration: configuration,
            cosmology: ["Omega_m": 0.31, "h": 0.68, "A_s": 2.1e-9])
    }

    /// A field of smooth hills, the same on any number of ranks.
    func hills(_ shape: SIMD3<Int>, around mean: Float, shift: Float = 0) throws -> Field<Float> {
        let grid = RankGrid(
            world: world,
            shape: RankGrid.shapes(for: world.size).first { Decomposition.fits(shape, on: $0) }!)
        let decomposition = try Decomposition(shape: shape, over: grid)
        var field = Field<Float>(decomposition, ghosts: .none, for: "hills")
        var values = field.values.mutableSpan
        var next = 0
        for x in decomposition.x {
            for y in decomposition.y {
                for z in 0..<shape.z {
                    // Whole numbers, so that no rounding depends on a mathematical library.
                    values[next] = mean + Float((7 * x + 5 * y * y + 3 * z + x * y) % 17 - 8) / 16 + shift
                    next += 1
                }
            }
        }
        return field
    }

    func writeDensity(_ label: String, shift: Float = 0, configuration: String = configuration) throws {
        var file = try OutputFile(
            creating: directory.file("density_a\(label).h5"), provenance: Self.provenance(configuration),
            over: world)
        try file.write(try hills(Self.mesh, around: 1, shift: shift), at: "/density", labels: Self.labels)
        try file.finish()
    }

    /// Counts and selections of tracers.
    func writeSurvey(_ tracers: [String]) throws {
        var file = try OutputFile(
            creating: directory.file("survey.h5"), provenance: Self.provenance, over: world)
        for (number, tracer) in tracers.enumerated() {
            try file.write(try hills(Self.mesh, around: 1), at: "/\(tracer)/selection", labels: Self.labels)
            var counts = try hills(Self.mesh, around: 16 * Float(number + 1))
            counts.mapPoints { _, _, _, value in value.rounded() }
            try file.write(counts, at: "/\(tracer)/counts", labels: Self.labels)
        }
        try file.finish()
    }

    func writePower(_ label: String) {
        let rows = (1...9).map { "  \(0.26 * Double($0)) \(900 / $0) \(800 / $0) 8.0 \(10 * $0 * $0)\n" }
        directory.write(Array(("# a table\n" + rows.joined()).utf8), to: "power_a\(label).txt")
    }

    func writeRecord(_ record: RunRecord = RecordFixture.run) throws {
        directory.write(Array(try record.json().utf8), to: RunRecord.fileName(of: record.command))
    }

    /// The parts of `reconstruction.h5`.
    static let parts = ["noise", "found", "truth", "data", "history", "diagnostics"]

    /// What only some reconstructions leave.
    static let furtherParts = ["weights", "parameters", "picture"]

    func writeReconstruction(_ parts: [String] = Self.parts) throws {
        var file = try OutputFile(
            creating: directory.file("reconstruction.h5"), provenance: Self.provenance, over: world)
        if parts.contains("noise") {
            try file.write(try hills(Self.particles, around: 0), at: "/white_noise", labels: Self.labels)
            file.set("noise_variance", to: .real(0.9))
        }
        for (part, group, shift) in [("found", "", 0), ("truth", "/truth", 0.1)] as [(String, String, Float)]
        where parts.contains(part) {
            try file.write(
                try hills(Self.particles, around: 0, shift: shift), at: "\(group)/initial_density",
                labels: Self.labels)
            try file.write(
                try hills(Self.mesh, around: 1, shift: shift), at: "\(group)/final_density",
                labels: Self.labels)
        }
        if parts.contains("data") {
            try file.write(try hills(Self.mesh, around: 1, shift: 0.2), at: "/data", labels: Self.labels)
        }
        if parts.contains("weights") {
            try file.write(try hills(Self.mesh, around: 1), at: "/weights", labels: Self.labels)
        }
        if parts.contains("parameters") {
            try file.write(
                [0.345], shape: [], at: "/cosmology/Omega_m",
                labels: Labels(
                    units: "1", description: "sought",
                    more: [
                        "start": .real(0.3), "prior_mean": .real(0.32), "prior_sigma": .real(0.01),
                        "error": .real(0.004),
                    ]))
            try file.write(
                [0.96], shape: [], at: "/cosmology/n_s", labels: Labels(units: "1", description: "given"))
            try file.write(
                [0.3, 0.31, 0.32, 0.33, 0.34, 0.344, 0.345], at: "/history/cosmology/Omega_m",
                labels: Labels(units: "1", description: "Omega_m"))
        }
        if parts.contains("picture") { try writePicture(to: &file) }
        if parts.contains("history") {
            func column(_ name: String, _ values: [Double], units: String = "1") throws {
                try file.write(values, at: "/history/\(name)", labels: .init(units: units, description: name))
            }
            try column("stage", [1, 1, 1, 2, 2, 2, 2])
            try column("iteration", [0, 1, 2, 0, 1, 2, 3])
            try column("loss", [100, 50, 30, 200, 90, 80, 79])
            try column("gradient_norm", [9, 8, 7, 9, 3, 2, 1])
            try column("smoothing", [4, 4, 4, 0, 0, 0, 0], units: "Mpc/h")
            try column("seconds", [1, 2, 3, 4, 5, 6, 7])
        }
        if parts.contains("diagnostics") {
            for (name, values) in [
                ("k", [0.1, 0.2, 0.4]), ("correlation_initial", [1, 0.95, 0.5]),
                ("transfer_initial", [1, 1, 0.8]),
                ("correlation_final", [1, 0.99, .nan]),
            ] {
                try file.write(
                    values, at: "/diagnostics/\(name)", labels: .init(units: "1", description: name))
            }
        }
        try file.finish()
    }

    private func writePicture(to file: inout OutputFile) throws {
        let labels = Labels(
            units: "1", description: "pixels", more: ["sides": .reals([24, 18]), "axes": .integers([0, 1])])
        let pixels = (0..<12).map { Double($0 % 3) }
        for name in ["target", "found", "weights"] {
            try file.write(pixels, shape: [4, 3], at: "/picture/\(name)", labels: labels)
        }
        try file.write(pixels + pixels, shape: [2, 4, 3], at: "/picture/frames", labels: labels)
        try file.write([0.1, 1.0], at: "/picture/frame_scale_factors", labels: labels)
        file.set("picture_correlation", to: .real(0.875))
    }

    static var labels: Labels {
        Labels(units: "1", description: "a field", more: ["box_size": .reals([box.x, box.y, box.z])])
    }
}
