internal import Memory
internal import Mesh
internal import Parallel
public import Particles

/// A mesh of pixels across one axis of the box, onto which particles are projected.
///
/// Its own, not the force mesh: a picture may have finer pixels than gravity has cells. Every rank holds the
/// whole of a picture, `[u][v]` with v fastest, u and v being the other two axes in their order.
public struct PixelPlane: Sendable, Equatable {
    /// The axis along which is summed: 0, 1 or 2.
    public let axis: Int
    /// Pixels along u and v.
    public let shape: SIMD2<Int>

    /// The most pixels that a plane may have: each rank holds a few arrays of that many numbers. Without smoothing
    /// a comparison costs a few operations per pixel, with it as many as there are pixels along both sides.
    public static let mostPixels = 1 << 24

    /// A plane of pixels.
    public init(across axis: Int, shape: SIMD2<Int>) {
        precondition((0..<3).contains(axis) && shape.x > 0 && shape.y > 0)
        precondition(shape.x <= Self.mostPixels / shape.y)
        self.axis = axis
        self.shape = shape
    }

    /// The axes u and v of the box.
    public var axes: SIMD2<Int> { BoxAxis(rawValue: axis)!.plane }

    /// All pixels.
    public var count: Int { shape.x * shape.y }
}

extension ParticleSet {
    /// The density summed along an axis, in units of its mean. Collective.
    ///
    ///     Σ(c) = n/N Σᵢ W(uᵢ − c_u) W(vᵢ − c_v),    W(d) = 1 − |d|
    ///
    /// for n pixels and N particles: cloud-in-cell in the plane, which is the sum of a three-dimensional one along
    /// the axis. As in ``deposit()`` the four parts of a particle are integers that sum to its mass exactly, so
    /// the picture is the same bits on any number of ranks and its mean is 1.
    ///
    /// - Returns: all pixels on every rank, `[u][v]`.
    /// - Throws: `MassError` on all ranks when the mass of the pixels is not that of the particles.
    public func projectedDensity(on plane: PixelPlane) throws(MassError) -> [Double] {
        let mass = MassUnit(totalCount: totalCount).perParticle
        var masses = [Int](repeating: 0, count: plane.count)
        deposit(Double(mass), on: plane, into: &masses)
        masses = decomposition.grid.world.sum(masses)
        let missing = Int64(totalCount) &* mass &- Int64(masses.reduce(0, &+))
        guard missing == 0 else { throw MassError(missing: missing) }
        let mean = Double(totalCount) * Double(mass) / Double(plane.count)
        return masses.map { Double($0) / mean }
    }

    /// Adds to the cotangents of the positions what those of a projected density make of them.
    ///
    ///     x̄ᵢ,u += n_u/L_u · n/N Σ_c W′(uᵢ − c_u) W(vᵢ − c_v) Σ̄(c),    and so for v
    ///
    /// - Parameter pictureCotangent: ∂L/∂Σ, all pixels on every rank, `[u][v]`.
    func projectedDensityAdjoint(
        _ pictureCotangent: [Double], on plane: PixelPlane, addingTo cotangents: inout CotangentSet<Scalar>
    ) {
        let perParticle = Double(plane.count) / Double(totalCount)
        for (side, axis) in [plane.axes.x, plane.axes.y].enumerated() {
            let perLength = Double(plane.shape[side]) / units.box[axis]
            addSlopes(
                of: pictureCotangent, on: plane, along: side, times: perParticle * perLength,
                to: &cotangents.position[axis])
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func deposit(_ mass: Double, on plane: PixelPlane, into masses: inout [Int]) {
        let (us, vs) = (position[plane.axes.x].span, position[plane.axes.y].span)
        let (width, height) = (plane.shape.x, plane.shape.y)
        for slot in 0..<count {
            let (u, v) = (Pixel(us[slot], among: width), Pixel(vs[slot], among: height))
            let upper = (mass * u.fraction).rounded()
            let lower = mass - upper
            let (upperNext, lowerNext) = ((upper * v.fraction).rounded(), (lower * v.fraction).rounded())
            masses[u.index * height + v.index] &+= Int(lower - lowerNext)
            masses[u.index * height + v.next] &+= Int(lowerNext)
            masses[u.next * height + v.index] &+= Int(upper - upperNext)
            masses[u.next * height + v.next] &+= Int(upperNext)
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func addSlopes(
        of picture: [Double], on plane: PixelPlane, along side: Int, times factor: Double,
        to cotangent: inout Buffer<Scalar>
    ) {
        let (us, vs) = (position[plane.axes.x].span, position[plane.axes.y].span)
        let (width, height) = (plane.shape.x, plane.shape.y)
        var target = cotangent.mutableSpan
        for slot in 0..<count {
            let (u, v) = (Pixel(us[slot], among: width), Pixel(vs[slot], among: height))
            let (low, lowNext) = (picture[u.index * height + v.index], picture[u.index * height + v.next])
            let (high, highNext) = (picture[u.next * height + v.index], picture[u.next * height + v.next])
            let slope =
                side == 0
                ? (high - low) * (1 - v.fraction) + (highNext - lowNext) * v.fraction
                : (lowNext - low) * (1 - u.fraction) + (highNext - high) * u.fraction
            target[slot] += Scalar(factor * slope)
        }
    }
}

/// The two pixels that share a particle along one side, the second one's share being ``fraction``.
private struct Pixel {
    let index: Int
    let next: Int
    let fraction: Double

    @inline(__always)
    init<Position: FixedWidthInteger & UnsignedInteger>(_ position: Position, among pixels: Int) {
        let place = position.multipliedFullWidth(by: Position(pixels))
        index = Int(place.high)
        next = index + 1 == pixels ? 0 : index + 1
        fraction = Double(place.low) * Double.powerOfTwo(-Position.bitWidth)
    }
}
