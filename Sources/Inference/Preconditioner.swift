internal import InitialConditions
internal import Measurement
public import Mesh
internal import Parallel

/// What is known of a loss's second derivatives: a curvature for every |k| of the white noise, and one for each
/// number beside it.
///
///     H0⁻¹ v = F⁻¹ C(|k|)⁻¹ F v
///
/// A method that steps along `−H0⁻¹ g` instead of `−g` sees a loss whose curvature is about the same in every
/// direction. Any positive curvatures lead to the same minimum; good ones save iterations.
public struct Preconditioner<Scalar: FourierScalar> {
    /// C at |k| = 0, 1, 2 … fundamental wavenumbers of the longest side, linear between them; the last one
    /// holds beyond.
    public let curvatures: [Double]
    /// The curvatures of the parameters.
    public let parameterCurvatures: [Double]

    private let transform: FourierTransform<Scalar>
    private let squares: SpectralMultiplier.Tables  // (k/k_f)² by axis and index
    /// The greatest (k/k_f)² if all are whole numbers, as in a cube: then every mode's curvature is in a table.
    private let largestSquare: Int?

    /// A preconditioner for vectors on the transform's grid.
    ///
    /// - Parameters:
    ///   - curvatures: C > 0.
    ///   - parameterCurvatures: one > 0 for each parameter.
    ///   - transform: on the particle grid.
    public init(
        curvatures: [Double], parameterCurvatures: [Double], _ transform: FourierTransform<Scalar>
    ) {
        precondition(!curvatures.isEmpty && (curvatures + parameterCurvatures).allSatisfy { $0 > 0 })
        let squares = SphericalShells(shape: transform.decomposition.shape).squares
        let areWhole = [squares.x, squares.y, squares.z].joined().allSatisfy { $0 == $0.rounded() }
        let largest = Int(squares.x.max()! + squares.y.max()! + squares.z.max()!)
        largestSquare = areWhole && largest <= transform.decomposition.pointCount ? largest : nil
        self.squares = squares
        self.curvatures = curvatures
        self.parameterCurvatures = parameterCurvatures
        self.transform = transform
    }

    /// `H0⁻¹ v`. Collective.
    public func apply(to vector: borrowing ParameterVector<Scalar>) -> ParameterVector<Scalar> {
        applySpectrally(.inverse, to: vector)
    }

    /// A power of H0.
    public enum Power: Sendable {
        /// H0⁻¹.
        case inverse
        /// H0^(−1/2).
        case inverseSquareRoot
        /// H0^(1/2).
        case squareRoot

        /// Of a curvature: what a component is divided by.
        @inlinable
        func divisor(_ curvature: Double) -> Double {
            switch self {
            case .inverse: curvature
            case .inverseSquareRoot: curvature.squareRoot()
            case .squareRoot: 1 / curvature.squareRoot()
            }
        }
    }

    /// A power of H0 times v; the powers are of the curvature of each mode. Collective.
    ///
    /// Where C = 1 everywhere the noise is v itself, not what two transforms leave of it.
    public func apply(
        _ power: Power, to vector: borrowing ParameterVector<Scalar>
    ) -> ParameterVector<Scalar> {
        guard curvatures == [1] else { return applySpectrally(power, to: vector) }
        return ParameterVector(
            noise: vector.noise.copy(for: "optimiser"),
            parameters: zip(vector.parameters, parameterCurvatures).map { $0 / power.divisor($1) })
    }

    private func applySpectrally(
        _ power: Power, to vector: borrowing ParameterVector<Scalar>
    ) -> ParameterVector<Scalar> {
        let parameters = zip(vector.parameters, parameterCurvatures).map { $0 / power.divisor($1) }
        var modes = transform.forward(keeping: vector.noise)
        divide(&modes, power)
        return ParameterVector(noise: transform.inverse(modes, ghosts: .none), parameters: parameters)
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func divide(_ modes: inout FourierField<Scalar>, _ power: Power) {
        guard let largestSquare else {
            return modes.mapModes { x, y, z, real, imaginary in
                let divisor = divisor(ofSquare: squares.x[x] + squares.y[y] + squares.z[z], power)
                return (Scalar(Double(real) / divisor), Scalar(Double(imaginary) / divisor))
            }
        }
        let divisors = (0...largestSquare).map { divisor(ofSquare: Double($0), power) }
        let alongZ = squares.z.map { Int($0) }
        unsafe divisors.withUnsafeBufferPointer { divisors in
            for x in modes.x {
                for y in modes.y {
                    var mode = unsafe modes.values.start + modes.offset(x: x, y: y, z: modes.z.lowerBound)
                    let start = Int(squares.x[x] + squares.y[y])
                    for z in modes.z {
                        let divisor = unsafe divisors[start + alongZ[z]]
                        unsafe mode[0] = unsafe Scalar(Double(mode[0]) / divisor)
                        unsafe mode[1] = unsafe Scalar(Double(mode[1]) / divisor)
                        unsafe mode += 2
                    }
                }
            }
        }
    }

    private func divisor(ofSquare square: Double, _ power: Power) -> Double {
        let wave = square.squareRoot()
        let last = curvatures.count - 1
        let shell = min(Int(wave), last)
        let next = curvatures[min(shell + 1, last)]
        return power.divisor(
            curvatures[shell] + (wave - Double(shell)) * (next - curvatures[shell]))
    }
}

extension Preconditioner {
    /// Differences are taken over this fraction of C^(−1/2), a mode's range in the posterior.
    private static var probeLength: Double { 0.1 }
    private static var passes: Int { 3 }
    /// No universe's seed, one hopes.
    private static var probeSeed: UInt64 { 1_618_033_988 }

    /// Measures the curvatures at a point from differences of gradients. Collective.
    ///
    ///     p = ε C^(−1/2) w,    C′(k) = √(P_y(k) / P_p(k)),    y = g(s + p) − g(s)
    ///
    /// with white noise w, from C = 1, three times: each C′ is the root mean square of a shell's second
    /// derivatives with all modes, weighted by how far these can move. C is at least 1, the curvature of the
    /// noise's prior. A parameter's curvature is its own second derivative.
    ///
    /// - Parameters:
    ///   - point: s.
    ///   - evaluation: loss and gradient there.
    ///   - transform: on the particle grid.
    ///   - loss: called three times, and twice for each parameter.
    /// - Throws: what the loss throws, and `NotFiniteError`; the same on all ranks.
    /// - Source: Ruiz 2001 (equilibration, by rows' norms); Bekas, Kokiopoulou & Saad 2007 (probing).
    public static func measured(
        at point: borrowing ParameterVector<Scalar>, _ evaluation: borrowing Evaluation<Scalar>,
        _ transform: FourierTransform<Scalar>, on loss: Loss<Scalar>
    ) throws -> Preconditioner {
        let ones = point.parameters.map { _ in 1.0 }
        var found = Preconditioner(curvatures: [1], parameterCurvatures: ones, transform)
        for pass in 0..<passes {
            var probe = ParameterVector(
                noise: Field<Scalar>.whiteNoise(
                    seed: probeSeed + UInt64(pass), over: transform.decomposition),
                parameters: ones.map { _ in 0 })
            probe = found.squareRoot.apply(to: probe)
            probe.scale(by: probeLength)
            guard let change = try change(along: probe, from: point, evaluation, on: loss) else { break }
            found = Preconditioner(
                curvatures: try Self.curvatures(from: probe, to: change, transform),
                parameterCurvatures: ones, transform)
        }
        let parameters = try ones.indices.map { index -> Double in
            try Self.curvature(ofParameter: index, at: point, evaluation, on: loss)
        }
        return Preconditioner(
            curvatures: found.curvatures, parameterCurvatures: parameters, transform)
    }

    private var squareRoot: Preconditioner {
        Preconditioner(
            curvatures: curvatures.map { $0.squareRoot() },
            parameterCurvatures: parameterCurvatures.map { $0.squareRoot() }, transform)
    }

    /// `g(s + p) − g(s)`; nil where there is no loss.
    private static func change(
        along probe: borrowing ParameterVector<Scalar>, from point: borrowing ParameterVector<Scalar>,
        _ evaluation: borrowing Evaluation<Scalar>, on loss: Loss<Scalar>
    ) throws -> ParameterVector<Scalar>? {
        var moved = point.copy()
        moved.add(probe)
        guard let there = try loss(moved) else { return nil }
        return .difference(there.gradient, evaluation.gradient)
    }

    private static func curvatures(
        from probe: borrowing ParameterVector<Scalar>, to change: borrowing ParameterVector<Scalar>,
        _ transform: FourierTransform<Scalar>
    ) throws -> [Double] {
        let shape = transform.decomposition.shape
        let box = SIMD3(Double(shape.x), Double(shape.y), Double(shape.z))
        let given = try PowerSpectrum(of: transform.forward(probe.noise.copy(for: "optimiser")), box: box)
        let answer = try PowerSpectrum(of: transform.forward(change.noise.copy(for: "optimiser")), box: box)
        return [1] + zip(given.powers, answer.powers).map { max(1, ($1 / $0).squareRoot()) }
    }

    private static func curvature(
        ofParameter index: Int, at point: borrowing ParameterVector<Scalar>,
        _ evaluation: borrowing Evaluation<Scalar>, on loss: Loss<Scalar>
    ) throws -> Double {
        var curvature = 1.0
        for _ in 0..<2 {
            var probe = point.copy()
            probe.scale(by: 0)
            let length = probeLength / curvature.squareRoot()
            probe.parameters[index] = length
            guard let change = try change(along: probe, from: point, evaluation, on: loss) else { break }
            curvature = max(1, abs(change.parameters[index]) / length)
        }
        return curvature
    }
}
