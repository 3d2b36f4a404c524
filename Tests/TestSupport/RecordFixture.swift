internal import InitialConditions
internal import Measurement
internal import Mesh
public import Parallel
public import Records

/// Records such as runs leave.
public enum RecordFixture {
    /// What a configuration looks like in files.
    public static let configuration = """
        run:
          precision: single
        box:
          particles: [12, 9, 9]
          spacing: 2.0
          mesh: [24, 18, 18]
        power:
          table: "a: b <c>.txt"
        initial:
          a: 0.0625
        evolution:
          a_stop: 1.0
          steps: 15

        """

    /// The record of a forward run.
    public static var run: RunRecord {
        var record = RunRecord(
            command: "simulate", codeVersion: "0.1.0", build: "a build", processor: "a <fast> CPU",
            finished: "2026-11-21T05:03:25Z", ranks: [2, 1], seconds: 4.5, peakBytesOfFullestRank: 100 << 20,
            peakBytes: 190 << 20,
            phases: [
                .init("kick", longestSeconds: 3, meanSeconds: 2.5, bytesSent: 0, messages: 0),
                .init("exchange", longestSeconds: 2, meanSeconds: 2, bytesSent: 3e6, messages: 40),
            ], configuration: configuration)
        record.steps = 15
        record.stateChecksum = "0123456789abcdef"
        return record
    }

    /// The record of three universes, of which one failed.
    public static var ensemble: EnsembleRecord {
        var members = (1...3).map {
            EnsembleRecord.Member(
                name: "member_000\($0)", values: ["\($0)"], outcome: $0 == 3 ? .failed : .finished)
        }
        members[2].message = "no <room>"
        for (index, haloes) in [10, 14].enumerated() {
            members[index].stateChecksum = "0123456789abcdef"
            members[index].results = ["sigma8": 0.8]
            members[index].haloes = haloes
            members[index].seconds = 4
            members[index].powers = [900, 500 + 10 * Double(index)]
            members[index].linear = [800, 500]
        }
        var record = EnsembleRecord(
            of: "simulate", groups: 2, ranks: 4, keys: ["initial.seed"], members: members,
            configuration: configuration)
        record.seconds = 9
        (record.wavenumbers, record.modes, record.scaleFactor) = ([0.1, 0.2], [18, 62], 1)
        return record
    }

    /// 1000 particles and 8000 cells for each rank.
    public static func measurement(ranks: [Int], seconds: Double, gradient: Bool = true)
        -> BenchRecord.Measurement
    {
        let count = ranks.reduce(1, *)
        let floor = BenchRecord.Floor(transforms: 0.002, exchange: 0.001, memory: 0.001)
        let run = BenchRecord.Run(
            repeats: [seconds * 2, seconds, seconds / 2],
            phases: [
                .init(
                    "a <new> phase", longestSeconds: seconds * 0.75, meanSeconds: seconds * 0.7, bytesSent: 0,
                    messages: 0),
                .init(
                    "exchange", longestSeconds: seconds * 0.3, meanSeconds: seconds * 0.3, bytesSent: 64_000,
                    messages: 2),
            ], floor: floor)
        return BenchRecord.Measurement(
            ranks: ranks, particles: [10 * count, 10, 10], mesh: [20 * count, 20, 20], precision: "single",
            kernel: "1_4", steps: 10, forces: 11, forward: run,
            gradient: gradient
                ? BenchRecord.Gradient(repeats: [3, 1, 2], forwardSeconds: 0.8, run: run) : nil,
            ceilings: BenchRecord.Ceilings(
                triadBandwidth: 2e10, transformShape: [10, 20, 20], forwardTransform: 0.001,
                inverseTransform: 0.001, rowBytes: 0, rowSeconds: 0, columnBytes: 64_000,
                columnSeconds: 0.0005),
            secondsToFirstForce: 0.5, peakBytesOfFullestRank: 100 << 20, peakBytes: count * 100 << 20,
            arrayBytesOfFullestRank: 60 << 20)
    }

    /// A record of some measurements.
    public static func bench(_ study: BenchRecord.Study, _ measurements: [BenchRecord.Measurement])
        -> BenchRecord
    {
        BenchRecord(
            codeVersion: "0.1.0", build: "a build", processor: "a <fast> CPU", mpi: "an MPI",
            finished: "2026-11-21T05:03:25Z", study: study, measurements: measurements,
            configuration: configuration)
    }

    private static let grids = [[1, 1], [2, 1], [1, 2], [2, 2]]

    /// A record of measurements on grids of one to four ranks.
    public static func study(_ kind: BenchRecord.Study) -> BenchRecord {
        bench(
            kind,
            grids.map { measurement(ranks: $0, seconds: 0.04 / Double($0.reduce(1, *)).squareRoot()) })
    }
}

extension RecordFixture {
    /// A record of the single mesh and of a pyramid that takes half of the time.
    public static var laws: BenchRecord {
        var pyramid = measurement(ranks: [2, 1], seconds: 0.02)
        pyramid.pyramid = .init(levels: 2, accuracy: "accurate", multiplyAdds: 1e6)
        pyramid.fidelity = .init(
            forceError: 1e-4, densityResidual: 2e-4, shellWidth: 0.1, wavenumbers: [0.1, 0.2, 0.3],
            forceErrors: [1e-5, 1e-4, 1e-3], powerRatios: [1.00001, 0.9999, 2],
            decorrelations: [1e-9, 1e-8, 1e-3], particleNyquist: 0.2)
        return bench(.laws, [measurement(ranks: [2, 1], seconds: 0.04), pyramid])
    }

    /// The spectrum of white noise in a cube of 18 points and 23.4 Mpc/h along each side. Collective.
    public static func powerTable(over world: Communicator) throws -> PowerSpectrumTable {
        let shape: SIMD3<Int> = [18, 18, 18]
        let box: SIMD3<Double> = [23.4, 23.4, 23.4]
        let ranks = RankGrid.shapes(for: world.size).first { Decomposition.fits(shape, on: $0) }!
        let grid = try Decomposition(shape: shape, over: RankGrid(world: world, shape: ranks))
        let noise = Field<Double>.whiteNoise(seed: 1, over: grid)
        let spectrum = try PowerSpectrum(of: FourierTransform(grid).forward(noise), box: box)
        return PowerSpectrumTable(
            spectrum, linear: spectrum.wavenumbers.map { 1 / $0 }, shotNoise: 0.3, scaleFactor: 0.1,
            box: box, mesh: shape, correction: .cloudInCell)
    }
}
