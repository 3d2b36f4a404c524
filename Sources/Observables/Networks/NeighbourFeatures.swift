internal import CKernels
internal import Glibc
internal import Kernels
public import Mesh
public import Particles

/// Three fields of a density that the networks of haloes look at, on each cell and its 26 neighbours.
///
///     d = C⁻¹[ρ/ρ̄ − 1],    d_R1 = S_R1 d,    d_R1 − d_R2
///     C⁻¹ = Π sinc⁻²(k_a h/2),    S_R = exp(−R² Σ κ_a²/2),    κ = (2/h) sin(k h/2)
///
/// C takes the window of cloud-in-cell off; S_R is a Gaussian that stays isotropic up to the mesh's own waves. All are
/// linear in ρ and their own transposes.
///
/// - Source: Modi, Feng & Seljak 2018, JCAP 10, 028, §2.2.
public final class NeighbourFeatures<Scalar: ParticleScalar> {
    /// Of the mesh.
    let transform: FourierTransform<Scalar>
    private let narrow: SpectralMultiplier
    private let wide: SpectralMultiplier
    private let sharp: SpectralMultiplier

    /// Features of a mesh.
    ///
    /// - Parameters:
    ///   - radii: R1 and R2 [Mpc/h].
    ///   - transform: on the mesh.
    ///   - cell: h [Mpc/h].
    public init(radii: (Double, Double), on transform: FourierTransform<Scalar>, cell: Double) {
        self.transform = transform
        let shape = transform.decomposition.shape
        sharp = .sharpened(over: 0, cell, shape)
        narrow = .sharpened(over: radii.0, cell, shape)
        wide = .sharpened(over: radii.1, cell, shape)
    }

    /// The three fields with a ghost plane on all sides. Collective.
    ///
    /// - Parameter density: ρ/ρ̄.
    public func fields(of density: borrowing Field<Scalar>) -> FeatureFields<Scalar> {
        var contrast = density.copy(for: "features")
        contrast.shift(by: -1)
        let modes = transform.forward(contrast)
        let first = field(modes.multiplied(by: sharp, for: "features"))
        let second = field(modes.multiplied(by: narrow, for: "features"))
        var third = field(modes.multiplied(by: wide, for: "features"))
        third.subtract(from: second)
        return FeatureFields(InlineFields(first, second, third))
    }

    private func field(_ modes: consuming FourierField<Scalar>) -> Field<Scalar> {
        var field = transform.inverse(modes, ghosts: .neighbours)
        field.fillGhosts()
        return field
    }

    /// From cotangents of the fields to that of the density. Collective.
    func pullBack(_ cotangents: consuming InlineFields<Scalar>) -> Field<Scalar> {
        // C⁻¹[c₀ + S_R1(c₁ + c₂) − S_R2 c₂]
        cotangents.second.add(cotangents.third)
        cotangents.third.negate()
        var modes = transform.forward(cotangents.first)
        modes.multiply(by: sharp)
        var others = transform.forward(cotangents.second)
        others.multiply(by: narrow)
        modes.add(others)
        others = transform.forward(cotangents.third)
        others.multiply(by: wide)
        modes.add(others)
        return transform.inverse(modes, ghosts: .none)
    }
}

/// Three fields of one mesh.
struct InlineFields<Scalar: ParticleScalar>: ~Copyable {
    var first, second, third: Field<Scalar>

    init(
        _ first: consuming Field<Scalar>, _ second: consuming Field<Scalar>, _ third: consuming Field<Scalar>
    ) {
        self.first = first
        self.second = second
        self.third = third
    }

    /// The address of a row of one of them, in the owned block or the ghost planes around it.
    @unsafe func row(_ feature: Int, _ x: Int, _ y: Int) -> UnsafeMutablePointer<Scalar> {
        switch feature {
        case 0: unsafe first.values.start + first.offset(x: x, y: y, z: 0)
        case 1: unsafe second.values.start + second.offset(x: x, y: y, z: 0)
        default: unsafe third.values.start + third.offset(x: x, y: y, z: 0)
        }
    }
}

/// The three fields of a density, with the ghost planes of neighbours.
public struct FeatureFields<Scalar: ParticleScalar>: ~Copyable {
    let fields: InlineFields<Scalar>
    private let kernels: RowKernels

    init(_ fields: consuming InlineFields<Scalar>) {
        kernels = Scalar.kernels(in: fields.first.decomposition.grid.kernels).rows
        self.fields = fields
    }

    /// A feature of a cell.
    public func value(_ feature: Int, _ x: Int, _ y: Int, _ z: Int) -> Double {
        let depth = fields.first.decomposition.shape.z
        return Double(unsafe fields.row(feature, x, y)[(z + depth) % depth])
    }

    /// Puts the 81 numbers of one cell, or its own 3, into place, standardised: as many as a network has inputs.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    @unsafe public func gather(
        at cell: SIMD3<Int>, _ scaling: FeatureScaling, stride: Int, into out: UnsafeMutablePointer<Double>
    ) {
        let depth = fields.first.decomposition.shape.z
        guard scaling.means.count == 81 else {
            for feature in 0..<3 {
                let value = Double(unsafe fields.row(feature, cell.x, cell.y)[cell.z])
                unsafe out[feature * stride] = (value - scaling.means[feature]) * scaling.factors[feature]
            }
            return
        }
        let below = cell.z == 0 ? depth - 1 : cell.z - 1
        let above = cell.z + 1 == depth ? 0 : cell.z + 1
        var input = 0
        for feature in 0..<3 {
            for place in 0..<9 {
                let row = unsafe fields.row(feature, cell.x + place / 3 - 1, cell.y + place % 3 - 1)
                for step in 0..<3 {
                    let z = step == 0 ? below : step == 1 ? cell.z : above
                    unsafe out[input * stride] =
                        (Double(row[z]) - scaling.means[input]) * scaling.factors[input]
                    input += 1
                }
            }
        }
    }

    /// Puts the 81 numbers of each cell of a row into place, standardised.
    @unsafe func gather(
        _ x: Int, _ y: Int, _ scaling: FeatureScaling, stride: Int, into out: UnsafeMutablePointer<Double>
    ) {
        let depth = fields.first.decomposition.shape.z
        for feature in 0..<3 {
            let rows: [UnsafeRawPointer?] = unsafe (0..<9).map { place in
                unsafe UnsafeRawPointer(fields.row(feature, x + place / 3 - 1, y + place % 3 - 1))
            }
            unsafe scaling.withTables(of: feature) { means, factors in
                unsafe kernels.neighbours(
                    .cells(depth, stride: stride), rows, means, factors,
                    out + 27 * feature * stride)
            }
        }
    }

    /// Puts the three numbers of each cell of a row into place, standardised.
    @unsafe func gatherOwn(
        _ x: Int, _ y: Int, _ scaling: FeatureScaling, stride: Int, into out: UnsafeMutablePointer<Double>
    ) {
        let depth = fields.first.decomposition.shape.z
        for feature in 0..<3 {
            unsafe kernels.standardised(
                .cells(depth, stride: stride), fields.row(feature, x, y),
                scaling.means[feature], scaling.factors[feature], out + feature * stride)
        }
    }
}

/// Means and inverse deviations of a network's inputs.
public struct FeatureScaling: Sendable {
    let means: [Double]
    let factors: [Double]

    /// Of a network.
    public init(of network: DenseNetwork) {
        means = network.inputMean
        factors = network.inputDeviation.map { 1 / $0 }
    }

    @unsafe func withTables(
        of feature: Int, _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Void
    ) {
        unsafe means.withUnsafeBufferPointer { means in
            unsafe factors.withUnsafeBufferPointer { factors in
                unsafe body(
                    means.baseAddress! + 27 * feature, factors.baseAddress! + 27 * feature)
            }
        }
    }
}

extension palindrome_rows {
    /// Rows of some cells of a field.
    static func cells(_ length: Int, stride: Int) -> Self {
        Self(length: Int64(length), stride: Int64(stride))
    }
}

extension GhostWidth {
    /// A plane on all sides.
    static let neighbours = GhostWidth(lower: 1, upper: 1)
}

extension Field where Element: ParticleScalar {
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    fileprivate mutating func shift(by step: Element) {
        var values = values.mutableSpan
        for index in values.indices { values[index] += step }
    }

    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    fileprivate mutating func subtract(from other: borrowing Field) {
        let others = other.values.span
        var values = values.mutableSpan
        for index in values.indices { values[index] = others[index] - values[index] }
    }

    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    fileprivate mutating func add(_ other: borrowing Field) {
        let others = other.values.span
        var values = values.mutableSpan
        for index in values.indices { values[index] += others[index] }
    }

    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    fileprivate mutating func negate() {
        var values = values.mutableSpan
        for index in values.indices { values[index] = -values[index] }
    }
}

extension SpectralMultiplier {
    /// `Π sinc⁻²(k_a h/2) exp(−R² κ_a²/2)`, κ = (2/h) sin(k h/2).
    fileprivate static func sharpened(over radius: Double, _ cell: Double, _ shape: SIMD3<Int>)
        -> SpectralMultiplier
    {
        tables(shape) { phase in
            let window = sinc(phase / 2)
            return mildGaussian(phase, radius / cell) / (window * window)
        }
    }

    /// `exp(−R² Σ κ_a²/2)`, κ = (2/h) sin(k h/2).
    ///
    /// - Parameter radius: R, in mesh cells.
    public static func mildGaussian(radius: Double, shape: SIMD3<Int>) -> SpectralMultiplier {
        tables(shape) { mildGaussian($0, radius) }
    }

    private static func mildGaussian(_ phase: Double, _ radius: Double) -> Double {
        let wave = 2 * sin(phase / 2) * radius
        return exp(-wave * wave / 2)
    }

    private static func tables(_ shape: SIMD3<Int>, _ factor: (Double) -> Double) -> SpectralMultiplier {
        let tables = (0..<3).map { Wavenumbers(along: $0, of: shape).phases.map(factor) }
        return SpectralMultiplier(factors: .init(x: tables[0], y: tables[1], z: tables[2]))
    }
}
