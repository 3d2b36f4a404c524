/// A halo in integers: nothing in it depends on the order of particles or on ranks.
public struct Halo: Sendable, Equatable {
    /// Its row in the catalogue.
    public let number: Int
    /// Particles.
    public let length: Int
    /// The smallest Lagrangian index of its particles.
    public let label: Int
    /// The place of the particle of that index [2⁻³² box].
    public let anchor: SIMD3<UInt32>
    /// Σᵢ (Xᵢ − anchor), each difference wrapped into −½ ..< ½ box [2⁻³² box].
    public let offsets: SIMD3<Int>
    /// Sums of the particles' velocities.
    public let velocities: SIMD3<Int>
    /// Whether differences from the anchor extend over half the box or more along an axis.
    ///
    /// Such a group meets itself across the box, or nearly so: it has no centre, and its anchor stands for it.
    public let spansBox: Bool

    init(_ moments: GroupMoments) {
        number = Int(moments.number)
        length = Int(moments.length)
        label = Int(moments.label)
        anchor = moments.anchor
        offsets = SIMD3(Int(moments.offsets.x), Int(moments.offsets.y), Int(moments.offsets.z))
        velocities = SIMD3(Int(moments.velocities.x), Int(moments.velocities.y), Int(moments.velocities.z))
        spansBox = (0..<3).contains {
            Int(moments.highest[$0]) - Int(moments.lowest[$0]) >= HaloDomain.box / 2
        }
    }

    /// The centre of mass as a fraction of the box, 0 ..< 1: the anchor's place plus the mean offset from it.
    public var centre: SIMD3<Double> {
        var centre = SIMD3<Double>.zero
        for axis in 0..<3 {
            let sum = spansBox ? 0 : offsets[axis]
            // In integers up to the last fraction, so that the place of the halo in the box costs no digits.
            let fraction = ((sum % length) + length) % length
            let whole = (sum - fraction) / length
            let unit = UInt32(truncatingIfNeeded: Int(anchor[axis]) + whole)
            centre[axis] = (Double(unit) + Double(fraction) / Double(length)) * 0x1p-32
        }
        return centre.clamped(lowerBound: .zero, upperBound: .init(repeating: 1.0.nextDown))
    }

    /// The mean velocity of its particles, in the unit of theirs.
    public var velocity: SIMD3<Double> {
        SIMD3(Double(velocities.x), Double(velocities.y), Double(velocities.z)) / Double(length)
    }
}

/// What a rank knows of the particles of a halo that are its own.
struct GroupMoments: BitwiseCopyable {
    var number: Int64
    var label: Int64
    var anchor: SIMD3<UInt32>
    var length: Int64 = 0
    var offsets = SIMD3<Int64>.zero
    var lowest = SIMD3<Int32>.zero
    var highest = SIMD3<Int32>.zero
    var velocities = SIMD3<Int64>.zero

    init(of entry: GroupEntry, label: Int64) {
        number = entry.number
        anchor = entry.anchor
        self.label = label
    }

    mutating func add(position: UInt32, along axis: Int) {
        let offset = Int32(bitPattern: position &- anchor[axis])
        offsets[axis] += Int64(offset)
        lowest[axis] = min(lowest[axis], offset)
        highest[axis] = max(highest[axis], offset)
    }

    mutating func add(_ other: GroupMoments) {
        length += other.length
        offsets &+= other.offsets
        velocities &+= other.velocities
        lowest = pointwiseMin(lowest, other.lowest)
        highest = pointwiseMax(highest, other.highest)
    }
}
