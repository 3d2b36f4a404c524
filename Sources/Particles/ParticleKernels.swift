internal import CKernels
internal import Memory
internal import Mesh

/// The C kernels of one precision, as values: what generic Swift calls by type.
///
/// What a kernel takes are structs of CKernels, which the owners of the data make: ``ParticleSet``,
/// ``CotangentSet``, fields. They are alike in all precisions; a kernel knows what its arrays hold.
@safe public struct _ParticleKernels {
    typealias Particles = palindrome_particle_set
    typealias Planes = palindrome_particle_planes
    typealias Cotangents = palindrome_particle_cotangents
    typealias Vectors = palindrome_vectors
    typealias Block = palindrome_particle_block
    typealias MeshField = palindrome_mesh_field
    typealias Potential = palindrome_potential
    typealias Kicks = palindrome_kicks
    typealias KickOutcome = palindrome_kick_outcome
    typealias Scratch = UnsafeMutableRawPointer?
    typealias Integers = UnsafeMutablePointer<Int64>?
    typealias List = UnsafeMutablePointer<UInt32>?
    /// What the terms of an exact sum are multiplied by, and the words they are added to.
    typealias Factors = UnsafePointer<Double>?
    typealias Words = UnsafeMutablePointer<UInt64>?

    // drift.h
    let drift: (Particles, Int32, Double) -> Int32
    let undrift: (Particles, Cotangents, UnsafePointer<Double>?) -> palindrome_undrift_outcome
    let driftAdjoint: (Particles, Cotangents, Double, Factors, Words) -> Void
    let largestMomentumProduct: (Particles, Vectors) -> Double
    let exactMomentumProducts: (Particles, Vectors, Factors, Words) -> Void
    // sight.h
    let show: (Particles, palindrome_sight, Vectors) -> Int32
    let showAdjoint:
        (Particles, palindrome_sight, Vectors, Cotangents, UnsafeMutablePointer<Double>?) ->
            Void
    // exact_sum.h
    let largestMagnitude: (Int64, Vectors) -> Double
    let exactMagnitudes: (Int64, Vectors, Factors, Words) -> Void
    // deposit.h, rim.h
    let deposit: (Planes, Block, palindrome_masses, palindrome_sums, Integers) -> palindrome_deposit_outcome
    let finishRim: (palindrome_sums) -> Void
    // kick.h
    let kick: (Planes, Potential, Kicks, Scratch) -> KickOutcome
    let force: (Planes, Potential, Vectors, Scratch) -> Int32
    let kickComponent: (Particles, Int32, MeshField, Kicks) -> KickOutcome
    let gather: (Particles, MeshField, UnsafeMutableRawPointer?) -> Int32
    // kick_adjoint.h
    let kickAdjoint:
        (Planes, Potential, Kicks, palindrome_kick_cotangents, palindrome_kick_windows) ->
            KickOutcome
    let gatherAdjoint: (Particles, MeshField, palindrome_gather_cotangents) -> Int32
    // planes.h, order.h
    let findPlanes: (Particles, Block, Integers) -> Int32
    let columns: (Particles, Block, List) -> Int32
    let countLeavers: (Particles, Block) -> Int64
    let listLeavers: (Particles, Block, List) -> Void
    let owners: (Int64, UnsafeRawPointer?, UnsafeRawPointer?, palindrome_column_owners, List) -> Void
    // checksum.h
    let checksum: (Particles, UnsafePointer<Int64>?) -> UInt64
}

extension Float {
    /// The kernels ending in `_f32`.
    public static var _particleKernels: _ParticleKernels {
        unsafe _ParticleKernels(
            drift: palindrome_drift_f32, undrift: palindrome_undrift_f32,
            driftAdjoint: palindrome_drift_adjoint_f32,
            largestMomentumProduct: palindrome_largest_momentum_product_f32,
            exactMomentumProducts: palindrome_exact_momentum_products_f32,
            show: palindrome_show_f32, showAdjoint: palindrome_show_adjoint_f32,
            largestMagnitude: palindrome_largest_magnitude_f32,
            exactMagnitudes: palindrome_exact_magnitudes_f32,
            deposit: palindrome_deposit_f32, finishRim: palindrome_finish_rim_f32,
            kick: palindrome_kick_f32, force: palindrome_force_f32,
            kickComponent: palindrome_kick_component_f32, gather: palindrome_gather_f32,
            kickAdjoint: palindrome_kick_adjoint_f32, gatherAdjoint: palindrome_gather_adjoint_f32,
            findPlanes: palindrome_find_planes_f32, columns: palindrome_columns_f32,
            countLeavers: palindrome_count_leavers_f32, listLeavers: palindrome_list_leavers_f32,
            owners: palindrome_owners_f32, checksum: palindrome_checksum_f32)
    }
}

extension Double {
    /// The kernels ending in `_f64`.
    public static var _particleKernels: _ParticleKernels {
        unsafe _ParticleKernels(
            drift: palindrome_drift_f64, undrift: palindrome_undrift_f64,
            driftAdjoint: palindrome_drift_adjoint_f64,
            largestMomentumProduct: palindrome_largest_momentum_product_f64,
            exactMomentumProducts: palindrome_exact_momentum_products_f64,
            show: palindrome_show_f64, showAdjoint: palindrome_show_adjoint_f64,
            largestMagnitude: palindrome_largest_magnitude_f64,
            exactMagnitudes: palindrome_exact_magnitudes_f64,
            deposit: palindrome_deposit_f64, finishRim: palindrome_finish_rim_f64,
            kick: palindrome_kick_f64, force: palindrome_force_f64,
            kickComponent: palindrome_kick_component_f64, gather: palindrome_gather_f64,
            kickAdjoint: palindrome_kick_adjoint_f64, gatherAdjoint: palindrome_gather_adjoint_f64,
            findPlanes: palindrome_find_planes_f64, columns: palindrome_columns_f64,
            countLeavers: palindrome_count_leavers_f64, listLeavers: palindrome_list_leavers_f64,
            owners: palindrome_owners_f64, checksum: palindrome_checksum_f64)
    }
}

extension palindrome_particle_block {
    /// The owned part of a mesh, in an array without ghosts.
    init(_ decomposition: Decomposition) {
        self.init(decomposition, lower: 0, xStride: decomposition.y.count * decomposition.shape.z)
    }

    /// The owned part of a mesh in a field with its ghosts.
    init<Element>(_ field: borrowing Field<Element>) {
        self.init(field.decomposition, lower: field.ghosts.lower, xStride: field.xStride)
    }

    private init(_ decomposition: Decomposition, lower: Int, xStride: Int) {
        let shape = decomposition.shape
        self.init(
            points_x: Int64(shape.x), points_y: Int64(shape.y), points_z: Int64(shape.z),
            first_x: Int64(decomposition.x.lowerBound), first_y: Int64(decomposition.y.lowerBound),
            owned_x: Int64(decomposition.x.count), owned_y: Int64(decomposition.y.count),
            lower: Int64(lower), x_stride: Int64(xStride), y_stride: Int64(shape.z))
    }
}

extension palindrome_mesh_field {
    /// A field with its ghosts, filled; valid as long as it is.
    init<Scalar: ParticleScalar>(_ field: borrowing Field<Scalar>) {
        unsafe self.init(block: palindrome_particle_block(field), values: field.values.start)
    }
}

extension palindrome_vectors {
    /// Three arrays; valid as long as they are.
    init<Element>(_ arrays: borrowing InlineArray<3, Buffer<Element>>) {
        unsafe self.init(along: (.init(arrays[0].start), .init(arrays[1].start), .init(arrays[2].start)))
    }
}

extension SIMD3<Double> {
    /// As a struct of a kernel takes them.
    var components: (Double, Double, Double) { (x, y, z) }
}
