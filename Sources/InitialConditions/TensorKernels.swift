internal import Mesh

/// The products of perturbation theory, point by point, on fields that follow each other in ``PaddedPlanes``, six of a
/// tensor. Results replace the first fields, unless said otherwise.
enum TensorKernels<Scalar: FourierScalar> {
    typealias Tensor = SymmetricTensor<Scalar>

    /// H → M(H, H)
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func minors(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, result) = unsafe (TensorFields(planes, from: 0), planes.field(0))
        for point in 0..<planes.count { unsafe result[point] = Tensor.mixed(h[point], h[point]) }
    }

    /// s̄, G → `factor` times the transpose of M(H, G) for H
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func mixedTranspose(_ planes: inout PaddedPlanes<Scalar>, times factor: Double) {
        let (source, g) = unsafe (planes.field(0), TensorFields(planes, from: 1))
        let result = unsafe TensorFields(planes, from: 0)
        let factor = Scalar(factor)
        for point in 0..<planes.count {
            let transpose = unsafe Tensor.mixedTranspose(factor * source[point], g[point])
            unsafe result.set(point, transpose)
        }
    }

    /// H → cof H
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func cofactors(_ planes: inout PaddedPlanes<Scalar>) {
        let h = unsafe TensorFields(planes, from: 0)
        for point in 0..<planes.count {
            let tensor = unsafe h[point]
            unsafe h.set(point, Tensor.cofactors(tensor, tensor))
        }
    }


    /// H → cof H, M(H, H)
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func cofactorsAndMinors(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, minors) = unsafe (TensorFields(planes, from: 0), planes.field(6))
        for point in 0..<planes.count {
            let tensor = unsafe h[point]
            unsafe minors[point] = Tensor.mixed(tensor, tensor)
            unsafe h.set(point, Tensor.cofactors(tensor, tensor))
        }
    }

    /// H, G, A → (from field 12) ⅓ A : H, M(H, G), −([H, G]_yz, [H, G]_zx, [H, G]_xy)
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func thirdOrderSources(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, g) = unsafe (TensorFields(planes, from: 0), TensorFields(planes, from: 6))
        let a = unsafe TensorFields(planes, from: 12)
        let (determinant, mixed) = unsafe (planes.field(12), planes.field(13))
        let (x, y, z) = unsafe (planes.field(14), planes.field(15), planes.field(16))
        for point in 0..<planes.count {
            let (tide, second) = unsafe (h[point], g[point])
            let vector = Tensor.commutator(tide, second)
            unsafe determinant[point] = Tensor.contraction(a[point], tide) / 3
            unsafe mixed[point] = Tensor.mixed(tide, second)
            unsafe (x[point], y[point], z[point]) = (vector.x, vector.y, vector.z)
        }
    }

    /// H, G, s̄, C̄ → the cotangents of H and of G, of s̄ M(H, G) and of C̄ times the commutator
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func mixedAndTransverseTranspose(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, g) = unsafe (TensorFields(planes, from: 0), TensorFields(planes, from: 6))
        let source = unsafe planes.field(12)
        let (x, y, z) = unsafe (planes.field(13), planes.field(14), planes.field(15))
        for point in 0..<planes.count {
            let (tide, second) = unsafe (h[point], g[point])
            let vector = unsafe Vector(x: x[point], y: y[point], z: z[point])
            let opposite = Vector(x: -vector.x, y: -vector.y, z: -vector.z)
            let scale = unsafe source[point]
            unsafe h.set(
                point, Tensor.mixedTranspose(scale, second) + Tensor.commutatorTranspose(vector, second))
            // [H, G] = −[G, H]
            unsafe g.set(
                point, Tensor.mixedTranspose(scale, tide) + Tensor.commutatorTranspose(opposite, tide))
        }
    }

    /// H, A, s̄ → the cotangent of H of ⅓ s̄ A : H, and ⅔ s̄ H
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func determinantTranspose(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, a) = unsafe (TensorFields(planes, from: 0), TensorFields(planes, from: 6))
        let source = unsafe planes.field(12)
        for point in 0..<planes.count {
            let (tide, cofactors) = unsafe (h[point], a[point])
            let scale = unsafe source[point] / 3
            unsafe h.set(point, cofactors.asCotangent(times: scale))
            unsafe a.set(point, tide.scaled(by: 2 * scale))
        }
    }

    /// H, Q, s̄ → the cotangent of H of `Q : cof H / 2` and of s̄ M(H, H)
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func cofactorsAndMinorsTranspose(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, q) = unsafe (TensorFields(planes, from: 0), TensorFields(planes, from: 6))
        let source = unsafe planes.field(12)
        for point in 0..<planes.count {
            let tide = unsafe h[point]
            // The trilinear form is the same whichever two are taken first.
            let cofactors = unsafe Tensor.cofactors(q[point], tide)
            let minors = unsafe Tensor.mixedTranspose(2 * source[point], tide)
            unsafe h.set(point, cofactors.asCotangent(times: 1) + minors)
        }
    }
}

/// Six fields that are a tensor's components.
@unsafe private struct TensorFields<Scalar: FourierScalar> {
    let xx, yy, zz, xy, xz, yz: UnsafeMutablePointer<Scalar>

    init(_ planes: borrowing PaddedPlanes<Scalar>, from first: Int) {
        unsafe xx = planes.field(first)
        unsafe yy = planes.field(first + 1)
        unsafe zz = planes.field(first + 2)
        unsafe xy = planes.field(first + 3)
        unsafe xz = planes.field(first + 4)
        unsafe yz = planes.field(first + 5)
    }

    @inline(__always)
    subscript(_ point: Int) -> SymmetricTensor<Scalar> {
        unsafe SymmetricTensor(
            xx: xx[point], yy: yy[point], zz: zz[point], xy: xy[point], xz: xz[point], yz: yz[point])
    }

    @inline(__always)
    func set(_ point: Int, _ tensor: SymmetricTensor<Scalar>) {
        unsafe (xx[point], yy[point], zz[point]) = (tensor.xx, tensor.yy, tensor.zz)
        unsafe (xy[point], xz[point], yz[point]) = (tensor.xy, tensor.xz, tensor.yz)
    }
}
