public import Dynamics
public import Mesh
public import Parallel
public import Particles

/// What another observable predicts on a mesh, averaged over blocks of f³ cells: an observation coarser than gravity.
///
///     ρ_C = f⁻³ Σ_{c ∈ C} ρ_c,    back    ρ̄_c = ρ̄_C / f³
///
/// The block C holds the points `f C … f C + f − 1` along each axis, so that its middle is at `f C + (f − 1)/2` cells. Sums
/// over a block are made by who owns it, in double precision and in one order, of what was fetched from others: the same bits
/// on any number of ranks.
public final class CellMeans<Scalar: ParticleScalar>: Observable {
    /// The blocks.
    public let grid: CellGrid<Scalar>
    /// What is averaged.
    public let observable: any Observable<Scalar>
    /// As that of what is averaged.
    public var isInUnitsOfItsMean: Bool { observable.isInUnitsOfItsMean }
    /// Those of what is averaged.
    public var parameters: [OwnParameter] { observable.parameters }
    /// Those of what is averaged.
    public var slopes: [Double] { observable.slopes }

    private let factor: Int
    private let coarse: Decomposition
    private let fine: Decomposition
    private let blocks: WindowFetch
    private let owners: WindowFetch

    /// Means of an observable. Collective.
    ///
    /// - Parameters:
    ///   - observable: on a mesh whose sides f divides.
    ///   - factor: f.
    /// - Throws: `UsageError` on all ranks when there are more ranks along an axis than blocks.
    public init(of observable: any Observable<Scalar>, over factor: Int) throws(UsageError) {
        guard case .mesh(let transform, let cell) = observable.grid else {
            preconditionFailure("means of what is not on a mesh")
        }
        let fine = transform.decomposition
        precondition(factor > 0 && fine.shape % SIMD3(repeating: factor) == .zero)
        let ranks = fine.grid.shape
        coarse = try Decomposition(
            shape: fine.shape / SIMD3(repeating: factor), over: fine.grid, planes: 1)
        self.fine = fine
        self.factor = factor
        self.observable = observable
        blocks = WindowFetch(
            fine,
            Windows(of: coarse.shape, on: ranks) { $0.lowerBound * factor..<$0.upperBound * factor })
        owners = WindowFetch(
            coarse,
            Windows(of: fine.shape, on: ranks) {
                $0.lowerBound / factor..<($0.upperBound - 1) / factor + 1
            })
        grid = .mesh(FourierTransform(coarse), cell: cell * Double(factor))
    }

    /// Hands the universe on. Collective.
    public func begin(
        at noise: borrowing Field<Scalar>, in model: ForwardModel<Scalar>, _ own: [Double]
    ) throws {
        try observable.begin(at: noise, in: model, own)
    }

    /// The means. Collective.
    ///
    /// - Throws: what the observable throws.
    public func predict(_ particles: inout ParticleSet<Scalar>, at moment: Moment) throws -> Cells<Scalar> {
        .mesh(means(of: try observable.predict(&particles, at: moment).takeField()))
    }

    /// Predicts and carries back as the observable does. Collective.
    public func observe(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>,
        judge: (consuming Cells<Scalar>) throws -> Cells<Scalar>
    ) throws {
        try observable.observe(&particles, at: moment, addingTo: &adjoint) { prediction in
            .mesh(shares(of: try judge(.mesh(means(of: prediction.takeField()))).takeField()))
        }
    }

    /// Each cell's share of its block's cotangent, and on. Collective.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, to particles: inout ParticleSet<Scalar>, at moment: Moment,
        addingTo adjoint: inout AdjointState<Scalar>
    ) throws {
        try observable.pullBack(
            .mesh(shares(of: cotangent.takeField())), to: &particles, at: moment, addingTo: &adjoint)
    }

    /// `f⁻³ Σ_{c ∈ C} ρ_c`, without ghosts. Collective.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func means(of field: consuming Field<Scalar>) -> Field<Scalar> {
        let window = blocks.fetch(field)
        var means = Field<Scalar>(coarse, ghosts: .none, for: "observation")
        let (factor, count) = (factor, Double(factor * factor * factor))
        means.mapPoints { x, y, z, _ in
            var sum = 0.0
            for i in factor * x..<factor * (x + 1) {
                for j in factor * y..<factor * (y + 1) {
                    for k in factor * z..<factor * (z + 1) { sum += Double(window[i, j, k]) }
                }
            }
            return Scalar(sum / count)
        }
        return means
    }

    /// `ρ̄_C / f³` at each cell of C, without ghosts: the transpose. Collective.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func shares(of field: consuming Field<Scalar>) -> Field<Scalar> {
        let window = owners.fetch(field)
        var shares = Field<Scalar>(fine, ghosts: .none, for: "observation")
        let (factor, count) = (factor, Double(factor * factor * factor))
        shares.mapPoints { x, y, z, _ in
            Scalar(Double(window[x / factor, y / factor, z / factor]) / count)
        }
        return shares
    }
}
