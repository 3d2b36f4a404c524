internal import CKernels
internal import Glibc
public import Parallel

/// Haloes picked from a catalogue as a survey might see them.
public struct HaloSample: Sendable, Equatable {
    /// Sides of the box [Mpc/h].
    public let box: SIMD3<Double>
    /// The rows of the catalogue that were picked, the heaviest first.
    public let rows: [Int]
    /// Masses, scattered if asked for [10¹⁰ Msun/h].
    public let masses: [Double]
    /// Places [Mpc/h].
    public private(set) var positions: [SIMD3<Double>]
    private let velocities: [SIMD3<Double>]

    /// Haloes.
    public var count: Int { rows.count }

    /// What a mass seems to be.
    public struct Scatter: Sendable, Equatable {
        /// The standard deviation of log₁₀ M [dex].
        public let width: Double
        /// Of the random numbers.
        public let seed: UInt64

        /// Log-normal scatter.
        public init(width: Double, seed: UInt64) {
            self.width = width
            self.seed = seed
        }
    }

    /// The heaviest haloes of a catalogue, as many as make a number density, by mass and then by row.
    ///
    /// Scatter comes first: log₁₀ M += N(0, σ), a number for each row, so that some are picked that are too light.
    ///
    /// - Parameters:
    ///   - density: haloes per volume [(h/Mpc)³].
    ///   - name: of the catalogue, for the error.
    /// - Throws: `UsageError` when the catalogue has too few.
    public init(
        of table: HaloTable, numberDensity density: Double, scatter: Scatter? = nil, named name: String
    ) throws(UsageError) {
        let wanted = try Self.count(
            of: density, in: table.volume, having: table.count, of: table.criterion, named: name)
        let masses = Self.scattered(table.masses, scatter)
        rows = Array(
            table.masses.indices.sorted { (masses[$1], $0) < (masses[$0], $1) }.prefix(wanted))
        self.masses = rows.map { masses[$0] }
        positions = rows.map { table.positions[$0] }
        velocities = rows.map { table.velocities[$0] }
        box = table.box
    }

    /// The haloes of a number density.
    ///
    /// - Parameters:
    ///   - density: [(h/Mpc)³].
    ///   - volume: of the box [(Mpc/h)³].
    ///   - available: haloes that there are.
    ///   - criterion: of these.
    ///   - name: of the catalogue, for the error.
    /// - Throws: `UsageError` when that is none, or more than there are.
    public static func count(
        of density: Double, in volume: Double, having available: Int, of criterion: FriendsOfFriends,
        named name: String
    ) throws(UsageError) -> Int {
        let wanted = (density * volume).rounded()
        guard wanted >= 1 else {
            throw UsageError(
                "\(name): a number density of \(density) (h/Mpc)^3 leaves no halo in \(volume) (Mpc/h)^3; ask for more"
            )
        }
        guard available > 0 else {
            throw UsageError(
                "\(name): has no halo of at least \(criterion.minimumParticles) particles to pick; ask for fewer particles, "
                    + "or take a later time")
        }
        guard wanted <= Double(available) else {
            let fewest = Int(exactly: wanted).map(String.init) ?? "\(wanted)"
            throw UsageError(
                "\(name): a number density of \(density) (h/Mpc)^3 takes \(fewest) haloes; there are \(available) of at "
                    + "least \(criterion.minimumParticles) particles; ask for at most "
                    + "\(Double(available) / volume)")
        }
        return Int(wanted)
    }

    private static func scattered(_ masses: [Double], _ scatter: Scatter?) -> [Double] {
        guard let scatter, scatter.width > 0 else { return masses }
        var normals = [Float](repeating: 0, count: masses.count)
        unsafe palindrome_random_normal(scatter.seed, 0, Int64(normals.count), &normals)
        return zip(masses, normals).map { mass, normal in mass * pow(10, scatter.width * Double(normal)) }
    }

    /// The sample as it is seen along an axis: s = x + v / (a H).
    ///
    /// - Parameters:
    ///   - axis: 0, 1 or 2; the observer is far away along it.
    ///   - shift: 1/(a H) = 1/(100 a E(a)) [Mpc/h per km/s].
    public func inRedshiftSpace(along axis: Int, shift: Double) -> HaloSample {
        var seen = self
        for halo in positions.indices {
            let place = (positions[halo][axis] + velocities[halo][axis] * shift) / box[axis]
            seen.positions[halo][axis] = min((place - place.rounded(.down)) * box[axis], box[axis].nextDown)
        }
        return seen
    }
}
