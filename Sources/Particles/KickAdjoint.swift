internal import CKernels
internal import Memory
public import Mesh
internal import Parallel

// The adjoints of the kicks in Kick.swift and of the deposit in Deposit.swift. With v = κ p̄ per particle:
//
//   1. x̄ += Σ_c ∇W(x − c) (F(c) · v)      where a particle reads changes
//   2. V(c) = Σᵢ W(xᵢ − c) vᵢ             what it reads changes
//   3. x̄ += Σ_c ∇W(x − c) δ̄(c) / n̄       the mass that all read changes

/// What a kick's adjoint hands on.
public struct KickCotangent<Scalar: ParticleScalar>: ~Copyable {
    /// κ̄ = Σ p̄ · F, the derivative with respect to each of the kick coefficients, the same bits on any ranks.
    public let coefficient: Double
    /// The cotangent of the mesh field that the particles read: φ̄ of a potential, F̄ of a force component.
    /// Without ghosts.
    public var field: Field<Scalar>

    /// Takes the field out.
    public consuming func takeField() -> Field<Scalar> { field }
}

extension ParticleSet {
    /// Undoes kicks to the last bit and carries cotangents back through them.
    ///
    ///     x̄ += Σ κ · ∂(p̄ · F)/∂x,    κ̄ = Σ p̄ · F,    φ̄ = (Σ κ) · ∂(Σ p̄ · F)/∂φ
    ///
    /// The potential is read once for all of them. Collective.
    ///
    /// - Parameters:
    ///   - coefficients: as they were given to ``kick(_:potential:planes:)`` [1/H0].
    ///   - potential: the same to the last bit, with ghosts ``GhostWidth/stencil``, filled [(Mpc/h)²].
    ///   - planes: of the particles as they are.
    ///   - cotangents: of this set; the momenta's do not change.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public mutating func kickAdjoint(
        _ coefficients: [Double], potential: borrowing Field<Scalar>, planes: borrowing ParticlePlanes,
        carrying cotangents: inout CotangentSet<Scalar>
    ) throws -> KickCotangent<Scalar> {
        let coefficient = coefficients.reduce(0, +)
        let undoing = Self.undoing(coefficients)
        let weight = coefficient * gradientScale
        // A particle's cotangent goes to eight points with weights of 1 in all, from there to each point that
        // they read with a factor of 9 at most.
        let growth = max(abs(weight.x), abs(weight.y), abs(weight.z))
        let exponent = try magnitude(of: cotangents).integerExponent(
            termGrowth: growth, sumGrowth: 9 * growth)
        let product = Buffer<Double>(count: count, from: grid.memory, for: "products")
        var sums = MeshSums<Scalar>(
            decomposition, ghosts: .stencil, scale: Double.powerOfTwo(-exponent), for: "cotangent")
        let outcome = grid.phases.measure(.adjoint) {
            let forces = forceWindow()
            let bars = cotangentWindow()
            let back = unsafe palindrome_kick_cotangents(
                particles: cotangents.forKernel, factor: (coefficient * cellsPerLength).components,
                product: product.start, weight: (weight * Double.powerOfTwo(exponent)).components,
                potential: sums.forKernel)
            let windows = unsafe palindrome_kick_windows(forces: forces.start, cotangents: bars.start)
            return unsafe withKicks(undoing) {
                unsafe kernels.kickAdjoint(
                    inPlanes(planes), forKernel(potential), $0, back, windows)
            }
        }
        try settle(outcome, undoing)
        let derivative = try grid.phases.measure(.adjoint) {
            try Total(
                of: product, largest: outcome.largest_product, named: "the derivative by a kick coefficient",
                over: grid
            ).sum
        }
        _ = consume product
        sums.finish(in: .adjoint)
        return KickCotangent(coefficient: derivative, field: sums.takeField())
    }

    /// Undoes kicks of one component to the last bit and carries cotangents back through them.
    ///
    ///     x̄ += Σ κ p̄_a ∇F_a,    κ̄ = Σ p̄_a F_a,    F̄_a(c) = (Σ κ) Σᵢ W(xᵢ − c) p̄_a
    ///
    /// Collective.
    ///
    /// - Parameters:
    ///   - coefficients: as they were given to ``kick(_:axis:force:)`` [1/H0].
    ///   - axis: a = 0, 1 or 2.
    ///   - force: the same to the last bit, with ghosts ``GhostWidth/cloudInCell``, filled [Mpc/h].
    ///   - cotangents: of this set; the momenta's do not change.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public mutating func kickAdjoint(
        _ coefficients: [Double], axis: Int, force: borrowing Field<Scalar>,
        carrying cotangents: inout CotangentSet<Scalar>
    ) throws -> KickCotangent<Scalar> {
        try kickBack(coefficients, axis: axis, force: force)
        let coefficient = coefficients.reduce(0, +)
        let derivative = try grid.phases.measure(.adjoint) {
            let product = Buffer<Double>(count: count, from: grid.memory, for: "products")
            let back = unsafe palindrome_gather_cotangents(
                position_bar: cotangents.forKernel.position,
                factor: (coefficient * cellsPerLength).components,
                weight: cotangents.momentum[axis].start, product: product.start)
            let status = unsafe kernels.gatherAdjoint(
                forKernel, palindrome_mesh_field(force), back)
            requireRouted(status != 0)
            return try Total(of: product, named: "the derivative by a kick coefficient", over: grid).sum
        }
        let magnitude = try magnitude(of: cotangents)
        return KickCotangent(
            coefficient: derivative,
            field: deposit(
                cotangents.momentum[axis], times: coefficient, magnitude, in: .adjoint, for: "cotangent"))
    }

    /// Carries the cotangent of the density contrast back to the positions: moving a particle moves its mass.
    ///
    ///     x̄ += Σ_c ∇W(x − c) δ̄(c) / n̄,    n̄ = particles per mesh cell
    ///
    /// The adjoint of ``densityContrast(planes:)`` and of ``relativeDensity()``.
    ///
    /// - Parameters:
    ///   - contrastCotangent: δ̄, with ghosts ``GhostWidth/cloudInCell``, filled.
    ///   - cotangents: of this set.
    public func depositAdjoint(
        _ contrastCotangent: borrowing Field<Scalar>, carrying cotangents: inout CotangentSet<Scalar>
    ) {
        unsafe carryBack(contrastCotangent, times: nil, to: &cotangents)
    }

    /// x̄ += M/N vᵢ Σ_c ∇W(x − c) δ̄(c), v = 1 if there are none.
    func carryBack(
        _ contrastCotangent: borrowing Field<Scalar>, times values: UnsafePointer<Scalar>?,
        to cotangents: inout CotangentSet<Scalar>
    ) {
        grid.phases.measure(.adjoint) {
            requireField(contrastCotangent, ghosts: .cloudInCell)
            let perCell = Double(totalCount) / Double(decomposition.pointCount)
            let back = unsafe palindrome_gather_cotangents(
                position_bar: cotangents.forKernel.position, factor: (cellsPerLength / perCell).components,
                weight: values, product: nil)
            let status = unsafe kernels.gatherAdjoint(
                forKernel, palindrome_mesh_field(contrastCotangent), back)
            requireRouted(status != 0)
        }
    }

    /// 1 / h along each axis.
    private var cellsPerLength: SIMD3<Double> { SIMD3<Double>(decomposition.shape) / units.box }

    /// Of the cotangents of all particles' momenta, any component. Collective.
    private func magnitude(of cotangents: borrowing CotangentSet<Scalar>) throws -> Total {
        try grid.phases.measure(.adjoint) {
            let kernels = kernels
            let bars = cotangents.forKernel.momentum
            return try Total(
                largest: kernels.largestMagnitude(Int64(count), bars),
                named: "a particle's cotangent", over: grid
            ) { sum in
                unsafe sum.add { unsafe kernels.exactMagnitudes(Int64(count), bars, [$0.0, $0.1], $1) }
            }
        }
    }
}
