public import Mesh
internal import Parallel

/// How Gaussian white noise is: a unit normal has 0, 1, 0 and 0.
public struct NoiseStatistics: Sendable, Equatable {
    /// ⟨s⟩.
    public let mean: Double
    /// ⟨(s − ⟨s⟩)²⟩.
    public let variance: Double
    /// ⟨(s − ⟨s⟩)³⟩ / variance^(3/2); its error for N unit normals is √(6/N).
    public let skewness: Double
    /// ⟨(s − ⟨s⟩)⁴⟩ / variance² − 3; its error for N unit normals is √(24/N).
    public let excessKurtosis: Double

    /// Measures a field. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    public init<Scalar: FourierScalar>(of noise: borrowing Field<Scalar>) throws {
        let world = noise.decomposition.grid.world
        let values = noise.values.span
        let count = Double(noise.decomposition.pointCount)
        let mean = try world.exactSum(count: values.count, of: "the noise") { Double(values[$0]) } / count
        func moment(_ power: Int) throws -> Double {
            try world.exactSum(count: values.count, of: "the noise") { index in
                let deviation = Double(values[index]) - mean
                return (1..<power).reduce(deviation) { product, _ in product * deviation }
            } / count
        }
        let variance = try moment(2)
        self.mean = mean
        self.variance = variance
        skewness = try moment(3) / (variance * variance.squareRoot())
        excessKurtosis = try moment(4) / (variance * variance) - 3
    }
}
