public import Configuration
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Storage

/// `palindrome noise`: the white noise of a configuration's universe on a finer or a coarser particle grid.
public struct MatchedNoiseRun: Sendable {
    /// To which grid.
    public enum Change: Sendable, Equatable {
        /// One that has so many times more points along each side.
        case refine(Double)
        /// One that has so many times fewer.
        case coarsen(Double)
    }

    /// To which grid.
    public var change: Change
    /// Of the noise in the modes that only the new grid has; derived from the configuration's seed if nil.
    public var freshSeed: UInt64?
    /// Where the noise is written; into the configuration's output directory if nil.
    public var path: String?
    /// Whether a file that is there already is written over.
    public var isReplacing = false

    /// A change of grid.
    public init(_ change: Change, freshSeed: UInt64?, path: String?) {
        self.change = change
        self.freshSeed = freshSeed
        self.path = path
    }

    /// Makes the noise and writes it as `/white_noise`. Collective.
    ///
    /// - Throws: the same on all ranks when the factor does not fit the grid, or a file cannot be read or written.
    public func run(_ configuration: RunConfiguration, in context: RunContext) throws {
        let world = context.world
        let shape = try resized(configuration.box.particles)
        let grid = try configuration.makeRankGrid(on: world)
        let source = try Decomposition(shape: configuration.box.particles, over: grid)
        let target = try Decomposition(shape: shape, over: grid)
        let seed = freshSeed ?? configuration.initial.freshSeed
        let noise: Field<Double> = try configuration.whiteNoise(over: source)
        let matched = noise.matchedNoise(over: target, fresh: seed)
        // As a seed's numbers are kept, so that single and double precision are the same universe.
        var kept = Field<Float>(target, ghosts: .none, for: "white noise")
        kept.mapPoints { x, y, z, _ in Float(matched[x, y, z]) }

        let path = path ?? "\(configuration.output.directory)/white_noise_\(shape.x)x\(shape.y)x\(shape.z).h5"
        let claim = try context.claim(
            HaloSearch.directory(of: path), for: [String(path.split(separator: "/").last ?? "")],
            replacing: isReplacing)
        let provenance = Provenance(
            precision: configuration.run.precision.rawValue, seed: configuration.initial.seed,
            configuration: configuration.resolvedText, cosmology: [:])
        var file = try OutputFile(
            creating: path, expectedBytes: 4 * target.pointCount, provenance: provenance, over: world)
        try file.write(
            kept, at: "/white_noise",
            labels: Labels(
                units: "1", description: "white noise of unit variance, [x][y][z] of the particle grid"))
        file.set("fresh_seed", to: .integer(Int(truncatingIfNeeded: seed)))
        file.set(
            "matches", to: .integers([source.shape.x, source.shape.y, source.shape.z]))
        try file.finish()
        claim.release()
        context.say(
            "\(path):/white_noise has \(shape.x) x \(shape.y) x \(shape.z) numbers; modes that "
                + "\(source.shape.x) x \(source.shape.y) x \(source.shape.z) have too are the same")
    }

    /// The points of the other grid.
    func resized(_ shape: SIMD3<Int>) throws(UsageError) -> SIMD3<Int> {
        let (name, factor, times) =
            switch change {
            case .refine(let factor): ("--refine", factor, factor)
            case .coarsen(let factor): ("--coarsen", factor, 1 / factor)
            }
        guard factor > 1, factor <= 64 else {
            throw UsageError("\(name) is \(factor); it must be greater than 1 and at most 64; try 2")
        }
        var resized = SIMD3<Int>.zero
        for axis in 0..<3 {
            let points = (Double(shape[axis]) * times).rounded()
            guard abs(points - Double(shape[axis]) * times) < 1e-9 * points, points >= 2 else {
                throw UsageError(
                    "\(name) is \(factor); it must make whole grids of \(shape.x) x \(shape.y) x \(shape.z) particles, of "
                        + "at least 2 along each side; try 2")
            }
            resized[axis] = Int(points)
        }
        return resized
    }
}

extension InitialSection {
    /// The seed, if the noise comes from one.
    fileprivate var seed: Int? {
        if case .seed(let seed) = noise { Int(bitPattern: UInt(seed)) } else { nil }
    }

    /// A seed that nobody takes by chance.
    fileprivate var freshSeed: UInt64 {
        if case .seed(let seed) = noise { seed ^ 0x6d61_7463_6865_6400 } else { 0x6d61_7463_6865_6400 }
    }
}
