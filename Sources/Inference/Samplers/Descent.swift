internal import Mesh
internal import Parallel

/// The way from an improbable point to where a posterior is not steep: L-BFGS in the modes, the parameters held, since the
/// most probable modes and parameters together are far from where most of the probability is.
///
/// It ends where U falls no more, in ten steps, by what it scatters by among draws of the posterior, √(d/2).
struct Descent<Scalar: FourierScalar> {
    private static var mostSteps: Int { 400 }
    private static var patience: Int { 10 }

    private let transform: FourierTransform<Scalar>

    /// A descent.
    ///
    /// - Parameter transform: on the particle grid.
    init(on transform: FourierTransform<Scalar>) { self.transform = transform }

    /// The end of the way down from a point; nil where there is no finite loss. Collective.
    ///
    /// - Throws: what the density throws, and `NotFiniteError`; the same on all ranks.
    func from(
        _ point: borrowing ParameterVector<Scalar>, _ density: some SampledDensity<Scalar>
    ) throws -> ParameterVector<Scalar>? {
        func loss(_ point: borrowing ParameterVector<Scalar>) throws -> Evaluation<Scalar>? {
            guard let found = try density.evaluate(at: point) else { return nil }
            var gradient = found.gradient.copy()
            gradient.parameters = gradient.parameters.map { _ in 0 }
            return Evaluation(value: found.value, gradient: gradient)
        }
        guard let here = try loss(point) else { return nil }
        let scatter = (Double(point.count) / 2).squareRoot()
        let preconditioner = try Preconditioner.measured(at: point, here, transform, on: loss)
        var values = [here.value]
        var state = OptimizerState(at: point.copy(), here, preconditioner: preconditioner)
        while values.count <= Self.mostSteps, try LBFGS().step(&state, on: loss) == .moved {
            values.append(state.evaluation.value)
            guard values.count > Self.patience else { continue }
            if values[values.count - 1 - Self.patience] - state.evaluation.value < scatter { break }
        }
        return state.takePoint()
    }
}
