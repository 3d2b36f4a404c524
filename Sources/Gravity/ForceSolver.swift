public import Mesh
public import Particles

/// The gravitational pull at one moment, ready to be read at the particles.
///
/// A four-point gradient is a stencil under the particle's read-out, so only the potential is kept; a
/// spectral gradient keeps the potential's modes and transforms one component at a time.
public enum Force<Scalar: ParticleScalar>: ~Copyable {
    /// The potential.
    case potential(ReadablePotential<Scalar>)
    /// The modes of the potential.
    case modes(FourierField<Scalar>)
}

/// A potential and those who read its gradient.
public struct ReadablePotential<Scalar: ParticleScalar>: ~Copyable {
    /// `∇⁻²δ` [(Mpc/h)²] with its ghost planes, filled.
    public let field: Field<Scalar>
    /// The particles in the order in which they read it; holds until they move.
    public let readers: ParticlePlanes
}

/// Solves `F = −∇ ∇⁻² δ` on a mesh.
///
/// The factor `(3/2) Ω_m` is not in F: it belongs to the kick coefficients, so the force knows no cosmology.
public final class ForceSolver<Scalar: ParticleScalar> {
    /// The force mesh.
    public let decomposition: Decomposition
    /// The discretisation.
    public let kernel: ForceKernel
    /// Transforms on the force mesh.
    public let transform: FourierTransform<Scalar>

    private let spacing: Double
    private let greensFunction: SpectralMultiplier
    private let spectralForce: [SpectralMultiplier]

    /// A solver for one mesh and one kernel.
    ///
    /// - Parameter spacing: mesh cell h [Mpc/h], the same on all axes.
    public init(_ decomposition: Decomposition, spacing: Double, kernel: ForceKernel) {
        self.decomposition = decomposition
        self.kernel = kernel
        self.spacing = spacing
        transform = FourierTransform(decomposition)
        let shape = decomposition.shape
        greensFunction = kernel.greensFunction(shape: shape, spacing: spacing)
        spectralForce =
            kernel.gradient == .fourPoint
            ? [] : (0..<3).map { ForceKernel.spectralForce(axis: $0, shape: shape, spacing: spacing) }
    }

    /// The force of the particles on each other, at their present positions. Collective.
    ///
    /// - Throws: what ``ParticleSet/densityContrast(planes:)`` throws.
    public func solve(for particles: borrowing ParticleSet<Scalar>) throws -> Force<Scalar> {
        let planes = particles.planes()
        return solve(try particles.densityContrast(planes: planes), for: planes)
    }

    /// The force of an overdensity δ (without ghost planes). Collective.
    ///
    /// - Parameter readers: the particles that will be kicked.
    public func solve(
        _ contrast: consuming Field<Scalar>, for readers: consuming ParticlePlanes
    ) -> Force<Scalar> {
        switch kernel.gradient {
        case .fourPoint:
            var potential = transform.filter(contrast, by: greensFunction, ghosts: .stencil)
            potential.fillGhosts()
            return .potential(ReadablePotential(field: potential, readers: readers))
        case .spectral:
            var modes = transform.forward(contrast)
            modes.multiply(by: greensFunction)
            return .modes(modes)
        }
    }

    /// Kicks the particles, `p += κ F(x)`, once for each coefficient, in order. Collective.
    ///
    /// - Parameter coefficients: κ [1/H0].
    /// - Throws: ``MomentumOverflow`` on all ranks.
    public func kick(
        _ particles: inout ParticleSet<Scalar>, by coefficients: [Double], with force: borrowing Force<Scalar>
    ) throws {
        switch force {
        case .potential(let potential):
            try particles.kick(coefficients, potential: potential.field, planes: potential.readers)
        case .modes(let modes):
            for axis in 0..<3 {
                let component = component(axis, of: modes)
                try particles.kick(coefficients, axis: axis, force: component)
            }
        }
    }

    /// Undoes kicks to the last bit, `p −= κ F(x)`, the last one first. Collective.
    ///
    /// - Parameters:
    ///   - coefficients: as they were given to ``kick(_:by:with:)``.
    ///   - force: at the same positions.
    public func kickBack(
        _ particles: inout ParticleSet<Scalar>, by coefficients: [Double], with force: borrowing Force<Scalar>
    ) throws {
        switch force {
        case .potential(let potential):
            try particles.kickBack(coefficients, potential: potential.field, planes: potential.readers)
        case .modes(let modes):
            for axis in 0..<3 {
                let component = component(axis, of: modes)
                try particles.kickBack(coefficients, axis: axis, force: component)
            }
        }
    }

    /// Undoes kicks and carries cotangents back through them and through the force itself: with `v = Σκ p̄`,
    ///
    ///     x̄ += Σ_c ∇W(x − c) (F(c)·v)            where a particle reads
    ///     φ̄ = ∇·V,  V(c) = Σ_i W(x_i − c) v_i    what it reads
    ///     δ̄ = ∇⁻² φ̄,  x̄ += Σ_c ∇W(x − c) δ̄(c)/n̄  the mass that all read
    ///
    /// Both discrete gradients are antisymmetric and every Green's function is symmetric, so that the same
    /// multipliers serve both ways. Collective.
    ///
    /// - Parameters:
    ///   - coefficients: as they were given to ``kick(_:by:with:)``.
    ///   - force: at the same positions; used up.
    ///   - cotangents: of the particles.
    /// - Returns: `κ̄ = Σ p̄·F`, the same for each of the kicks.
    /// - Throws: `NotFiniteError` on all ranks.
    public func kickAdjoint(
        _ particles: inout ParticleSet<Scalar>, by coefficients: [Double],
        with force: consuming Force<Scalar>,
        carrying cotangents: inout CotangentSet<Scalar>
    ) throws -> Double {
        switch consume force {
        case .potential(let potential):
            let cotangent = try particles.kickAdjoint(
                coefficients, potential: potential.field, planes: potential.readers, carrying: &cotangents)
            _ = consume potential  // its memory serves the transform
            let derivative = cotangent.coefficient
            var contrast = transform.filter(cotangent.takeField(), by: greensFunction, ghosts: .cloudInCell)
            contrast.fillGhosts()
            particles.depositAdjoint(contrast, carrying: &cotangents)
            return derivative
        case .modes(let modes):
            var derivative = 0.0
            var potential = FourierField<Scalar>.zero(decomposition, for: "potential cotangent")
            for axis in 0..<3 {
                let component = component(axis, of: modes)
                let cotangent = try particles.kickAdjoint(
                    coefficients, axis: axis, force: component, carrying: &cotangents)
                derivative += cotangent.coefficient
                var pulled = transform.forward(cotangent.takeField())
                pulled.multiply(by: spectralForce[axis].transpose)
                potential.add(pulled)
            }
            potential.multiply(by: greensFunction)
            var contrast = transform.inverse(potential, ghosts: .cloudInCell)
            contrast.fillGhosts()
            particles.depositAdjoint(contrast, carrying: &cotangents)
            return derivative
        }
    }

    /// One component of a force at the mesh points, with one upper ghost plane, filled. Collective.
    ///
    /// - Parameter axis: 0, 1 or 2.
    public func component(_ axis: Int, of force: borrowing Force<Scalar>) -> Field<Scalar> {
        switch force {
        case .potential(let potential): return difference(of: potential.field, along: axis)
        case .modes(let modes): return component(axis, of: modes)
        }
    }

    private func component(_ axis: Int, of modes: borrowing FourierField<Scalar>) -> Field<Scalar> {
        var component = transform.inverse(
            modes.multiplied(by: spectralForce[axis], for: "force"), ghosts: .cloudInCell)
        component.fillGhosts()
        return component
    }

    /// `−∂φ/∂x` by the four-point stencil.
    private func difference(of potential: borrowing Field<Scalar>, along axis: Int) -> Field<Scalar> {
        var result = Field<Scalar>(decomposition, ghosts: .cloudInCell, for: "force")
        let scale = Scalar(-1 / (12 * spacing))
        let depth = decomposition.shape.z
        for x in decomposition.x {
            for y in decomposition.y {
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
        result.fillGhosts()
        return result
    }
}
