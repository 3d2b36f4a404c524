public import Mesh
public import Particles

/// The modes of a potential, whose gradient is spectral: one component is transformed at a time.
public final class SpectralForce<Scalar: ParticleScalar>: Force {
    private let modes: FourierField<Scalar>
    private let law: SingleMesh<Scalar>

    init(_ modes: consuming FourierField<Scalar>, under law: SingleMesh<Scalar>) {
        self.modes = modes
        self.law = law
    }

    /// Kicks the particles. Collective.
    public func kick(_ particles: inout ParticleSet<Scalar>, by coefficients: [Double]) throws {
        for axis in 0..<3 {
            let component = component(axis)
            try particles.kick(coefficients, axis: axis, force: component)
        }
    }

    /// Undoes kicks to the last bit. Collective.
    public func kickBack(_ particles: inout ParticleSet<Scalar>, by coefficients: [Double]) throws {
        for axis in 0..<3 {
            let component = component(axis)
            try particles.kickBack(coefficients, axis: axis, force: component)
        }
    }

    /// Undoes kicks and carries cotangents back:
    ///
    ///     x̄ += Σ_c ∇W(x − c) (F(c)·v)            where a particle reads
    ///     φ̄_k = i k·V_k,  V(c) = Σ_i W(x_i − c) v_i    what it reads
    ///     δ̄ = ∇⁻² φ̄,  x̄ += Σ_c ∇W(x − c) δ̄(c)/n̄  the mass that all read
    ///
    /// The discrete gradient is antisymmetric and the Green's function symmetric, so that the same multipliers
    /// serve both ways. Collective.
    public func kickAdjoint(
        _ particles: inout ParticleSet<Scalar>, by coefficients: [Double],
        carrying cotangents: inout CotangentSet<Scalar>
    ) throws -> KickDerivatives {
        var derivatives = KickDerivatives(coefficient: 0)
        var potential = FourierField<Scalar>.zero(law.decomposition, for: "potential cotangent")
        for axis in 0..<3 {
            let component = component(axis)
            let cotangent = try particles.kickAdjoint(
                coefficients, axis: axis, force: component, carrying: &cotangents)
            derivatives.coefficient += cotangent.coefficient
            var pulled = law.transform.forward(cotangent.takeField())
            pulled.multiply(by: law.spectralForce[axis].transpose)
            potential.add(pulled)
        }
        potential.multiply(by: law.greensFunction)
        var contrast = law.transform.inverse(potential, ghosts: .cloudInCell)
        contrast.fillGhosts()
        particles.depositAdjoint(contrast, carrying: &cotangents)
        return derivatives
    }

    /// `−∂φ/∂x`, transformed. Collective.
    public func component(_ axis: Int) -> Field<Scalar> {
        var component = law.transform.inverse(
            modes.multiplied(by: law.spectralForce[axis], for: "force"), ghosts: .cloudInCell)
        component.fillGhosts()
        return component
    }
}
