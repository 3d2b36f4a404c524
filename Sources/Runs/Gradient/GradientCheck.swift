internal import Background
internal import Configuration
internal import Dynamics
internal import Inference
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage
internal import Text

/// `gradient --check N`: the gradient against central differences at several step sizes.
///
/// Large steps meet the kinks of cloud-in-cell, where a particle changes its cell; small ones the rounding of the
/// loss. The best agreement is what counts, and only double precision leaves much between the two: there it must be
/// within 1e-4 of the larger one, in single precision within 0.1. (Measured in 16 configurations: 8e-8 and 0.014 at most.)
struct GradientCheck<Scalar: StorableScalar> {
    private struct Row {
        let name: String
        let derivative: Double
        let difference: Double
        /// By how much the derivative changes over half a step: what can be told apart at a minimum, where it is 0.
        let change: Double
        let step: Double

        var disagreement: Double {
            let scale = max(abs(derivative), abs(difference), abs(change))
            return scale == 0 ? 0 : abs(derivative - difference) / scale
        }
    }

    private let posterior: Posterior<Scalar>
    private let model: ForwardModel<Scalar>
    private let own: [ObjectiveSection.OwnParameter]
    private let context: RunContext
    /// The loss where it is differentiated.
    private let value: Double

    private var world: Communicator { context.world }
    /// The largest disagreement that rounding explains. A wrong term in an adjoint is of order 1.
    private static var tolerance: Double { MemoryLayout<Scalar>.size == 4 ? 0.1 : 1e-4 }
    private static var steps: [Double] { [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7] }

    /// A check of a posterior's gradient in a universe, with the own parameters of its objectives.
    ///
    /// - Parameter value: the loss where it is differentiated.
    init(
        of posterior: Posterior<Scalar>, in model: ForwardModel<Scalar>,
        _ own: [ObjectiveSection.OwnParameter], where value: Double, _ context: RunContext
    ) {
        self.value = value
        self.posterior = posterior
        self.model = model
        self.own = own
        self.context = context
    }

    /// Compares and prints. Collective.
    ///
    /// Parameters that cannot act, such as the slope of primordial power beside a table, are left out.
    ///
    /// - Throws: `EnvironmentError` on all ranks when a derivative disagrees by more than the tolerance.
    func run(
        at noise: borrowing Field<Scalar>, _ gradient: borrowing LikelihoodGradient<Scalar>, components: Int
    ) throws {
        var rows: [Row] = []
        for component in 0..<components {
            rows.append(try self.component(component, noise, gradient.universe))
        }
        rows.append(try direction(noise, gradient.universe))
        let idle = model.theory.idleParameters
        for parameter in CosmologyParameter.allCases where !idle.contains(parameter) {
            rows.append(try self.parameter(parameter, noise, gradient.universe.parameters[parameter]))
        }
        for index in own.indices {
            rows.append(try ownParameter(index, noise, gradient.own[index]))
        }
        var table = TextTable(["derivative by", "adjoint", "difference", "at step", "disagreement"])
        for row in rows {
            table.add([
                row.name, "\(row.derivative)", "\(row.difference)", "\(row.step)",
                "\(Float(row.disagreement))",
            ])
        }
        context.say(table.text)
        let worst = rows.filter { !($0.disagreement <= Self.tolerance) }
        guard worst.isEmpty else {
            throw EnvironmentError(
                "gradient --check: \(worst.count) of \(rows.count) derivatives, the first by \(worst[0].name), disagree with "
                    + "differences by more than \(Self.tolerance); the data or the errors may leave too little of the loss "
                    + "above its rounding: use run.precision: double, or report it")
        }
        context.say("check: all \(rows.count) derivatives agree with differences to \(Self.tolerance)")
    }

    /// One white-noise value, picked by the run's own random numbers.
    private func component(
        _ number: Int, _ noise: borrowing Field<Scalar>, _ gradient: borrowing Gradient<Scalar>
    ) throws -> Row {
        let shape = noise.decomposition.shape
        let words = RandomBits.words(seed: Self.seed, from: UInt64(3 * number), count: 3)
        let point = SIMD3(
            Self.scaled(words[0], to: shape.x), Self.scaled(words[1], to: shape.y),
            Self.scaled(words[2], to: shape.z))
        let isMine = noise.decomposition.x.contains(point.x) && noise.decomposition.y.contains(point.y)
        let slot = isMine ? noise.offset(x: point.x, y: point.y, z: point.z) : 0
        let derivative = try world.exactSum(count: isMine ? 1 : 0, of: "the gradient") { _ in
            Double(gradient.noise.values.span[slot])
        }
        return try best("white_noise[\(point.x), \(point.y), \(point.z)]", derivative) { step in
            var moved = noise.copy(for: "white noise")
            if isMine {
                var values = moved.values.mutableSpan
                values[slot] += Scalar(step)
            }
            return try value(at: moved)
        }
    }

    /// Along another universe's white noise, normalised.
    private func direction(
        _ noise: borrowing Field<Scalar>, _ gradient: borrowing Gradient<Scalar>
    ) throws -> Row {
        let other = Field<Scalar>.whiteNoise(seed: 0x5eed, over: noise.decomposition)
        let length = Double(noise.decomposition.pointCount).squareRoot()
        let derivative = try world.exactSum(count: other.values.count, of: "the gradient") { index in
            Double(other.values.span[index]) * Double(gradient.noise.values.span[index]) / length
        }
        return try best("white noise, a random direction", derivative) { step in
            var moved = noise.copy(for: "white noise")
            let scale = step / length
            moved.mapPoints { x, y, z, value in
                Scalar(Double(value) + scale * Double(other.values.span[other.offset(x: x, y: y, z: z)]))
            }
            return try value(at: moved)
        }
    }

    private func parameter(
        _ parameter: CosmologyParameter, _ noise: borrowing Field<Scalar>, _ derivative: Double
    ) throws -> Row {
        let cosmology = model.cosmology.parameters
        let value = cosmology[parameter]
        return try best(cosmology.name(of: parameter), derivative, scale: value == 0 ? 1 : abs(value)) {
            step in
            var moved = cosmology
            moved[parameter] = value + step
            return try posterior.value(at: noise, in: model.with(moved), own.map(\.value))
        }
    }

    private func ownParameter(
        _ index: Int, _ noise: borrowing Field<Scalar>, _ derivative: Double
    ) throws -> Row {
        let value = own[index].value
        return try best(own[index].name, derivative, scale: value == 0 ? 1 : abs(value)) { step in
            var moved = own.map(\.value)
            moved[index] += step
            return try posterior.value(at: noise, in: model, moved)
        }
    }

    private func value(at noise: borrowing Field<Scalar>) throws -> Double {
        try posterior.value(at: noise, in: model, own.map(\.value))
    }

    /// Picks the components that are checked.
    private static var seed: UInt64 { 0xc4ec }

    /// 32 random bits as a number from 0 up to a limit.
    private static func scaled(_ word: UInt32, to limit: Int) -> Int {
        Int((UInt64(word) * UInt64(limit)) >> 32)
    }

    private func best(
        _ name: String, _ derivative: Double, scale: Double = 1, _ loss: (Double) throws -> Double
    ) throws -> Row {
        let rows = try Self.steps.map { relative in
            let step = relative * scale
            let (up, down) = (try loss(step), try loss(-step))
            return Row(
                name: name, derivative: derivative, difference: (up - down) / (2 * step),
                change: (up + down - 2 * value) / (2 * step), step: step)
        }
        return rows.min { $0.disagreement < $1.disagreement }!
    }
}
