public import Particles

/// How the density of matter makes that of what is counted, cell by cell or around each, with parameters of its own.
///
/// To add one: a type with these members, and one line where names become types. See ``PowerLawBias``.
public protocol BiasModel<Scalar>: AnyObject {
    /// The precision.
    associatedtype Scalar: ParticleScalar

    /// The names of its parameters and where they start, in the order of the numbers below.
    var parameters: [OwnParameter] { get }

    /// B(ρ). Collective.
    ///
    /// - Parameters:
    ///   - density: ρ/ρ̄ of each cell.
    ///   - own: the parameters.
    func apply(to density: borrowing Cells<Scalar>, _ own: [Double]) throws -> Cells<Scalar>

    /// Carries derivatives back through ``apply(to:_:)``. Collective.
    ///
    /// - Parameters:
    ///   - cotangent: ∂L/∂B of each cell.
    ///   - density: as it was given.
    ///   - own: the parameters.
    /// - Returns: ∂L/∂ρ of each cell and ∂L/∂(parameter) of each parameter, the same bits on all ranks.
    func pullBack(
        _ cotangent: consuming Cells<Scalar>, at density: borrowing Cells<Scalar>, _ own: [Double]
    ) throws -> BiasCotangent<Scalar>

    /// From now on haloes are made in another way, if it makes any.
    func look(through view: HaloView)
}

extension BiasModel {
    /// It makes no haloes.
    public func look(through view: HaloView) {}
}

/// What a bias model sends back.
public struct BiasCotangent<Scalar: ParticleScalar>: ~Copyable {
    /// ∂L/∂(parameter), in their order.
    public let parameters: [Double]
    private let density: Cells<Scalar>

    /// Derivatives by density and parameters.
    public init(density: consuming Cells<Scalar>, parameters: [Double]) {
        self.parameters = parameters
        self.density = density
    }

    /// Takes ∂L/∂ρ out.
    public consuming func takeDensity() -> Cells<Scalar> { density }
}
