public import Dynamics
public import Particles

/// The density summed along an axis of the box, in units of its mean: see ``ParticleSet/projectedDensity(on:)``.
///
/// Pictures are small: each rank holds the whole of them, so that only the integer masses are added over ranks.
public final class ProjectedDensity<Scalar: ParticleScalar>: Observable {
    /// The pixels.
    public let grid: CellGrid<Scalar>
    /// The pixels across their axis.
    public let plane: PixelPlane

    /// The density on a plane of pixels.
    ///
    /// - Parameter box: side lengths [Mpc/h].
    public init(on plane: PixelPlane, box: SIMD3<Double>) {
        self.plane = plane
        let sides = SIMD2(box[plane.axes.x], box[plane.axes.y])
        grid = .plane(plane, pixel: sides / SIMD2<Double>(plane.shape))
    }

    /// Σ, all pixels on every rank. Collective.
    ///
    /// - Throws: `MassError` on all ranks.
    public func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar> {
        .plane(try particles.projectedDensity(on: plane))
    }

    /// What the derivative by each pixel is by each position.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) {
        particles.projectedDensityAdjoint(cotangent.pixels, on: plane, addingTo: &adjoint.cotangents)
    }
}
