public import Mesh
public import Particles

/// The number of a force evaluation along a schedule, from 0: the same on the way back as on the way forwards.
public struct ForceIndex: Sendable, Hashable {
    /// How many forces were evaluated before.
    public let number: Int

    /// The force that so many come before.
    public init(_ number: Int) { self.number = number }
}

/// A law of gravity on a mesh: from where particles are to how they are kicked, and back.
///
/// A law is a function of the positions alone, and the same bits on any ranks: then what it kicks can be undone to
/// the last bit. The factor `(3/2) Ω_m` is not in it but in the kick coefficients, so that it knows no cosmology.
/// A new law is a file with a class and a ``ForcePlan``; one that is linear in the overdensity and has a potential
/// is a ``PotentialLaw``, which has the rest.
public protocol ForceLaw<Scalar>: AnyObject {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// The force mesh.
    var mesh: ForceMesh<Scalar> { get }

    /// Names of the law's own parameters, in the order of ``KickDerivatives/parameters``.
    var parameterNames: [String] { get }

    /// The force of the particles on each other, at their present positions. Collective.
    ///
    /// - Parameter force: its number along the schedule, for laws that are not the same at all times.
    /// - Throws: what ``ParticleSet/densityContrast(planes:)`` throws.
    func solve(for particles: borrowing ParticleSet<Scalar>, at force: ForceIndex) throws
        -> any Force<Scalar>
}

extension ForceLaw {
    /// None.
    public var parameterNames: [String] { [] }

    /// The force mesh's layout.
    public var decomposition: Decomposition { mesh.decomposition }

    /// Transforms on the force mesh, for those who look at fields there. Collective.
    public var transform: FourierTransform<Scalar> { mesh.transform }
}

/// The gravitational pull at one moment, ready to be read at the particles. It holds until they move, and again when the way
/// back has brought them to the same positions, in another order within their columns: it may know positions, but not slots.
public protocol Force<Scalar>: AnyObject {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// Kicks the particles, `p += κ F(x)`, once for each coefficient, in order. Collective.
    ///
    /// - Parameter coefficients: κ [1/H0].
    /// - Throws: ``MomentumOverflow`` on all ranks.
    func kick(_ particles: inout ParticleSet<Scalar>, by coefficients: [Double]) throws

    /// Undoes kicks to the last bit, `p −= κ F(x)`, the last one first. Collective.
    ///
    /// - Parameter coefficients: as they were given to ``kick(_:by:)``, of a force at the same positions.
    func kickBack(_ particles: inout ParticleSet<Scalar>, by coefficients: [Double]) throws

    /// Undoes kicks and carries cotangents back through them and through the force itself: with `v = Σκ p̄`,
    ///
    ///     x̄ += Σ_c ∇W(x − c) (F(c)·v)            where a particle reads
    ///     x̄ += (∂F/∂x)ᵀ v                        how all particles make the force
    ///
    /// The force is used up, and its memory serves its own transpose. Collective.
    ///
    /// - Parameters:
    ///   - coefficients: as they were given to ``kick(_:by:)``, of a force at the same positions.
    ///   - cotangents: of the particles.
    /// - Throws: `NotFiniteError` on all ranks.
    func kickAdjoint(
        _ particles: inout ParticleSet<Scalar>, by coefficients: [Double],
        carrying cotangents: inout CotangentSet<Scalar>
    ) throws -> KickDerivatives

    /// One component at the mesh points, with one upper ghost plane, filled: to be looked at. Collective.
    ///
    /// - Parameter axis: 0, 1 or 2.
    func component(_ axis: Int) -> Field<Scalar>
}

/// Derivatives of a loss with respect to the numbers that made some kicks, the same bits on any ranks.
public struct KickDerivatives: Sendable, Equatable {
    /// `κ̄ = Σ p̄·F`, the same for each of the kicks.
    public var coefficient: Double
    /// With respect to the law's own parameters, as many as it names.
    public var parameters: [Double]

    /// Derivatives.
    public init(coefficient: Double, parameters: [Double] = []) {
        self.coefficient = coefficient
        self.parameters = parameters
    }
}
