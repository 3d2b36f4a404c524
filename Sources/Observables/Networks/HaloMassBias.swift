internal import CKernels
internal import Kernels
internal import Memory
public import Mesh
public import Particles

/// The smoothed mass of haloes that two networks make of the density of matter.
///
///     M^R = S_R[sigmoid(w p) m],    S_R = exp(−R² Σ κ_a²/2)
///
/// in 10¹⁰ Msun/h per cell. Back, with c = S_R of the cotangent,
///
///     p̄ = c m w σ(wp)(1 − σ(wp)),    m̄ = c σ(wp)
///
/// go through the layers of each cell. The cotangents z̄ of the first layer's sums are exchanged with the neighbours, and a
/// feature f gathers them at the negated offsets,
///
///     f̄(x) = Σ_h Σ_o W_h,(f,o)/deviation z̄_h(x − o)
///
/// in a fixed order: no scatter, the same bits on any ranks. Layers are in double precision, fields in that of the run.
///
/// - Source: Modi, Feng & Seljak 2018, JCAP 10, 028.
public final class HaloMassBias<Scalar: ParticleScalar>: BiasModel {
    /// The networks.
    public let networks: HaloNetworks
    /// w: how sharply the first network decides.
    public var width = 1.0
    /// None: networks are trained beforehand.
    public var parameters: [OwnParameter] { [] }

    private let features: NeighbourFeatures<Scalar>
    private let window: SpectralMultiplier

    /// Networks on a mesh.
    ///
    /// - Precondition: the mesh's cells are those of the networks.
    public init(_ networks: HaloNetworks, on transform: FourierTransform<Scalar>) {
        self.networks = networks
        features = NeighbourFeatures(
            radii: (networks.radii.x, networks.radii.y), on: transform, cell: networks.cell)
        window = .mildGaussian(
            radius: networks.smoothing / networks.cell, shape: transform.decomposition.shape)
    }

    /// Takes w.
    public func look(through view: HaloView) { width = view.width }

    /// S_R of a field. Collective.
    public func smoothed(_ field: consuming Field<Scalar>) -> Field<Scalar> {
        features.transform.filter(field, by: window, ghosts: .none)
    }

    /// M, not smoothed. Collective.
    ///
    /// - Parameter density: ρ/ρ̄.
    public func mass(of density: borrowing Field<Scalar>) -> Field<Scalar> {
        let network = networks.mass
        return mass(of: density, network.outputMean, network.outputDeviation)
    }

    /// sigmoid(w p): how probably a cell has haloes. Collective.
    ///
    /// - Parameter density: ρ/ρ̄.
    public func probability(of density: borrowing Field<Scalar>) -> Field<Scalar> { mass(of: density, 1, 0) }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func mass(
        of density: borrowing Field<Scalar>, _ mean: Double, _ deviation: Double
    ) -> Field<Scalar> {
        let mesh = density.decomposition
        let fields = features.fields(of: density)
        let rows = RowPasses<Scalar>(networks, on: mesh)
        let result = Field<Scalar>(mesh, ghosts: .none, for: "halo mass")
        for x in mesh.x {
            for y in mesh.y {
                rows.forward(fields, x, y)
                rows.mass(width: width, mean, deviation)
                unsafe rows.store(0, to: result.values.start + result.offset(x: x, y: y, z: 0))
            }
        }
        return result
    }

    /// M^R. Collective.
    public func apply(to density: borrowing Cells<Scalar>, _ own: [Double]) -> Cells<Scalar> {
        .mesh(density.withMesh { smoothed(mass(of: $0)) })
    }

    /// See the formulas above. Collective.
    public func pullBack(
        _ cotangent: consuming Cells<Scalar>, at density: borrowing Cells<Scalar>, _ own: [Double]
    ) -> BiasCotangent<Scalar> {
        let masses = smoothed(cotangent.takeField())
        return BiasCotangent(
            density: .mesh(density.withMesh { pullBack(ofMass: masses, at: $0) }), parameters: [])
    }

    /// From cotangents of M to those of ρ. Collective.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func pullBack(
        ofMass masses: borrowing Field<Scalar>, at density: borrowing Field<Scalar>
    ) -> Field<Scalar> {
        let mesh = density.decomposition
        let fields = features.fields(of: density)
        let rows = RowPasses<Scalar>(networks, on: mesh)
        let hidden = (0..<networks.position.layers[0].outputs).map { _ in HiddenField<Scalar>(mesh) }
        let ownCotangents = InlineFields(
            Field<Scalar>(mesh, ghosts: .none, for: "feature cotangents"),
            Field<Scalar>(mesh, ghosts: .none, for: "feature cotangents"),
            Field<Scalar>(mesh, ghosts: .none, for: "feature cotangents"))
        for x in mesh.x {
            for y in mesh.y {
                rows.forward(fields, x, y)
                unsafe rows.backward(
                    width: width, from: masses.values.start + masses.offset(x: x, y: y, z: 0))
                for unit in hidden.indices {
                    unsafe rows.storeHidden(unit, to: hidden[unit].row(x, y))
                }
                for feature in 0..<3 {
                    unsafe rows.storeOwn(feature, to: ownCotangents.row(feature, x, y))
                }
            }
        }
        hidden.forEach { $0.field.fillGhosts() }
        for x in mesh.x {
            for y in mesh.y {
                unsafe rows.gather(hidden, at: x, y, addingTo: ownCotangents)
            }
        }
        return features.pullBack(ownCotangents)
    }
}

/// The cotangents of a unit of the first layer, with those of neighbours.
private final class HiddenField<Scalar: ParticleScalar> {
    var field: Field<Scalar>

    init(_ mesh: Decomposition) {
        field = Field(mesh, ghosts: .neighbours, for: "network cotangents")
    }

    @unsafe func row(_ x: Int, _ y: Int) -> UnsafeMutablePointer<Scalar> {
        unsafe field.values.start + field.offset(x: x, y: y, z: 0)
    }
}

/// Both networks on a row of cells.
private final class RowPasses<Scalar: ParticleScalar> {
    let row: Buffer<Double>
    private let position: NetworkPass
    private let mass: NetworkPass
    private let positionScaling: FeatureScaling
    private let massScaling: FeatureScaling
    private let scratch: Buffer<Double>
    private let networks: HaloNetworks
    private let rows: RowKernels
    private let kernels: NetworkKernels
    /// Weights of the first layer over deviations, `[unit][feature][offset]`.
    private let firstWeights: [Double]
    private let depth: Int
    private var stride: Int { position.stride }

    init(_ networks: HaloNetworks, on mesh: Decomposition) {
        let memory = mesh.grid.memory
        depth = mesh.shape.z
        self.networks = networks
        rows = Scalar.kernels(in: mesh.grid.kernels).rows
        kernels = mesh.grid.kernels.networks
        position = NetworkPass(of: networks.position, cells: depth, over: mesh.grid)
        mass = NetworkPass(of: networks.mass, cells: depth, over: mesh.grid)
        positionScaling = FeatureScaling(of: networks.position)
        massScaling = FeatureScaling(of: networks.mass)
        row = Buffer(count: 3 * position.stride, from: memory, for: "network")
        scratch = Buffer(count: 9 * (depth + 2), from: memory, for: "network")
        let layer = networks.position.layers[0]
        firstWeights = layer.weights.indices.map { index in
            layer.weights[index] / networks.position.inputDeviation[index % 81]
        }
    }

    func forward(_ fields: borrowing FeatureFields<Scalar>, _ x: Int, _ y: Int) {
        unsafe fields.gather(x, y, positionScaling, stride: stride, into: position.values(of: 0))
        unsafe fields.gatherOwn(x, y, massScaling, stride: stride, into: mass.values(of: 0))
        position.forward()
        mass.forward()
    }

    func mass(width: Double, _ mean: Double, _ deviation: Double) {
        unsafe kernels.haloMass(
            Int64(stride), palindrome_mass_rule(width: width, mean: mean, deviation: deviation),
            position.values(of: position.last), mass.values(of: mass.last), row.start)
    }

    /// From the cotangents of a row's masses to those of the first layer's sums and of the second network's inputs.
    @unsafe func backward(width: Double, from cotangents: UnsafeMutablePointer<Scalar>) {
        unsafe rows.standardised(
            .cells(depth, stride: stride), cotangents, 0, 1, row.start)
        unsafe position.cotangents(of: position.last).update(
            from: position.values(of: position.last), count: stride)
        unsafe mass.cotangents(of: mass.last).update(from: mass.values(of: mass.last), count: stride)
        unsafe kernels.haloMassAdjoint(
            Int64(stride),
            palindrome_mass_rule(
                width: width, mean: networks.mass.outputMean, deviation: networks.mass.outputDeviation),
            row.start, position.cotangents(of: position.last), mass.cotangents(of: mass.last))
        position.backward(to: 1)
        mass.backward(to: 0)
    }

    @unsafe func store(_ first: Int, to target: UnsafeMutablePointer<Scalar>) {
        unsafe rows.stored(
            .cells(depth, stride: stride), row.start + first * stride, target)
    }

    @unsafe func storeHidden(_ unit: Int, to target: UnsafeMutablePointer<Scalar>) {
        unsafe rows.stored(
            .cells(depth, stride: stride), position.cotangents(of: 1) + unit * stride, target)
    }

    @unsafe func storeOwn(_ feature: Int, to target: UnsafeMutablePointer<Scalar>) {
        let factor = massScaling.factors[feature]
        let values = unsafe mass.cotangents(of: 0) + feature * stride
        for z in 0..<depth { unsafe values[z] *= factor }
        unsafe rows.stored(.cells(depth, stride: stride), values, target)
    }

    @unsafe func gather(
        _ hidden: [HiddenField<Scalar>], at x: Int, _ y: Int, addingTo fields: borrowing InlineFields<Scalar>
    ) {
        let cells = palindrome_rows.cells(depth, stride: stride)
        for feature in 0..<3 {
            unsafe rows.standardised(
                cells, fields.row(feature, x, y), 0, 1, row.start + feature * stride)
        }
        unsafe firstWeights.withUnsafeBufferPointer { weights in
            for (unit, field) in hidden.enumerated() {
                let around: [UnsafeRawPointer?] = unsafe (0..<9).map { place in
                    unsafe UnsafeRawPointer(field.row(x + 1 - place / 3, y + 1 - place % 3))
                }
                unsafe rows.neighboursTranspose(
                    cells, around, palindrome_taps(features: 3, weights: weights.baseAddress! + 81 * unit),
                    scratch.start, row.start)
            }
        }
        for feature in 0..<3 { unsafe store(feature, to: fields.row(feature, x, y)) }
    }
}
