public import Mesh
public import Particles

/// The cells on which an observable predicts.
public enum CellGrid<Scalar: ParticleScalar> {
    /// The points of a mesh [cell in Mpc/h], with its transform.
    case mesh(FourierTransform<Scalar>, cell: Double)
    /// The pixels of a plane, with the sides of one [Mpc/h].
    case plane(PixelPlane, pixel: SIMD2<Double>)

    /// The number of cells on all ranks.
    public var count: Int {
        switch self {
        case .mesh(let transform, _): transform.decomposition.pointCount
        case .plane(let plane, _): plane.count
        }
    }
}
