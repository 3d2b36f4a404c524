public import Dynamics
public import Mesh
internal import Observables
internal import Particles

extension JointLikelihood {
    /// Where the data have seen anything: 1 at points of the particle grid that lie in cells whose weight or selection is not 0
    /// in some objective, 0 elsewhere, without ghosts. Collective.
    ///
    /// A point of the noise stands for the place at which its matter began, some Mpc/h from where that is seen.
    ///
    /// - Parameter model: whose particle grid it is.
    /// - Returns: nil where an objective sees all of the box, or has no cells of a mesh.
    public func seenPoints(of model: ForwardModel<Scalar>) -> Field<Scalar>? {
        let (grid, mesh) = (model.particleGrid, model.mesh.shape.x)
        var seen = Field<Scalar>(grid, ghosts: .none, for: "observation")
        seen.fill(with: 0)
        for objective in objectives {
            guard let comparison = objective as? Comparison<Scalar>,
                case .mesh = comparison.observable.grid,
                let weights = comparison.likelihood.copyOfWeights()
            else { return nil }
            let field = weights.takeField()
            let cells = field.decomposition.shape.x
            // Cell C reaches from (f C − ½) to (f C + f − ½) spacings of the force mesh.
            func cell(_ point: Int) -> Int {
                (2 * point * mesh + grid.shape.x) * cells / (2 * grid.shape.x * mesh)
            }
            let fetch = WindowFetch(
                field.decomposition,
                Windows(of: grid.shape, on: grid.grid.shape) {
                    cell($0.lowerBound)..<cell($0.upperBound - 1) + 1
                })
            let window = fetch.fetch(field)
            seen.mapPoints { x, y, z, value in
                window[cell(x), cell(y), cell(z)] > 0 ? 1 : value
            }
        }
        return seen
    }
}
