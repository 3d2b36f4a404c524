/// Two networks that make the mass of haloes in a cell from the density of matter around it.
///
///     M = sigmoid(w p(81 numbers)) · m(3 numbers)
///
/// p says where haloes are: it sees the ``NeighbourFeatures`` of the cell and its 26 neighbours; m says how heavy they
/// are there.
///
/// - Source: Modi, Feng & Seljak 2018, JCAP 10, 028, §2.3.
public struct HaloNetworks: Sendable, Equatable, Codable {
    /// p, of 81 inputs.
    public var position: DenseNetwork
    /// m, of 3 inputs [10¹⁰ Msun/h per cell].
    public var mass: DenseNetwork
    /// R1 and R2 of the features [Mpc/h].
    public var radii: SIMD2<Double>
    /// R of the Gaussian that masses are smoothed with before they are compared [Mpc/h].
    public var smoothing: Double
    /// Side of a mesh cell [Mpc/h].
    public var cell: Double
    /// Mesh points per particle along a side.
    public var meshFactor: Double
    /// a.
    public var scaleFactor: Double
    /// Haloes per volume [(h/Mpc)³].
    public var numberDensity: Double
    /// What is wrong with the masses that they give, for each way of looking at them.
    public var residuals: [HaloResidual] = []

    /// The shapes that are known here: 81 → … → 1 and 3 → … → 1.
    ///
    /// - Precondition: networks of 81 and 3 inputs.
    public init(
        position: DenseNetwork, mass: DenseNetwork, radii: SIMD2<Double> = [3, 3.6], smoothing: Double = 3,
        cell: Double, meshFactor: Double, scaleFactor: Double, numberDensity: Double
    ) {
        precondition(position.inputs == 81 && mass.inputs == 3)
        self.position = position
        self.mass = mass
        self.radii = radii
        self.smoothing = smoothing
        self.cell = cell
        self.meshFactor = meshFactor
        self.scaleFactor = scaleFactor
        self.numberDensity = numberDensity
    }
}

/// The statistics of Δ = ln(M_data + M0) − ln(M_model + M0), masses smoothed and not below 0.
public struct HaloResidual: Sendable, Equatable, Codable {
    /// M0 [Msun/h].
    public var softening: Double
    /// w.
    public var width: Double
    /// Edges between bins of the smoothed mass of the data [10¹⁰ Msun/h per cell], ascending.
    public var edges: [Double]
    /// ⟨Δ⟩ in each bin, one more than edges.
    public var mean: [Double]
    /// The standard deviation of Δ in each bin.
    public var sigma: [Double]
    /// Wavenumbers of the shells [h/Mpc], ascending.
    public var wavenumbers: [Double]
    /// Power of (Δ − mean)/sigma in them, 1 for independent unit normals in each cell.
    public var powers: [Double]

    /// Statistics.
    public init(
        softening: Double, width: Double, edges: [Double], mean: [Double], sigma: [Double],
        wavenumbers: [Double], powers: [Double]
    ) {
        precondition(mean.count == edges.count + 1 && sigma.count == mean.count)
        precondition(!wavenumbers.isEmpty && wavenumbers.count == powers.count)
        self.softening = softening
        self.width = width
        self.edges = edges
        self.mean = mean
        self.sigma = sigma
        self.wavenumbers = wavenumbers
        self.powers = powers
    }

    /// The bin of a mass: how many edges are not above it.
    public func bin(of mass: Double) -> Int { edges.count { $0 <= mass } }

    /// The power at a wavenumber, linear between shells and constant beyond them.
    public func power(at wavenumber: Double) -> Double {
        guard let above = wavenumbers.firstIndex(where: { $0 >= wavenumber }) else { return powers.last! }
        guard above > 0 else { return powers[0] }
        let share =
            (wavenumber - wavenumbers[above - 1]) / (wavenumbers[above] - wavenumbers[above - 1])
        return powers[above - 1] + share * (powers[above] - powers[above - 1])
    }
}
