internal import Mesh

/// The products of perturbation theory, point by point, on fields that follow each other in ``PaddedPlanes``: those
/// of one or two tensors, six each, after those of a scalar or a vector if one goes in. Results replace the first.
enum TensorKernels<Scalar: FourierScalar> {
    typealias Tensor = SymmetricTensor<Scalar>

    /// H → M(H, H)
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func minors(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, result) = unsafe (TensorFields(planes, from: 0), planes.field(0))
        for point in 0..<planes.count { unsafe result[point] = Tensor.mixed(h[point], h[point]) }
    }

    /// H, G → M(H, G)
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func mixed(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, g) = unsafe (TensorFields(planes, from: 0), TensorFields(planes, from: 6))
        let result = unsafe planes.field(0)
        for point in 0..<planes.count { unsafe result[point] = Tensor.mixed(h[point], g[point]) }
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

    /// A, H → ⅓ A : H
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func thirdOfContraction(_ planes: inout PaddedPlanes<Scalar>) {
        let (a, h) = unsafe (TensorFields(planes, from: 0), TensorFields(planes, from: 6))
        let result = unsafe planes.field(0)
        for point in 0..<planes.count { unsafe result[point] = Tensor.contraction(a[point], h[point]) / 3 }
    }

    /// A, H → the transpose of `A : cof(H, B)` for B
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func cofactorsTranspose(_ planes: inout PaddedPlanes<Scalar>) {
        let (a, h) = unsafe (TensorFields(planes, from: 0), TensorFields(planes, from: 6))
        for point in 0..<planes.count {
            // The trilinear form is the same whichever two are taken first.
            let cofactors = unsafe Tensor.cofactors(a[point], h[point])
            unsafe a.set(point, cofactors.asCotangent(times: 1))
        }
    }

    /// s, A → `factor` s A
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func scaled(_ planes: inout PaddedPlanes<Scalar>, by factor: Double) {
        let (scale, a) = unsafe (planes.field(0), TensorFields(planes, from: 1))
        let result = unsafe TensorFields(planes, from: 0)
        let factor = Scalar(factor)
        for point in 0..<planes.count {
            let tensor = unsafe a[point].scaled(by: factor * scale[point])
            unsafe result.set(point, tensor)
        }
    }

    /// s̄, A → `factor` times the transpose of `A : B` for B
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func contractionTranspose(_ planes: inout PaddedPlanes<Scalar>, times factor: Double) {
        let (source, a) = unsafe (planes.field(0), TensorFields(planes, from: 1))
        let result = unsafe TensorFields(planes, from: 0)
        let factor = Scalar(factor)
        for point in 0..<planes.count {
            let tensor = unsafe a[point].asCotangent(times: factor * source[point])
            unsafe result.set(point, tensor)
        }
    }

    /// H, G → −([H, G]_yz, [H, G]_zx, [H, G]_xy)
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func commutator(_ planes: inout PaddedPlanes<Scalar>) {
        let (h, g) = unsafe (TensorFields(planes, from: 0), TensorFields(planes, from: 6))
        let (x, y, z) = unsafe (planes.field(0), planes.field(1), planes.field(2))
        for point in 0..<planes.count {
            let vector = unsafe Tensor.commutator(h[point], g[point])
            unsafe (x[point], y[point], z[point]) = (vector.x, vector.y, vector.z)
        }
    }

    /// C̄, G → `factor` times the transpose of the commutator for H
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    static func commutatorTranspose(_ planes: inout PaddedPlanes<Scalar>, times factor: Double) {
        let (x, y, z) = unsafe (planes.field(0), planes.field(1), planes.field(2))
        let (g, result) = unsafe (TensorFields(planes, from: 3), TensorFields(planes, from: 0))
        let factor = Scalar(factor)
        for point in 0..<planes.count {
            let vector = unsafe Vector(x: factor * x[point], y: factor * y[point], z: factor * z[point])
            let transpose = unsafe Tensor.commutatorTranspose(vector, g[point])
            unsafe result.set(point, transpose)
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
