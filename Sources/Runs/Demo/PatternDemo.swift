public import Configuration
internal import Figures
internal import Inference
internal import Parallel
internal import Storage

/// `palindrome demo --pattern PICTURE`: initial conditions whose particles fall into a picture.
///
/// After pmwd's example (Li et al. 2022, arXiv:2211.09958): 16 particles along the shorter side and the line of
/// sight, 63 steps, Adam; the picture is brought to four pixels per particle along a side, as many as particles.
public struct PatternDemo: Sendable {
    /// A PNG file.
    let picture: String
    /// Whether its bright or its dark parts are the dense ones.
    let ink: ObjectiveSection.Ink
    let iterations: Int
    let directory: String

    /// A demonstration.
    ///
    /// - Parameters:
    ///   - picture: a PNG file.
    ///   - ink: whether its bright or its dark parts are the dense ones.
    ///   - iterations: of the optimiser.
    ///   - directory: where to write.
    public init(of picture: String, in ink: ObjectiveSection.Ink, iterations: Int, to directory: String) {
        self.picture = picture
        self.ink = ink
        self.iterations = iterations
        self.directory = directory
    }

    private static var shortSide: Int { 16 }
    private static var pixelsPerParticle: Int { 4 }
    /// The longer side in units of the shorter one, at most.
    private static var mostElongated: Double { 4 }

    /// Writes `pattern.yaml` and `pattern.png`, looks for the initial conditions, and writes a page. Collective.
    ///
    /// - Parameter beginning: what becomes of an earlier one in the directory, as of ``Demo``.
    /// - Throws: on all ranks when the picture cannot be used.
    public func run(_ beginning: Beginning = .fresh, in context: RunContext) throws -> Ending {
        let world = context.world
        let bytes = try world.fromRoot { try Files.read(picture) }
        let (particles, reduced) = try world.agree { try reduce(bytes) }
        let path = "\(directory)/pattern.yaml"
        try DemoFiles.lay(
            [
                ("pattern.yaml", Array(configurationText(particles).utf8)),
                ("pattern.png", try world.agree { try reduced.png() }),
            ], in: directory, beginning, on: world)
        let configuration = try RunConfiguration(reading: path, on: world)
        return try configuration.reconstruct(beginning == .resume ? .resume : .overwrite, in: context)
    }

    /// The particle grid, and the picture with the pixels that are compared.
    private func reduce(_ bytes: [UInt8]) throws -> (particles: SIMD2<Int>, picture: GreyPicture) {
        let whole = try GreyPicture(png: bytes, source: picture, over: ink == .dark ? 255 : 0)
        let aspect = Double(whole.width) / Double(whole.height)
        guard aspect <= Self.mostElongated && 1 / aspect <= Self.mostElongated else {
            throw UsageError(
                "\(picture): has \(whole.width) x \(whole.height) pixels; no side may be more than "
                    + "\(Int(Self.mostElongated)) times the other; cut it")
        }
        func side(_ ratio: Double) -> Int { Int((Double(Self.shortSide) * max(ratio, 1)).rounded()) }
        let particles = SIMD2(side(aspect), side(1 / aspect))
        let pixels = Self.pixelsPerParticle &* particles
        let reduced = whole.resampled(width: pixels.x, height: pixels.y)
        guard reduced.bytes.contains(where: { $0 != reduced.bytes[0] }) else {
            throw UsageError(
                "\(picture): all pixels are the same; there must be something to see; use another picture")
        }
        return (particles, reduced)
    }

    private func configurationText(_ particles: SIMD2<Int>) -> String {
        """
        # Which initial conditions make particles fall into a picture? After pmwd's example, arXiv:2211.09958.
        #
        #     palindrome reconstruct pattern.yaml --overwrite --set optimizer.learning_rate=0.05

        box:
          particles: [\(particles.x), \(particles.y), \(Self.shortSide)]
          spacing: 10.0         # Mpc/h
          mesh_factor: 2

        cosmology:
          preset: simple-lcdm

        initial:
          a: 0.015625           # 1/64

        evolution:
          steps: 63

        objective:
          kind: projected-density
          data: pattern.png
          axis: z
          ink: \(ink.rawValue)
          sigma: 1.0            # of a pixel; without a prior it only scales the loss
          prior: false

        optimizer:
          method: adam
          learning_rate: 0.1
          stages: [{smoothing: 0.0, iterations: \(iterations), tolerance: 0.0}]

        reconstruct:
          start: noise
          start_amplitude: 1.0
          start_seed: 0
          checkpoint_every: 100

        output:
          directory: \(RunConfiguration.quoted(directory))

        """
    }
}
