package import CKernels

/// What is done with particles: their state, their cotangents, and what they give to a mesh and read there.
@safe package struct ParticleKernels {
    package typealias Particles = palindrome_particle_set
    package typealias Planes = palindrome_particle_planes
    package typealias Cotangents = palindrome_particle_cotangents
    package typealias Vectors = palindrome_vectors
    package typealias Block = palindrome_particle_block
    package typealias MeshField = palindrome_mesh_field
    package typealias Potential = palindrome_potential
    package typealias Kicks = palindrome_kicks
    package typealias KickOutcome = palindrome_kick_outcome
    package typealias Scratch = UnsafeMutableRawPointer?
    package typealias Integers = UnsafeMutablePointer<Int64>?
    package typealias List = UnsafeMutablePointer<UInt32>?
    /// What the terms of an exact sum are multiplied by, and the words they are added to.
    package typealias Factors = UnsafePointer<Double>?
    package typealias Words = UnsafeMutablePointer<UInt64>?

    // drift.h
    package var drift: (Particles, Int32, Double) -> Int32
    package var undrift: (Particles, Cotangents, UnsafePointer<Double>?) -> palindrome_undrift_outcome
    package var driftAdjoint: (Particles, Cotangents, Double, Factors, Words) -> Void
    package var largestMomentumProduct: (Particles, Vectors) -> Double
    package var exactMomentumProducts: (Particles, Vectors, Factors, Words) -> Void
    // sight.h
    package var show: (Particles, palindrome_sight, Vectors) -> Int32
    package var showAdjoint:
        (Particles, palindrome_sight, Vectors, Cotangents, UnsafeMutablePointer<Double>?) ->
            Void
    // exact_sum.h, of vectors of particles
    package var largestMagnitude: (Int64, Vectors) -> Double
    package var exactMagnitudes: (Int64, Vectors, Factors, Words) -> Void
    // deposit.h, rim.h
    package var deposit:
        (Planes, Block, palindrome_masses, palindrome_sums, Integers) -> palindrome_deposit_outcome
    package var finishRim: (palindrome_sums) -> Void
    // kick.h
    package var kick: (Planes, Potential, Kicks, Scratch) -> KickOutcome
    package var force: (Planes, Potential, Vectors, Scratch) -> Int32
    package var kickComponent: (Particles, Int32, MeshField, Kicks) -> KickOutcome
    package var gather: (Particles, MeshField, UnsafeMutableRawPointer?) -> Int32
    // kick_adjoint.h
    package var kickAdjoint:
        (Planes, Potential, Kicks, palindrome_kick_cotangents, palindrome_kick_windows) ->
            KickOutcome
    package var gatherAdjoint: (Particles, MeshField, palindrome_gather_cotangents) -> Int32
    // planes.h, order.h
    package var findPlanes: (Particles, Block, Integers) -> Int32
    package var columns: (Particles, Block, List) -> Int32
    package var countLeavers: (Particles, Block) -> Int64
    package var listLeavers: (Particles, Block, List) -> Void
    package var owners: (Int64, UnsafeRawPointer?, UnsafeRawPointer?, palindrome_column_owners, List) -> Void
    // checksum.h
    package var checksum: (Particles, palindrome_indices) -> UInt64
}

extension ParticleKernels {
    /// Of 32-bit particles.
    static var f32: ParticleKernels {
        unsafe ParticleKernels(
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

    /// Of 64-bit particles.
    static var f64: ParticleKernels {
        unsafe ParticleKernels(
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
