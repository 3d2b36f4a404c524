internal import CKernels
public import Memory
public import Mesh
internal import Parallel

/// Where on the particle grid each particle of a set began: numbers of grid points go to the particles, and back.
///
/// It holds until particles move.
public struct LagrangianPlaces<Scalar: ParticleScalar>: ~Copyable {
    private let homecoming: Homecoming
    private let particleGrid: Decomposition

    init(of particles: borrowing ParticleSet<Scalar>, over particleGrid: Decomposition) {
        homecoming = Homecoming(of: particles.index, count: particles.count, over: particleGrid)
        self.particleGrid = particleGrid
    }

    /// The number of its grid point for each particle, in the order of the set. Collective.
    ///
    /// - Parameter field: on the particle grid, without ghosts.
    public func values(of field: borrowing Field<Scalar>) -> Buffer<Scalar> {
        precondition(field.ghosts == .none && field.decomposition.shape == particleGrid.shape)
        return homecoming.fetch(field.values, for: "values of particles")
    }

    /// The number of each particle at its grid point: the transpose. Collective.
    ///
    /// - Parameter values: in the order of the set; the array may be longer.
    public func field(of values: borrowing Buffer<Scalar>) -> Field<Scalar> {
        let field = Field<Scalar>(particleGrid, ghosts: .none, for: "values of particles")
        let arranged = homecoming.send(values, for: "values of particles")
        unsafe field.values.start.update(from: arranged.start, count: arranged.count)
        return field
    }
}

extension ParticleSet {
    /// Where on the particle grid each particle began. Collective.
    public func lagrangianPlaces(over particleGrid: Decomposition) -> LagrangianPlaces<Scalar> {
        LagrangianPlaces(of: self, over: particleGrid)
    }
}
