/// Where something seems to be whose distance is told by its redshift.
///
///     s = x + (v·n)/(a H) n
///
/// with the peculiar velocity v; n points from the observer to x, who may be anywhere, or lies along an axis.
///
/// - Source: Kaiser 1987, eq. 1.1.
public struct RedshiftShift: Sendable, Equatable {
    /// The line of sight.
    public enum Sight: Sendable, Equatable {
        /// Places are seen as they are.
        case none
        /// Along an axis, 0, 1 or 2, of an observer far away.
        case axis(Int)
        /// From an observer's place in the box's coordinates [Mpc/h].
        case radial(from: SIMD3<Double>)
    }

    /// The line of sight.
    public let sight: Sight
    /// 1/(a H) = 1/(100 a E) [Mpc/h per km/s].
    public let scale: Double

    /// The shift at a time.
    ///
    /// - Parameters:
    ///   - scaleFactor: a.
    ///   - expansionRate: E(a).
    public init(along sight: Sight, at scaleFactor: Double, expansionRate: Double) {
        self.sight = sight
        scale = 1 / (100 * scaleFactor * expansionRate)
    }

    /// s [Mpc/h]; it may lie outside the box, around which it then goes.
    ///
    /// - Parameters:
    ///   - position: x [Mpc/h].
    ///   - velocity: v [km/s].
    @inlinable public func callAsFunction(
        _ position: SIMD3<Double>, _ velocity: SIMD3<Double>
    ) -> SIMD3<Double> {
        switch sight {
        case .none: return position
        case .axis(let axis):
            var seen = position
            seen[axis] += scale * velocity[axis]
            return seen
        case .radial(let observer):
            let ray = position - observer
            let square = (ray * ray).sum()
            return square > 0 ? position + (scale * (velocity * ray).sum() / square) * ray : position
        }
    }

    /// A place brought into the box, which is periodic.
    public static func wrapped(_ position: SIMD3<Double>, into box: SIMD3<Double>) -> SIMD3<Double> {
        let turns = position / box
        let inside = (turns - turns.rounded(.down)) * box
        return SIMD3(
            min(inside.x, box.x.nextDown), min(inside.y, box.y.nextDown), min(inside.z, box.z.nextDown))
    }
}
