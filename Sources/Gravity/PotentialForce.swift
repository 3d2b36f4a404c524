public import Mesh
public import Particles

/// A law whose force is the four-point gradient of a potential that is linear in the overdensity, `φ = A δ`.
public protocol PotentialLaw<Scalar>: ForceLaw {
    /// The potential of an overdensity [(Mpc/h)²], with ghosts ``GhostWidth/stencil``, filled. Collective.
    ///
    /// - Parameter contrast: δ, without ghosts.
    func potential(of contrast: consuming Field<Scalar>) -> Field<Scalar>

    /// Its transpose, `δ̄ = Aᵀ φ̄`, with ghosts ``GhostWidth/cloudInCell``, filled. Collective.
    ///
    /// - Parameter potentialCotangent: φ̄, without ghosts.
    func contrastCotangent(of potentialCotangent: consuming Field<Scalar>) -> Field<Scalar>
}

extension PotentialLaw {
    /// The force of the particles on each other. Collective.
    public func solve(
        for particles: borrowing ParticleSet<Scalar>, at force: ForceIndex
    ) throws -> any Force<Scalar> {
        let planes = particles.planes()
        return PotentialForce(
            potential(of: try particles.densityContrast(planes: planes)), readBy: planes, under: self)
    }
}

/// A potential and those who read its gradient. The gradient is a stencil under the particle's read-out.
public final class PotentialForce<Scalar: ParticleScalar>: Force {
    // None when it is used up.
    private var potential: Field<Scalar>?
    // The particles in the order in which they read it.
    private let readers: ParticlePlanes
    private let law: any PotentialLaw<Scalar>

    /// - Parameters:
    ///   - potential: `A δ` [(Mpc/h)²] with ghosts ``GhostWidth/stencil``, filled.
    ///   - readers: the particles that will be kicked.
    ///   - law: what it comes from.
    public init(
        _ potential: consuming Field<Scalar>, readBy readers: consuming ParticlePlanes,
        under law: any PotentialLaw<Scalar>
    ) {
        self.potential = consume potential
        self.readers = readers
        self.law = law
    }

    /// Kicks the particles. Collective.
    public func kick(_ particles: inout ParticleSet<Scalar>, by coefficients: [Double]) throws {
        try particles.kick(coefficients, potential: potential!, planes: readers)
    }

    /// Undoes kicks to the last bit. Collective.
    public func kickBack(_ particles: inout ParticleSet<Scalar>, by coefficients: [Double]) throws {
        try particles.kickBack(coefficients, potential: potential!, planes: readers)
    }

    /// Undoes kicks and carries cotangents back:
    ///
    ///     x̄ += Σ_c ∇W(x − c) (F(c)·v)            where a particle reads
    ///     φ̄ = ∇·V,  V(c) = Σ_i W(x_i − c) v_i    what it reads
    ///     δ̄ = Aᵀ φ̄,  x̄ += Σ_c ∇W(x − c) δ̄(c)/n̄  the mass that all read
    ///
    /// The discrete gradient is antisymmetric. Collective.
    public func kickAdjoint(
        _ particles: inout ParticleSet<Scalar>, by coefficients: [Double],
        carrying cotangents: inout CotangentSet<Scalar>
    ) throws -> KickDerivatives {
        let potential = potential.take()!
        let cotangent = try particles.kickAdjoint(
            coefficients, potential: potential, planes: readers, carrying: &cotangents)
        _ = consume potential  // its memory serves the transpose
        let derivatives = KickDerivatives(coefficient: cotangent.coefficient)
        let contrast = law.contrastCotangent(of: cotangent.takeField())
        particles.depositAdjoint(contrast, carrying: &cotangents)
        return derivatives
    }

    /// `−∂φ/∂x` by the four-point stencil. Collective.
    public func component(_ axis: Int) -> Field<Scalar> {
        let mesh = law.mesh
        var result = Field<Scalar>(mesh.decomposition, ghosts: .cloudInCell, for: "force")
        Self.difference(of: potential!, along: axis, scale: Scalar(-1 / (12 * mesh.spacing)), into: &result)
        result.fillGhosts()
        return result
    }

    private static func difference(
        of potential: borrowing Field<Scalar>, along axis: Int, scale: Scalar,
        into result: inout Field<Scalar>
    ) {
        let depth = potential.decomposition.shape.z
        for x in potential.decomposition.x {
            for y in potential.decomposition.y {
                for z in 0..<depth {
                    let target = result.offset(x: x, y: y, z: z)
                    let values = potential.values.span
                    func value(_ shift: Int) -> Scalar {
                        values[
                            potential.offset(
                                x: axis == 0 ? x + shift : x, y: axis == 1 ? y + shift : y,
                                z: axis == 2 ? (z + shift + depth) % depth : z)]
                    }
                    var targets = result.values.mutableSpan
                    targets[target] = scale * (8 * (value(1) - value(-1)) - (value(2) - value(-2)))
                }
            }
        }
    }
}
