public import Mesh
internal import Parallel
public import Particles

/// What lines of sight from an observer need of a selection.
///
/// The box is periodic and lines of sight are not: they jump at its faces, through which redshifts carry particles. So what
/// is near a face must not be seen. Beside the observer a line of sight turns round within a cell.
public enum RadialPadding {
    private static let rule =
        "with axis: radial the outermost cells of the box must not be seen, since redshifts carry particles through its faces"

    /// What is wrong where nothing says what is seen.
    ///
    /// - Parameter key: of the selection, after the objective's name.
    public static func missing(_ key: String) -> ObjectiveError {
        ObjectiveError("\(key) is not given; \(rule); give one that is 0 there")
    }

    /// Requires that the outermost cells of a selection are 0. Collective.
    ///
    /// - Parameters:
    ///   - selection: S or w of each cell.
    ///   - key: of it, after the objective's name.
    /// - Throws: ``ObjectiveError`` on all ranks.
    public static func require<Scalar: ParticleScalar>(
        in selection: borrowing Field<Scalar>, named key: String
    ) throws {
        let most = selection.decomposition.shape &- 1
        func isBorder(_ x: Int, _ y: Int, _ z: Int, _ value: Scalar) -> Bool {
            value != 0 && (x == 0 || y == 0 || z == 0 || x == most.x || y == most.y || z == most.z)
        }
        guard let place = selection.place(where: isBorder) else { return }
        throw ObjectiveError(
            "\(key) is not 0 at \(place); \(rule); take a larger box around the survey, or set it to 0 there")
    }

    /// A warning where the cells beside the observer are seen. Collective.
    ///
    /// - Parameters:
    ///   - selection: of each cell.
    ///   - observer: from where it is seen [cells, the middle of the first one being 0].
    ///   - name: of the selection.
    public static func warning<Scalar: ParticleScalar>(
        in selection: borrowing Field<Scalar>, beside observer: SIMD3<Double>, named name: String
    ) -> String? {
        func isBeside(_ x: Int, _ y: Int, _ z: Int, _ value: Scalar) -> Bool {
            let away = SIMD3(Double(x), Double(y), Double(z)) - observer
            return value != 0 && abs(away.x) < 1 && abs(away.y) < 1 && abs(away.z) < 1
        }
        guard let place = selection.place(where: isBeside) else { return nil }
        return
            "warning: \(name) is not 0 at \(place), beside the observer, where lines of sight turn round within a cell"
    }
}

extension Field where Element: ParticleScalar {
    /// Where the first point is that is such; nil if none is. Collective.
    fileprivate func place(where isSuch: (Int, Int, Int, Element) -> Bool) -> [Int]? {
        var isThere = false
        forEachPoint { x, y, z, value in isThere = isThere || isSuch(x, y, z, value) }
        guard decomposition.grid.world.any(isThere) else { return nil }
        return firstPlace(where: isSuch)
    }
}
