/// An axis of the box, as a line of sight.
public enum BoxAxis: Int, Sendable, CaseIterable {
    /// Along x: y lies horizontally, z vertically.
    case x = 0
    /// Along y: x lies horizontally, z vertically.
    case y = 1
    /// Along z: x lies horizontally, y vertically.
    case z = 2

    /// The axes that span a picture across it, horizontal and vertical.
    public var plane: SIMD2<Int> {
        switch self {
        case .x: [1, 2]
        case .y: [0, 2]
        case .z: [0, 1]
        }
    }
}
