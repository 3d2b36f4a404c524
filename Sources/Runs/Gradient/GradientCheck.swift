internal import Background
internal import Configuration
internal import Dynamics
internal import InitialConditions
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage
internal import Text

/// `gradient --check N`: the gradient against central differences at several step sizes.
///
/// Large steps meet the kinks of cloud-in-cell, where a particle changes its cell; small ones the rounding of the
/// loss. The best agreement is what counts, and only double precision leaves much between the two.
struct GradientCheck<Scalar: StorableScalar> {
    private struct Row {
        let name: String
        let derivative: Double
        let difference: Double
        let step: Double

        var disagreement: Double {
            let scale = max(abs(derivative), abs(difference))
            return scale == 0 ? 0 : abs(derivative - difference) / scale
        }
    }

    let configuration: RunConfiguration
    let context: RunContext
    private var world: Communicator { context.world }
    private static var steps: [Double] { [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7] }

    /// Compares and prints. Collective.
    func run(
        _ loss: borrowing LossFunction<Scalar>, at noise: borrowing Field<Scalar>,
        _ gradient: borrowing Gradient<Scalar>, components: Int
    ) throws {
        var rows: [Row] = []
        for component in 0..<components {
            rows.append(try self.component(component, loss, noise, gradient))
        }
        rows.append(try direction(loss, noise, gradient))
        for parameter in CosmologyParameter.allCases {
            rows.append(try self.parameter(parameter, loss, noise, gradient))
        }
        var table = TextTable(["derivative by", "adjoint", "difference", "at step", "disagreement"])
        for row in rows {
            table.add([
                row.name, "\(row.derivative)", "\(row.difference)", "\(row.step)",
                "\(Float(row.disagreement))",
            ])
        }
        context.say(table.text)
    }

    /// One white-noise value, picked by the run's own random numbers.
    private func component(
        _ number: Int, _ loss: borrowing LossFunction<Scalar>, _ noise: borrowing Field<Scalar>,
        _ gradient: borrowing Gradient<Scalar>
    ) throws -> Row {
        let shape = noise.decomposition.shape
        var generator = SplitMix(state: UInt64(number) &+ 1)
        let point = SIMD3(
            Int(generator.next() % UInt64(shape.x)), Int(generator.next() % UInt64(shape.y)),
            Int(generator.next() % UInt64(shape.z)))
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
            return try loss.value(at: moved)
        }
    }

    /// Along another universe's white noise, normalised.
    private func direction(
        _ loss: borrowing LossFunction<Scalar>, _ noise: borrowing Field<Scalar>,
        _ gradient: borrowing Gradient<Scalar>
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
            return try loss.value(at: moved)
        }
    }

    private func parameter(
        _ parameter: CosmologyParameter, _ loss: borrowing LossFunction<Scalar>,
        _ noise: borrowing Field<Scalar>, _ gradient: borrowing Gradient<Scalar>
    ) throws -> Row {
        let name = configuration.cosmology.name(of: parameter)
        let value = configuration.cosmology[parameter]
        let scale = value == 0 ? 1 : abs(value)
        return try best(name, gradient.parameters.derivatives[parameter.rawValue], scale: scale) { step in
            var moved = configuration.cosmology
            moved[parameter] = value + step
            return try loss.value(at: noise, under: world.agree { try loss.model.with(moved) })
        }
    }

    private func best(
        _ name: String, _ derivative: Double, scale: Double = 1, _ loss: (Double) throws -> Double
    ) throws -> Row {
        let rows = try Self.steps.map { relative in
            let step = relative * scale
            let difference = (try loss(step) - loss(-step)) / (2 * step)
            return Row(name: name, derivative: derivative, difference: difference, step: step)
        }
        return rows.min { $0.disagreement < $1.disagreement }!
    }
}

/// Picks the components that are checked (Steele, Lea & Flood 2014).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
