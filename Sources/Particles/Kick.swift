internal import CKernels
internal import Glibc
public import Memory
public import Mesh
public import Parallel

/// A kick would have taken a momentum out of its integer range.
public struct MomentumOverflow: ReportedError, Equatable {
    /// The kick coefficient.
    public let coefficient: Double
    /// The largest momentum that the state holds [Mpc/h · H0].
    public let limit: Double

    /// A failed kick.
    public init(coefficient: Double, limit: Double) {
        self.coefficient = coefficient
        self.limit = limit
    }

    /// Always the user: an amplitude or a step that the run was not planned for.
    public var fault: Fault { .user }
    /// The one line.
    public var message: String {
        "a momentum left its range of +-\(limit) Mpc/h H0 in the kick with coefficient \(coefficient); "
            + "lower the density amplitude, take more time steps, or run in double precision"
    }
}

extension ParticleSet {
    /// Kicks every particle by the four-point gradient of a potential, read with cloud-in-cell.
    ///
    ///     F_x(c) = −[8 (φ(c+1) − φ(c−1)) − (φ(c+2) − φ(c−2))] / 12h,    P += round(κ F(x) / 2^e)
    ///
    /// The kick depends on the positions alone, so ``kickBack(_:potential:planes:)`` undoes it exactly. Collective.
    ///
    /// - Parameters:
    ///   - coefficients: κ of one or more kicks at this position, each with its own rounding [1/H0].
    ///   - potential: with ghosts ``GhostWidth/stencil``, filled [(Mpc/h)²].
    ///   - planes: of the particles as they are.
    /// - Throws: ``MomentumOverflow`` or ``NotFiniteError`` on all ranks; the momenta are then undefined.
    public mutating func kick(
        _ coefficients: [Double], potential: borrowing Field<Scalar>, planes: borrowing ParticlePlanes
    ) throws {
        let outcome = grid.phases.measure(.kick) {
            let window = forceWindow()
            return unsafe withKicks(coefficients) {
                unsafe kernels.kick(
                    inPlanes(planes), forKernel(potential), $0, window.start)
            }
        }
        try settle(outcome, coefficients)
    }

    /// Undoes ``kick(_:potential:planes:)`` with the same arguments, to the last bit.
    public mutating func kickBack(
        _ coefficients: [Double], potential: borrowing Field<Scalar>, planes: borrowing ParticlePlanes
    ) throws {
        try kick(Self.undoing(coefficients), potential: potential, planes: planes)
    }

    /// Kicks one component by a force given on the mesh, read with cloud-in-cell. Collective.
    ///
    /// - Parameters:
    ///   - coefficients: κ of one or more kicks at this position, each with its own rounding [1/H0].
    ///   - axis: 0, 1 or 2.
    ///   - force: with ghosts ``GhostWidth/cloudInCell``, filled [Mpc/h].
    /// - Throws: ``MomentumOverflow`` or ``NotFiniteError`` on all ranks; the momenta are then undefined.
    public mutating func kick(
        _ coefficients: [Double], axis: Int, force: borrowing Field<Scalar>
    ) throws {
        let outcome = grid.phases.measure(.kick) {
            requireField(force, ghosts: .cloudInCell)
            return unsafe withKicks(coefficients) {
                unsafe kernels.kickComponent(
                    forKernel, Int32(axis), palindrome_mesh_field(force), $0)
            }
        }
        try settle(outcome, coefficients)
    }

    /// Undoes ``kick(_:axis:force:)`` with the same arguments, to the last bit.
    public mutating func kickBack(
        _ coefficients: [Double], axis: Int, force: borrowing Field<Scalar>
    ) throws {
        try kick(Self.undoing(coefficients), axis: axis, force: force)
    }

    /// The forces with which ``kick(_:potential:planes:)`` kicks, bit for bit [Mpc/h].
    public func force(potential: borrowing Field<Scalar>) -> InlineArray<3, Buffer<Scalar>> {
        let result = InlineArray<3, Buffer<Scalar>> { _ in
            Buffer(count: count, from: grid.memory, for: "forces")
        }
        let planes = planes()
        let window = forceWindow()
        let status = unsafe kernels.force(
            inPlanes(planes), forKernel(potential), palindrome_vectors(result), window.start)
        requireRouted(status != 0)
        return result
    }

    /// A field read at each particle with cloud-in-cell: with a component of the force, that with which
    /// ``kick(_:axis:force:)`` kicks, bit for bit.
    ///
    /// - Parameter field: with ghosts ``GhostWidth/cloudInCell``, filled.
    public func gather(_ field: borrowing Field<Scalar>) -> Buffer<Scalar> {
        requireField(field, ghosts: .cloudInCell)
        let result = Buffer<Scalar>(count: count, from: grid.memory, for: "forces")
        let status = unsafe kernels.gather(
            forKernel, palindrome_mesh_field(field), result.start)
        requireRouted(status != 0)
        return result
    }

    /// −1 / 12h along each axis.
    var gradientScale: SIMD3<Double> {
        -SIMD3<Double>(decomposition.shape) / (12 * units.box)
    }

    /// A potential as kernels take it; valid as long as it is.
    func forKernel(_ potential: borrowing Field<Scalar>) -> palindrome_potential {
        requireField(potential, ghosts: .stencil)
        return unsafe palindrome_potential(
            field: palindrome_mesh_field(potential), scale: gradientScale.components)
    }

    /// Kicks as kernels take them.
    ///
    /// - Parameter coefficients: κ of each [1/H0].
    @unsafe func withKicks<Outcome>(
        _ coefficients: [Double], _ body: (palindrome_kicks) -> Outcome
    ) -> Outcome {
        let scaled = coefficients.map { scalbn($0, Int32(-units.momentumExponent)) }
        return unsafe scaled.withUnsafeBufferPointer {
            unsafe body(palindrome_kicks(count: Int64($0.count), coefficients: $0.baseAddress))
        }
    }

    /// Rounding to nearest even is odd, so −κ undoes κ; the last kick is undone first.
    static func undoing(_ coefficients: [Double]) -> [Double] {
        coefficients.reversed().map { -$0 }
    }

    func requireField<Element>(_ field: borrowing Field<Element>, ghosts: GhostWidth) {
        precondition(field.decomposition === decomposition, "a field of another mesh")
        precondition(field.ghosts == ghosts, "a field with other ghost planes")
    }

    /// Makes all ranks throw the same failure, the earliest kick's if there are several.
    func settle(_ outcome: palindrome_kick_outcome, _ coefficients: [Double]) throws {
        requireRouted(outcome.is_stray != 0)
        let own = outcome.overflows == 0 ? 0 : coefficients.count - outcome.overflows.trailingZeroBitCount
        let worst = grid.world.maximum([own, Int(outcome.is_not_finite)])
        if worst[1] > 0 { throw NotFiniteError(quantity: "the force on a particle") }
        if worst[0] > 0 {
            throw MomentumOverflow(
                coefficient: coefficients[coefficients.count - worst[0]],
                limit: units.momentum(Scalar.Momentum.max))
        }
    }
}
