internal import Background
internal import Configuration
internal import Dynamics
internal import InitialConditions
internal import Measurement
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles
internal import Storage

/// A session in one precision.
final class ModelSession<Scalar: StorableScalar>: Session {
    let configuration: RunConfiguration
    let model: ForwardModel<Scalar>

    var particleGrid: Decomposition { model.particleGrid }
    var mesh: Decomposition { model.mesh }

    init(_ configuration: RunConfiguration, on world: Communicator) throws {
        self.configuration = configuration
        model = try configuration.forwardModel(
            Scalar.self, observing: [configuration.evolution.scaleFactors.last!], on: world)
    }

    /// The model of a cosmology, which all ranks must have given alike. Collective.
    func model(in cosmology: [Double]?) throws -> ForwardModel<Scalar> {
        try requireAlike(cosmology ?? [], "cosmology")
        guard cosmology != nil else { return model }
        return try world.agree { try model.with(configuration.parameters(cosmology)) }
    }

    /// The same, looked at at some times. Collective.
    func model(in cosmology: [Double]?, at times: [Double]) throws -> ForwardModel<Scalar> {
        try requireAlike(times, "times")
        let model = try model(in: cosmology)
        guard !times.isEmpty else { return model }
        return try world.agree {
            let ends = try times.enumerated().map {
                try configuration.stepEnd(meantBy: $1, for: "times[\($0)]")
            }
            guard zip(ends, ends.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw UsageError("times are \(times); they must increase; sort them and name each once")
            }
            return try model.observing(ends)
        }
    }

    /// Numbers that decide what all ranks do must be the same on all. Collective.
    func requireAlike(_ values: [Double], _ name: String) throws {
        guard world.maximum(values.count) == -world.maximum(-values.count) else {
            throw UsageError("\(name) has other lengths on other ranks; give the same on all")
        }
        let bits = values.map { Int(bitPattern: UInt($0.bitPattern)) }
        guard world.maximum(bits) == world.maximum(bits.map(~)).map(~) else {
            throw UsageError("\(name) differs between ranks; give the same on all")
        }
    }

    // MARK: Fields

    /// A field of somebody else's numbers. Collective.
    ///
    /// - Throws: `NotFiniteError` on all ranks.
    func field(
        _ source: UnsafeRawPointer, on decomposition: Decomposition, named name: String,
        for purpose: StaticString
    ) throws -> Field<Scalar> {
        var field = Field<Scalar>(decomposition, ghosts: .none, for: purpose)
        let values = unsafe source.assumingMemoryBound(to: Scalar.self)
        unsafe field.values.start.update(from: values, count: decomposition.ownedCount)
        var isFinite = true
        field.mapPoints { _, _, _, value in
            isFinite = isFinite && value.isFinite
            return value
        }
        guard !world.any(!isFinite) else { throw NotFiniteError(quantity: name) }
        return field
    }

    /// Copies what this rank owns.
    func copy(_ field: borrowing Field<Scalar>, to target: UnsafeMutableRawPointer) {
        var next = unsafe target.assumingMemoryBound(to: Scalar.self)
        let (grid, depth) = (field.decomposition, field.decomposition.shape.z)
        for x in grid.x {
            for y in grid.y {
                unsafe next.update(from: field.values.start + field.offset(x: x, y: y, z: 0), count: depth)
                unsafe next += depth
            }
        }
    }

    func noise(of universe: SessionUniverse) throws -> Field<Scalar> {
        try unsafe field(universe.noise, on: particleGrid, named: "the white noise", for: "white noise")
    }

    // MARK: Forwards

    func whiteNoise(seed: UInt64?, into noise: UnsafeMutableRawPointer) throws {
        guard let seed else {
            return unsafe copy(try configuration.whiteNoise(over: particleGrid), to: noise)
        }
        unsafe copy(.whiteNoise(seed: seed, over: particleGrid), to: noise)
    }

    func density(of universe: SessionUniverse, into density: UnsafeMutableRawPointer) throws {
        let model = try model(in: universe.cosmology)
        var evolution = try model.start(from: noise(of: universe))
        try evolution.finish()
        unsafe copy(try evolution.particles.relativeDensity(), to: density)
    }

    func run(from universe: SessionUniverse, stoppingAt times: [Double]) throws -> any SessionRun {
        let model = try model(in: universe.cosmology, at: times)
        return ModelRun(
            try model.start(from: noise(of: universe)), in: model, of: self)
    }

    func posterior(_ configuration: RunConfiguration) throws -> any SessionPosterior {
        try ModelPosterior(configuration, beside: self)
    }
}
