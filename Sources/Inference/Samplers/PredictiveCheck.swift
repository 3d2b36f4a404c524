internal import Measurement
internal import Mesh
public import Observables
internal import Parallel
public import Particles

/// What the particles of one draw of a chain predict, beside what was observed: data drawn of it, their histogram and
/// power spectrum, and χ² of both about the prediction.
///
/// Over the draws of a chain that describes the data, the observed numbers lie among the predicted ones.
///
/// - Source: Gelman, Meng & Stern 1996.
public struct PredictiveCheck: Sendable, Equatable {
    /// Data as a check sees them.
    public struct Summary: Sendable, Equatable {
        /// Cells that count in each bin of ``PredictiveCheck/edges``; the last bins at both ends take what lies beyond.
        public let histogram: [Int]
        /// P(k) of the data [their square (Mpc/h)³], 0 where the weight is 0; empty of pixels.
        public let powers: [Double]
        /// χ² about the prediction.
        public let chiSquared: Double
    }

    /// The lower edges of the bins.
    public let edges: [Double]
    /// Mean |k| of each shell [h/Mpc]; empty of pixels.
    public let wavenumbers: [Double]
    /// Of what was observed.
    public let observed: Summary
    /// Of what was drawn.
    public let drawn: Summary
}

extension Comparison {
    /// Holds what particles predict against the data; nil where no data can be drawn of the likelihood. Collective.
    ///
    /// - Parameters:
    ///   - particles: at the moment; brought back to the last bit.
    ///   - moment: time and cosmology.
    ///   - own: the values of ``parameters``.
    ///   - seed: of the random numbers.
    /// - Throws: the same error on all ranks.
    public func predictiveCheck(
        _ particles: inout ParticleSet<Scalar>, at moment: Moment, _ own: [Double], seed: UInt64
    ) throws -> PredictiveCheck? {
        guard let likelihood = likelihood as? any DrawnLikelihood<Scalar> else { return nil }
        let prediction = try biased(observable.predict(&particles, at: moment), own)
        let ofLikelihood = split(own).likelihood
        let observed = likelihood.copyOfData()
        let drawn = try likelihood.draw(of: prediction.copy(), ofLikelihood, seed: seed)
        let edges = try Self.edges(of: observed, areCounts: likelihood.areCounts, counting: cellCount)
        func summary(_ data: borrowing Cells<Scalar>) throws -> (PredictiveCheck.Summary, [Double]) {
            var seen = data.copy()
            if let weights = likelihood.copyOfWeights() { seen.combine(weights) { $1 > 0 ? $0 : .nan } }
            let spectrum = try spectrum(of: data)
            return (
                PredictiveCheck.Summary(
                    histogram: seen.histogram(edges), powers: spectrum?.powers ?? [],
                    chiSquared: try likelihood.chiSquared(
                        of: data, about: prediction.copy(), ofLikelihood)),
                spectrum?.wavenumbers ?? []
            )
        }
        let (ofObserved, wavenumbers) = try summary(observed)
        return PredictiveCheck(
            edges: edges, wavenumbers: wavenumbers, observed: ofObserved, drawn: try summary(drawn).0)
    }

    private static var mostBins: Int { 24 }

    /// Whole numbers from 0 on, in groups if there are many; of other data steps of a quarter of their deviation.
    private static func edges(
        of data: borrowing Cells<Scalar>, areCounts: Bool, counting cells: Int
    ) throws -> [Double] {
        let count = Double(cells)
        let mean = try data.sum(of: "data") { $0 } / count
        let square = try data.sum(of: "data") { $0 * $0 } / count
        let deviation = max(0, square - mean * mean).squareRoot()
        guard areCounts else {
            let width = deviation > 0 ? deviation / 4 : 1
            return (0..<mostBins).map { mean + width * Double($0 - mostBins / 2) }
        }
        let group = max(1, ((mean + 6 * deviation) / Double(mostBins)).rounded(.up))
        return (0..<mostBins).map { group * Double($0) }
    }

    private func spectrum(of data: borrowing Cells<Scalar>) throws -> PowerSpectrum? {
        guard case .mesh(let transform, let cell) = observable.grid else { return nil }
        return try data.withMesh { field in
            try PowerSpectrum(
                of: transform.forward(keeping: field), box: cell * SIMD3<Double>(field.decomposition.shape))
        }
    }
}

extension Cells {
    /// How many numbers lie from each edge to the next. Collective.
    ///
    /// - Parameter edges: ascending.
    fileprivate func histogram(_ edges: [Double]) -> [Int] {
        func bin(_ value: Double) -> Int? {
            guard !value.isNaN else { return nil }
            return max(0, (edges.firstIndex { $0 > value } ?? edges.count) - 1)
        }
        var counts = edges.map { _ in 0 }
        switch self {
        case .mesh(let field):
            let values = field.values.span
            for index in values.indices {
                if let bin = bin(Double(values[index])) { counts[bin] += 1 }
            }
            return field.decomposition.grid.world.sum(counts)
        case .plane(let pixels):
            for pixel in pixels { if let bin = bin(pixel) { counts[bin] += 1 } }
            return counts
        }
    }
}
