internal import CKernels
internal import Mesh

/// The C kernels of one precision, as values: what generic Swift calls by type.
@safe public struct _ParticleKernels<Scalar: ParticleScalar> {
    typealias Positions = (
        x: UnsafePointer<Scalar.Position>, y: UnsafePointer<Scalar.Position>,
        z: UnsafePointer<Scalar.Position>
    )
    typealias Momenta = (
        x: UnsafeMutablePointer<Scalar.Momentum>, y: UnsafeMutablePointer<Scalar.Momentum>,
        z: UnsafeMutablePointer<Scalar.Momentum>
    )
    typealias Reals = (
        x: UnsafeMutablePointer<Scalar>, y: UnsafeMutablePointer<Scalar>, z: UnsafeMutablePointer<Scalar>
    )
    typealias Block = palindrome_block
    typealias KickOutcome = palindrome_kick_outcome
    /// What the terms of an exact sum are multiplied by, and the words they are added to.
    typealias Factors = (Double, Double)
    typealias Words = UnsafeMutablePointer<UInt64>
    /// Where each owned plane starts, and the end.
    typealias Planes = UnsafePointer<Int64>

    // drift.h
    let drift: (Int64, UnsafeMutablePointer<Scalar.Position>, UnsafePointer<Scalar.Momentum>, Double) -> Int32
    let undrift: (palindrome_carried, SIMD3<Double>) -> (failed: Int32, largestProduct: Double)
    let driftAdjoint: (palindrome_carried, Double, Factors, Words) -> Void
    let largestDriftProduct: (Int64, Momenta, Reals) -> Double
    let exactDriftProducts: (Int64, Momenta, Reals, Factors, Words) -> Void
    // exact_sum.h
    let largestMagnitude: (Int64, Reals) -> Double
    let exactMagnitudes: (Int64, Reals, Factors, Words) -> Void
    // deposit.h
    let deposit:
        (Planes, Positions, Block, Double, inout palindrome_sums, UnsafeMutablePointer<Int64>) -> Int32
    let depositValues:
        (
            Planes, Positions, Block, UnsafePointer<Scalar>, Double, inout palindrome_sums,
            UnsafeMutablePointer<Int64>
        ) -> Int32
    // rim.h
    let finishRim: (palindrome_sums) -> Void
    // kick.h
    let kick:
        (
            Planes, Positions, Momenta, Block, UnsafePointer<Scalar>, SIMD3<Double>, [Double],
            UnsafeMutablePointer<Scalar>
        ) -> KickOutcome
    let force:
        (
            Planes, Positions, Block, UnsafePointer<Scalar>, SIMD3<Double>, Reals,
            UnsafeMutablePointer<Scalar>
        ) -> Int32
    let kickComponent:
        (
            Int64, Positions, UnsafeMutablePointer<Scalar.Momentum>, Block, UnsafePointer<Scalar>, [Double]
        ) -> KickOutcome
    let gather: (Int64, Positions, Block, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Int32
    // kick_adjoint.h
    let kickAdjoint:
        (
            Planes, Positions, Momenta, Block, UnsafePointer<Scalar>, SIMD3<Double>,
            _KickAdjointArguments<Scalar>, inout palindrome_sums
        ) -> KickOutcome
    let gatherAdjoint:
        (
            Int64, Positions, Block, UnsafePointer<Scalar>, SIMD3<Double>, UnsafePointer<Scalar>?, Reals,
            UnsafeMutablePointer<Double>?
        ) -> Int32
    // order.h
    let findPlanes: (Int64, UnsafePointer<Scalar.Position>, Block, UnsafeMutablePointer<Int64>) -> Int32
    let columns: (Int64, Positions, Block, UnsafeMutablePointer<UInt32>) -> Int32
    let countLeavers: (Int64, Positions, Block) -> Int64
    let listLeavers: (Int64, Positions, Block, UnsafeMutablePointer<UInt32>) -> Void
    let owners:
        (Int64, Positions, Block, UnsafePointer<UInt32>, UnsafePointer<UInt32>, UnsafeMutablePointer<UInt32>)
            ->
            Void
    // checksum.h
    let checksum: (Int64, Positions, Momenta, UnsafePointer<Int64>) -> UInt64
}

/// What the adjoint of a kick takes, besides what the kick does.
@safe struct _KickAdjointArguments<Scalar: ParticleScalar> {
    /// The kicks' coefficients negated, the last one first [momentum units].
    let undoing: [Double]
    /// The sum of the coefficients over the mesh cell, per axis.
    let factor: SIMD3<Double>
    let momentumBar: _ParticleKernels<Scalar>.Reals
    let positionBar: _ParticleKernels<Scalar>.Reals
    /// p̄ · F, one per particle.
    let product: UnsafeMutablePointer<Double>
    /// Integers per p̄ in the cotangent of the potential, per axis.
    let weight: SIMD3<Double>
    /// Scratch.
    let window: UnsafeMutablePointer<Scalar>
    let cotangentWindow: UnsafeMutablePointer<Int64>
}

extension Float {
    /// The kernels ending in `_f32`.
    public static var _particleKernels: _ParticleKernels<Float> {
        unsafe _ParticleKernels(
            drift: { unsafe palindrome_drift_f32($0, $1, $2, $3) },
            undrift: { carried, coefficients in
                var (carried, largest) = (carried, 0.0)
                let failed = unsafe palindrome_undrift_f32(
                    &carried, [coefficients.x, coefficients.y, coefficients.z], &largest)
                return (failed, largest)
            },
            driftAdjoint: { carried, coefficient, factors, words in
                var carried = carried
                unsafe palindrome_drift_adjoint_f32(
                    &carried, coefficient, [factors.0, factors.1], words)
            },
            largestDriftProduct: { count, p, bar in
                unsafe palindrome_largest_drift_product_f32(count, p.x, p.y, p.z, bar.x, bar.y, bar.z)
            },
            exactDriftProducts: { count, p, bar, factors, words in
                unsafe palindrome_exact_drift_products_f32(
                    count, p.x, p.y, p.z, bar.x, bar.y, bar.z, factors.0, factors.1, words)
            },
            largestMagnitude: { unsafe palindrome_largest_magnitude_f32($0, $1.x, $1.y, $1.z) },
            exactMagnitudes: {
                unsafe palindrome_exact_magnitudes_f32($0, $1.x, $1.y, $1.z, $2.0, $2.1, $3)
            },
            deposit: { unsafe palindrome_deposit_f32($0, $1.x, $1.y, $1.z, $2, $3, &$4, $5) },
            depositValues: {
                unsafe palindrome_deposit_values_f32($0, $1.x, $1.y, $1.z, $2, $3, $4, &$5, $6)
            },
            finishRim: { unsafe palindrome_finish_rim_f32($0) },
            kick: { planes, at, momenta, block, potential, scale, coefficients, window in
                unsafe palindrome_kick_f32(
                    planes, at.x, at.y, at.z, momenta.x, momenta.y, momenta.z, block, potential,
                    [Float(scale.x), Float(scale.y), Float(scale.z)], Int64(coefficients.count), coefficients,
                    window)
            },
            force: { planes, at, block, potential, scale, force, window in
                unsafe palindrome_force_f32(
                    planes, at.x, at.y, at.z, block, potential,
                    [Float(scale.x), Float(scale.y), Float(scale.z)],
                    force.x, force.y, force.z, window)
            },
            kickComponent: { count, at, momentum, block, force, coefficients in
                unsafe palindrome_kick_component_f32(
                    count, at.x, at.y, at.z, momentum, block, force, Int64(coefficients.count), coefficients)
            },
            gather: { unsafe palindrome_gather_f32($0, $1.x, $1.y, $1.z, $2, $3, $4) },
            kickAdjoint: { planes, at, momenta, block, potential, scale, more, sums in
                unsafe palindrome_kick_adjoint_f32(
                    planes, at.x, at.y, at.z, momenta.x, momenta.y, momenta.z, block, potential,
                    [Float(scale.x), Float(scale.y), Float(scale.z)], Int64(more.undoing.count), more.undoing,
                    [more.factor.x, more.factor.y, more.factor.z],
                    more.momentumBar.x, more.momentumBar.y, more.momentumBar.z,
                    more.positionBar.x, more.positionBar.y, more.positionBar.z, more.product,
                    [more.weight.x, more.weight.y, more.weight.z], &sums, more.window,
                    more.cotangentWindow)
            },
            gatherAdjoint: { count, at, block, field, factor, weight, positionBar, product in
                unsafe palindrome_gather_adjoint_f32(
                    count, at.x, at.y, at.z, block, field, [factor.x, factor.y, factor.z], weight,
                    positionBar.x, positionBar.y, positionBar.z, product)
            },
            findPlanes: { unsafe palindrome_find_planes_f32($0, $1, $2, $3) },
            columns: { unsafe palindrome_columns_f32($0, $1.x, $1.y, $2, $3) },
            countLeavers: { unsafe palindrome_count_leavers_f32($0, $1.x, $1.y, $2) },
            listLeavers: { unsafe palindrome_list_leavers_f32($0, $1.x, $1.y, $2, $3) },
            owners: { unsafe palindrome_owners_f32($0, $1.x, $1.y, $2, $3, $4, $5) },
            checksum: { unsafe palindrome_checksum_f32($0, $1.x, $1.y, $1.z, $2.x, $2.y, $2.z, $3) })
    }
}

extension Double {
    /// The kernels ending in `_f64`.
    public static var _particleKernels: _ParticleKernels<Double> {
        unsafe _ParticleKernels(
            drift: { unsafe palindrome_drift_f64($0, $1, $2, $3) },
            undrift: { carried, coefficients in
                var (carried, largest) = (carried, 0.0)
                let failed = unsafe palindrome_undrift_f64(
                    &carried, [coefficients.x, coefficients.y, coefficients.z], &largest)
                return (failed, largest)
            },
            driftAdjoint: { carried, coefficient, factors, words in
                var carried = carried
                unsafe palindrome_drift_adjoint_f64(
                    &carried, coefficient, [factors.0, factors.1], words)
            },
            largestDriftProduct: { count, p, bar in
                unsafe palindrome_largest_drift_product_f64(count, p.x, p.y, p.z, bar.x, bar.y, bar.z)
            },
            exactDriftProducts: { count, p, bar, factors, words in
                unsafe palindrome_exact_drift_products_f64(
                    count, p.x, p.y, p.z, bar.x, bar.y, bar.z, factors.0, factors.1, words)
            },
            largestMagnitude: { unsafe palindrome_largest_magnitude_f64($0, $1.x, $1.y, $1.z) },
            exactMagnitudes: {
                unsafe palindrome_exact_magnitudes_f64($0, $1.x, $1.y, $1.z, $2.0, $2.1, $3)
            },
            deposit: { unsafe palindrome_deposit_f64($0, $1.x, $1.y, $1.z, $2, $3, &$4, $5) },
            depositValues: {
                unsafe palindrome_deposit_values_f64($0, $1.x, $1.y, $1.z, $2, $3, $4, &$5, $6)
            },
            finishRim: { unsafe palindrome_finish_rim_f64($0) },
            kick: { planes, at, momenta, block, potential, scale, coefficients, window in
                unsafe palindrome_kick_f64(
                    planes, at.x, at.y, at.z, momenta.x, momenta.y, momenta.z, block, potential,
                    [scale.x, scale.y, scale.z], Int64(coefficients.count), coefficients, window)
            },
            force: { planes, at, block, potential, scale, force, window in
                unsafe palindrome_force_f64(
                    planes, at.x, at.y, at.z, block, potential, [scale.x, scale.y, scale.z],
                    force.x, force.y, force.z, window)
            },
            kickComponent: { count, at, momentum, block, force, coefficients in
                unsafe palindrome_kick_component_f64(
                    count, at.x, at.y, at.z, momentum, block, force, Int64(coefficients.count), coefficients)
            },
            gather: { unsafe palindrome_gather_f64($0, $1.x, $1.y, $1.z, $2, $3, $4) },
            kickAdjoint: { planes, at, momenta, block, potential, scale, more, sums in
                unsafe palindrome_kick_adjoint_f64(
                    planes, at.x, at.y, at.z, momenta.x, momenta.y, momenta.z, block, potential,
                    [scale.x, scale.y, scale.z], Int64(more.undoing.count), more.undoing,
                    [more.factor.x, more.factor.y, more.factor.z],
                    more.momentumBar.x, more.momentumBar.y, more.momentumBar.z,
                    more.positionBar.x, more.positionBar.y, more.positionBar.z, more.product,
                    [more.weight.x, more.weight.y, more.weight.z], &sums, more.window,
                    more.cotangentWindow)
            },
            gatherAdjoint: { count, at, block, field, factor, weight, positionBar, product in
                unsafe palindrome_gather_adjoint_f64(
                    count, at.x, at.y, at.z, block, field, [factor.x, factor.y, factor.z], weight,
                    positionBar.x, positionBar.y, positionBar.z, product)
            },
            findPlanes: { unsafe palindrome_find_planes_f64($0, $1, $2, $3) },
            columns: { unsafe palindrome_columns_f64($0, $1.x, $1.y, $2, $3) },
            countLeavers: { unsafe palindrome_count_leavers_f64($0, $1.x, $1.y, $2) },
            listLeavers: { unsafe palindrome_list_leavers_f64($0, $1.x, $1.y, $2, $3) },
            owners: { unsafe palindrome_owners_f64($0, $1.x, $1.y, $2, $3, $4, $5) },
            checksum: { unsafe palindrome_checksum_f64($0, $1.x, $1.y, $1.z, $2.x, $2.y, $2.z, $3) })
    }
}

extension palindrome_block {
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
