/// A vector at a point.
struct Vector<Scalar: BinaryFloatingPoint> {
    var x, y, z: Scalar
}

/// A symmetric tensor at a point, by its six components.
struct SymmetricTensor<Scalar: BinaryFloatingPoint> {
    var xx, yy, zz, xy, xz, yz: Scalar

    /// The axes of the components, in the order in which fields of them follow each other.
    static var components: [(Int, Int)] { [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)] }

    /// A : B = Σ_ij A_ij B_ij, all nine.
    @inline(__always)
    static func contraction(_ a: Self, _ b: Self) -> Scalar {
        let diagonal: Scalar = a.xx * b.xx + a.yy * b.yy + a.zz * b.zz
        let mixed: Scalar = a.xy * b.xy + a.xz * b.xz + a.yz * b.yz
        return diagonal + 2 * mixed
    }

    /// M(A, B) = ½ Σ_{i≠j} (A_ii B_jj − A_ij B_ij); M(A, A) is the sum of the principal minors.
    @inline(__always)
    static func mixed(_ a: Self, _ b: Self) -> Scalar {
        let x: Scalar = a.xx * (b.yy + b.zz)
        let y: Scalar = a.yy * (b.xx + b.zz)
        let z: Scalar = a.zz * (b.xx + b.yy)
        let mixed: Scalar = a.xy * b.xy + a.xz * b.xz + a.yz * b.yz
        return (x + y + z) / 2 - mixed
    }

    /// The derivatives of s M(A, B) with respect to the six components of B.
    @inline(__always)
    static func mixedTranspose(_ s: Scalar, _ a: Self) -> Self {
        Self(
            xx: s * (a.yy + a.zz) / 2, yy: s * (a.xx + a.zz) / 2, zz: s * (a.xx + a.yy) / 2,
            xy: -s * a.xy, xz: -s * a.xz, yz: -s * a.yz)
    }

    /// The cofactors of A, polarised: bilinear, symmetric, and cof(A, A) = cof A.
    @inline(__always)
    static func cofactors(_ a: Self, _ b: Self) -> Self {
        let (xx, yy, zz): (Scalar, Scalar, Scalar) = (
            a.yy * b.zz + a.zz * b.yy, a.xx * b.zz + a.zz * b.xx, a.xx * b.yy + a.yy * b.xx
        )
        let (xy, xz, yz): (Scalar, Scalar, Scalar) = (
            a.xz * b.yz + a.yz * b.xz, a.xy * b.yz + a.yz * b.xy, a.xy * b.xz + a.xz * b.xy
        )
        return Self(
            xx: xx / 2 - a.yz * b.yz, yy: yy / 2 - a.xz * b.xz, zz: zz / 2 - a.xy * b.xy,
            xy: (xy - (a.xy * b.zz + a.zz * b.xy)) / 2, xz: (xz - (a.xz * b.yy + a.yy * b.xz)) / 2,
            yz: (yz - (a.yz * b.xx + a.xx * b.yz)) / 2)
    }

    /// −([A, B]_yz, [A, B]_zx, [A, B]_xy) with [A, B] = AB − BA.
    @inline(__always)
    static func commutator(_ a: Self, _ b: Self) -> Vector<Scalar> {
        let x: Scalar = b.xy * a.xz - a.xy * b.xz
        let y: Scalar = b.yz * a.xy - a.yz * b.xy
        let z: Scalar = b.xz * a.yz - a.xz * b.yz
        return Vector(
            x: x + ((a.zz - a.yy) * b.yz - (b.zz - b.yy) * a.yz),
            y: y + ((a.xx - a.zz) * b.xz - (b.xx - b.zz) * a.xz),
            z: z + ((a.yy - a.xx) * b.xy - (b.yy - b.xx) * a.xy))
    }

    /// The derivatives of v · commutator(A, B) with respect to the six components of A.
    @inline(__always)
    static func commutatorTranspose(_ v: Vector<Scalar>, _ b: Self) -> Self {
        Self(
            xx: v.y * b.xz - v.z * b.xy, yy: v.z * b.xy - v.x * b.yz, zz: v.x * b.yz - v.y * b.xz,
            xy: v.z * (b.xx - b.yy) + (v.y * b.yz - v.x * b.xz),
            xz: v.y * (b.zz - b.xx) + (v.x * b.xy - v.z * b.yz),
            yz: v.x * (b.yy - b.zz) + (v.z * b.xz - v.y * b.xy))
    }

    /// A times a factor, off the diagonal times twice as much: as the derivatives of `A : B` are with respect to the
    /// six components of B.
    @inline(__always)
    func asCotangent(times factor: Scalar) -> Self {
        let twice = 2 * factor
        return Self(
            xx: factor * xx, yy: factor * yy, zz: factor * zz, xy: twice * xy, xz: twice * xz, yz: twice * yz)
    }

    @inline(__always)
    static func + (a: Self, b: Self) -> Self {
        Self(
            xx: a.xx + b.xx, yy: a.yy + b.yy, zz: a.zz + b.zz, xy: a.xy + b.xy, xz: a.xz + b.xz,
            yz: a.yz + b.yz)
    }

    /// A times a factor.
    @inline(__always)
    func scaled(by factor: Scalar) -> Self {
        Self(
            xx: factor * xx, yy: factor * yy, zz: factor * zz, xy: factor * xy, xz: factor * xz,
            yz: factor * yz)
    }
}
