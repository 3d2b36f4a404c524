internal import CKernels

/// What a halo is: particles linked by steps of at most b mean particle distances, and at least so many.
///
/// Two particles are friends if
///
///     Σₐ (ΔXₐ nₐ)² ≤ ⌊b² 2⁶⁴⌋
///
/// with ΔXₐ the difference of their integer positions across the periodic box [2⁻³² box] and nₐ the particles along
/// that side. Integers throughout, so that neither order nor ranks can tell in a group.
///
/// - Source: Davis et al. 1985, ApJ 292, 371; the search is that of Creasey 2018, arXiv:1805.04911.
public struct FriendsOfFriends: Sendable, Equatable {
    /// b, in mean particle distances.
    public let linkingLength: Double
    /// Groups of fewer particles are none.
    public let minimumParticles: Int

    /// Longer ones would reach around small boxes, shorter ones ask for more cells than there is memory.
    public static let linkingLengths = 0.05...0.5

    /// A criterion.
    ///
    /// - Precondition: `linkingLength` is one of ``linkingLengths``, `minimumParticles` at least 2.
    public init(linkingLength: Double = 0.2, minimumParticles: Int = 20) {
        precondition(Self.linkingLengths.contains(linkingLength) && minimumParticles >= 2)
        self.linkingLength = linkingLength
        self.minimumParticles = minimumParticles
    }

    /// ⌊b² 2⁶⁴⌋
    var threshold: UInt64 {
        let length = linkingLength * 0x1p32
        return UInt64((length * length).rounded(.down))
    }

    /// A bound of the linking length along a side of `particles` particles, a rounding of positions included
    /// [2⁻³² box].
    func reach(along particles: Int) -> Int {
        Int((linkingLength * 0x1p32 / Double(particles)).rounded(.up)) + 2
    }

    /// The fewest cells along a side whose particles are friends of each other when all sides have such cells.
    func cells(along particles: Int) -> Int {
        // The largest difference within a cell, three times squared.
        func isTooLarge(_ cells: Int) -> Bool {
            let difference = UInt128(((1 << 32) + cells - 1) / cells - 1) * UInt128(particles)
            return 3 * difference * difference > UInt128(threshold)
        }
        var cells = max(4, Int(Double(particles) * 3.0.squareRoot() / linkingLength))
        while isTooLarge(cells) { cells += 1 }
        return cells
    }

    /// As kernels take it, for the columns that a rank needs.
    func layout(of particles: SIMD3<Int>, around domain: HaloDomain, at place: SIMD2<Int>)
        -> palindrome_friends
    {
        let cells = (0..<3).map { self.cells(along: particles[$0]) }
        let columns = (0..<2).map { axis in
            domain.cells(
                of: place[axis], along: axis, among: cells[axis], reach: self.reach(along: particles[axis]))
        }
        var layout = palindrome_friends()
        layout.size = (Int64(particles.x), Int64(particles.y), Int64(particles.z))
        layout.threshold = threshold
        layout.cells = (Int64(cells[0]), Int64(cells[1]), Int64(cells[2]))
        layout.first = (Int64(columns[0].first), Int64(columns[1].first))
        layout.columns = (Int64(columns[0].count), Int64(columns[1].count))
        // Cells c and c + 1 + m are more than m cells apart.
        for axis in 0..<3 {
            let apart = linkingLength * Double(cells[axis]) / Double(particles[axis])
            layout.reach = max(layout.reach, Int64(apart) + 1)
        }
        return layout
    }
}
