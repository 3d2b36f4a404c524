/// A catalogue of haloes in physical units, whole on every rank: as it comes from a file.
public struct HaloTable: Sendable, Equatable {
    /// Scale factor.
    public var scaleFactor: Double
    /// Sides of the box [Mpc/h].
    public var box: SIMD3<Double>
    /// Ω_m.
    public var omegaMatter: Double
    /// How they were found.
    public var criterion: FriendsOfFriends
    /// Particles of each halo, descending.
    public var lengths: [Int]
    /// Masses [10¹⁰ Msun/h].
    public var masses: [Double]
    /// Centres [Mpc/h].
    public var positions: [SIMD3<Double>]
    /// Peculiar velocities [km/s].
    public var velocities: [SIMD3<Double>]

    /// A catalogue.
    ///
    /// - Precondition: one mass, position and velocity for each length.
    public init(
        at scaleFactor: Double, in box: SIMD3<Double>, omegaMatter: Double, criterion: FriendsOfFriends,
        lengths: [Int], masses: [Double], positions: [SIMD3<Double>], velocities: [SIMD3<Double>]
    ) {
        precondition([masses.count, positions.count, velocities.count].allSatisfy { $0 == lengths.count })
        self.scaleFactor = scaleFactor
        self.box = box
        self.omegaMatter = omegaMatter
        self.criterion = criterion
        self.lengths = lengths
        self.masses = masses
        self.positions = positions
        self.velocities = velocities
    }

    /// Haloes.
    public var count: Int { lengths.count }
    /// The volume of the box [(Mpc/h)³].
    public var volume: Double { box.x * box.y * box.z }
}
