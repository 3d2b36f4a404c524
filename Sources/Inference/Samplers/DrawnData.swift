internal import Glibc
internal import InitialConditions
internal import Mesh
public import Observables
internal import Particles

/// A likelihood from which data can be drawn: what would have been observed, were a prediction true.
///
/// With it what chains predict is held against the data (posterior predictive checks), and mock data are made. A
/// likelihood without this is left out of such checks.
///
/// - Source: Gelman, Meng & Stern 1996.
public protocol DrawnLikelihood<Scalar>: Likelihood {
    /// Whether data are whole numbers.
    var areCounts: Bool { get }

    /// Data of a prediction, the same on any ranks; 0 where the weight is 0. Collective.
    ///
    /// - Parameters:
    ///   - prediction: on the cells of the data; used up.
    ///   - own: the values of ``Likelihood/parameters``.
    ///   - seed: of the random numbers.
    /// - Throws: `NotFiniteError` on all ranks.
    func draw(of prediction: consuming Cells<Scalar>, _ own: [Double], seed: UInt64) throws -> Cells<Scalar>

    /// `χ² = Σ (d − ⟨d⟩)²/var(d)` of some data about a prediction, over the cells that count. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    func chiSquared(
        of data: borrowing Cells<Scalar>, about prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Double
}

extension DrawnLikelihood {
    /// `λ = S B`, the expected counts of a prediction B.
    func mean(of prediction: consuming Cells<Scalar>) -> Cells<Scalar> {
        if let selection = copyOfWeights() { prediction.combine(selection) { $0 * $1 } }
        return prediction
    }

    /// Data of a prediction with its own parameters where they start. Collective.
    public func draw(of prediction: consuming Cells<Scalar>, seed: UInt64) throws -> Cells<Scalar> {
        try draw(of: prediction, parameters.map(\.value), seed: seed)
    }
}

extension PoissonLikelihood: DrawnLikelihood {
    /// They are.
    public var areCounts: Bool { true }

    /// Poisson variates of `λ = S B`.
    public func draw(
        of prediction: consuming Cells<Scalar>, _ own: [Double], seed: UInt64
    ) -> Cells<Scalar> {
        var data = mean(of: prediction)
        data.mapCells { PoissonVariate.draw(mean: $1, seed: seed, element: $0) }
        return data
    }

    /// `Σ (N − λ)²/λ`.
    public func chiSquared(
        of data: borrowing Cells<Scalar>, about prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Double {
        try mean(of: prediction).sum(with: data, of: "a predictive check") { mean, count in
            mean > 0 ? (count - mean) * (count - mean) / mean : 0
        }
    }
}

extension NegativeBinomialLikelihood: DrawnLikelihood {
    /// They are.
    public var areCounts: Bool { true }

    /// Poisson variates whose means are λ times gamma variates of shape r and mean 1.
    public func draw(
        of prediction: consuming Cells<Scalar>, _ own: [Double], seed: UInt64
    ) -> Cells<Scalar> {
        let shape = own[0]
        var data = mean(of: prediction)
        data.mapCells { cell, mean in
            guard mean > 0 else { return 0 }
            let factor = GammaVariate.draw(shape: shape, seed: seed, element: cell) / shape
            return PoissonVariate.draw(mean: mean * factor, seed: seed, element: cell)
        }
        return data
    }

    /// `Σ (N − λ)²/(λ + λ²/r)`.
    public func chiSquared(
        of data: borrowing Cells<Scalar>, about prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Double {
        let shape = own[0]
        return try mean(of: prediction).sum(with: data, of: "a predictive check") { mean, count in
            mean > 0 ? (count - mean) * (count - mean) / (mean * (1 + mean / shape)) : 0
        }
    }
}

extension GaussianLikelihood: DrawnLikelihood {
    /// They are not.
    public var areCounts: Bool { false }

    /// `ρ + n σ/√w` with unit normals n, whatever the smoothing.
    public func draw(
        of prediction: consuming Cells<Scalar>, _ own: [Double], seed: UInt64
    ) -> Cells<Scalar> {
        let sigma = own.first ?? self.sigma
        var errors = prediction.copy()
        errors.mapCells { cell, _ in RandomBits.normals(seed: seed, from: UInt64(cell), count: 1)[0] }
        guard let weights = copyOfWeights() else {
            prediction.combine(errors) { $0 + sigma * $1 }
            return prediction
        }
        errors.combine(weights) { $1 > 0 ? $0 / $1.squareRoot() : 0 }
        prediction.combine(weights) { $1 > 0 ? $0 : 0 }
        prediction.combine(errors) { $0 + sigma * $1 }
        return prediction
    }

    /// `Σ w (d − ρ)²/σ²`.
    public func chiSquared(
        of data: borrowing Cells<Scalar>, about prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Double {
        let sigma = own.first ?? self.sigma
        prediction.combine(data) { $1 - $0 }
        if let weights = copyOfWeights() { prediction.combine(weights) { $0 * $1.squareRoot() } }
        return try prediction.sum(of: "a predictive check") { $0 * $0 } / (sigma * sigma)
    }
}

extension LogNormalLikelihood: DrawnLikelihood {
    /// They are not.
    public var areCounts: Bool { false }

    /// `(ρ + ρ₀) e^(n σ/√w) − ρ₀` with unit normals n, whatever the smoothing.
    public func draw(
        of prediction: consuming Cells<Scalar>, _ own: [Double], seed: UInt64
    ) -> Cells<Scalar> {
        prediction.map { log($0 + floor) }
        var data = gaussian.draw(of: prediction, own, seed: seed)
        data.map { exp($0) - floor }
        if let weights = copyOfWeights() { data.combine(weights) { $1 > 0 ? $0 : 0 } }
        return data
    }

    /// `Σ w (y_d − y)²/σ²`, of the logarithms.
    public func chiSquared(
        of data: borrowing Cells<Scalar>, about prediction: consuming Cells<Scalar>, _ own: [Double]
    ) throws -> Double {
        prediction.map { log($0 + floor) }
        var logarithms = data.copy()
        logarithms.map { log(max($0 + floor, .leastNormalMagnitude)) }
        return try gaussian.chiSquared(of: logarithms, about: prediction, own)
    }
}

extension Cells {
    /// Replaces each number by a function of its cell's place in the whole, row by row, and of it.
    mutating func mapCells(_ body: (_ cell: Int, Double) -> Double) {
        switch consume self {
        case .mesh(var field):
            let shape = field.decomposition.shape
            field.mapPoints { x, y, z, value in
                Scalar(body((x * shape.y + y) * shape.z + z, Double(value)))
            }
            self = .mesh(field)
        case .plane(var pixels):
            for index in pixels.indices { pixels[index] = body(index, pixels[index]) }
            self = .plane(pixels)
        }
    }
}
