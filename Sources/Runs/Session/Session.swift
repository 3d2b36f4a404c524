public import Background
public import Configuration
internal import Cost
internal import Dynamics
public import Mesh
public import Parallel
internal import Particles
internal import Storage

/// A universe that another program asks, call by call: its simulation, its gradient, and what can be measured of it.
///
/// Arrays belong to whoever asks. A field is this rank's block of a grid, `[x][y][z]` without ghost planes, in the
/// configured precision; a pointer to one is called by its grid. Every method is collective unless it says otherwise, and
/// what it throws is the same on all ranks: a session can be used afterwards.
public protocol Session: AnyObject {
    /// What it was made of.
    var configuration: RunConfiguration { get }
    /// The particle grid, on which white noise lies.
    var particleGrid: Decomposition { get }
    /// The force mesh, on which densities lie.
    var mesh: Decomposition { get }

    /// White noise of a seed, or of the configuration.
    func whiteNoise(seed: UInt64?, into noise: UnsafeMutableRawPointer) throws

    /// ρ/ρ̄ at the end of the run.
    func density(of universe: SessionUniverse, into density: UnsafeMutableRawPointer) throws

    /// The loss of the densities at some times, and its derivatives, by one run forwards and one back.
    ///
    /// - Parameters:
    ///   - universe: where.
    ///   - times: when the loss looks, increasing; at the end if empty.
    ///   - gradient: ∂L/∂s, on the particle grid.
    ///   - loss: called once on each rank.
    func gradient(
        at universe: SessionUniverse, of times: [Double], into gradient: UnsafeMutableRawPointer,
        _ loss: SessionLoss
    ) throws -> SessionGradient

    /// From ∂L/∂x and ∂L/∂p of the particles at some times to the derivatives by what made them, by one run forwards and one
    /// back. The value of the result is 0.
    ///
    /// - Parameters:
    ///   - cotangents: of each time.
    ///   - universe: where.
    ///   - times: when, increasing; at the end if empty.
    ///   - gradient: ∂L/∂s, on the particle grid.
    func pullBack(
        _ cotangents: [SessionCotangents], to universe: SessionUniverse, of times: [Double],
        into gradient: UnsafeMutableRawPointer
    ) throws -> SessionGradient

    /// A run that stops at some times, increasing.
    func run(from universe: SessionUniverse, stoppingAt times: [Double]) throws -> any SessionRun

    /// The posterior that a configuration of the same box describes.
    func posterior(_ configuration: RunConfiguration) throws -> any SessionPosterior

    /// P(k, 1) in linear theory [(Mpc/h)³]. Not collective.
    ///
    /// - Parameter wavenumbers: k [h/Mpc].
    func linearPower(at wavenumbers: [Double], in cosmology: [Double]?) throws -> [Double]

    /// The power spectrum of a field on the particle grid or on the force mesh.
    func power(of field: UnsafeRawPointer, on grid: SessionGrid, dividingWindow: Bool) throws
        -> SessionSpectrum

    /// Reads a field of a file.
    func read(_ dataset: DatasetAddress, on grid: SessionGrid, into field: UnsafeMutableRawPointer) throws

    /// Writes a field into a new file.
    func write(_ field: UnsafeRawPointer, on grid: SessionGrid, as dataset: DatasetAddress) throws
}

/// One of the two grids of a session.
public enum SessionGrid: Sendable {
    /// The particle grid.
    case particles
    /// The force mesh.
    case mesh
}

/// White noise and cosmology.
@safe public struct SessionUniverse {
    /// White noise on the particle grid; valid during the call.
    let noise: UnsafeRawPointer
    /// The eight parameters, the same on all ranks; those of the configuration if nil.
    let cosmology: [Double]?

    /// A universe.
    public init(noise: UnsafeRawPointer, cosmology: [Double]?) {
        unsafe self.noise = unsafe noise
        self.cosmology = cosmology
    }
}

/// A loss of densities, by somebody else's code: fills in ∂L/∂ρ of each, and returns this rank's part of L.
///
/// Throws what this rank has to say; the call then ends on all ranks with ``SessionFailure``.
public typealias SessionLoss = (
    _ densities: [UnsafeRawPointer], _ cotangents: [UnsafeMutableRawPointer]
) throws -> Double

/// Derivatives of a loss by the particles that started in this rank's block of the particle grid, in its order, three for
/// each; 0 where there are none. Valid during the call.
@safe public struct SessionCotangents {
    /// ∂L/∂x [1/(Mpc/h)].
    let positions: UnsafePointer<Double>?
    /// ∂L/∂p of p = a² dx/dt [1/(Mpc/h · H0)].
    let momenta: UnsafePointer<Double>?

    /// Derivatives by particles.
    public init(positions: UnsafePointer<Double>?, momenta: UnsafePointer<Double>?) {
        unsafe self.positions = unsafe positions
        unsafe self.momenta = unsafe momenta
    }
}

/// A loss and its derivatives by numbers, the same on all ranks.
public struct SessionGradient: Sendable {
    /// L.
    public let value: Double
    /// ∂L/∂θ of the eight parameters.
    public let parameters: [Double]
    /// Words of the initial state that the way back did not restore.
    public let differingWords: Int
}

/// Somebody else's code failed on a rank, and with it the call on all.
public struct SessionFailure: ReportedError, Equatable {
    /// What that rank said.
    public let message: String
    /// Which rank.
    public let rank: Int
    /// Theirs.
    public var fault: Fault { .user }
}

extension Session {
    /// The ranks.
    public var world: Communicator { mesh.grid.world }

    /// How a grid is shared.
    public func decomposition(of grid: SessionGrid) -> Decomposition {
        switch grid {
        case .particles: particleGrid
        case .mesh: mesh
        }
    }

    /// Fails on all ranks if one of them has a complaint.
    ///
    /// - Throws: ``SessionFailure``.
    public func agree(on complaint: String?) throws(SessionFailure) {
        do {
            try world.agree { if let complaint { throw UsageError(complaint) } }
        } catch {
            throw SessionFailure(message: error.message, rank: error.rank)
        }
    }

    /// Growth and expansion at a scale factor. Not collective.
    ///
    /// - Throws: `UsageError` when the cosmology is none, or the scale factor not from 1e-4 to 1.
    public func growth(at scaleFactor: Double, in cosmology: [Double]?) throws -> GrowthFactors<Double> {
        guard (1e-4...1).contains(scaleFactor) else {
            throw UsageError("the scale factor is \(scaleFactor); it must be from 0.0001 to 1; try 0.5")
        }
        // Growth does not depend on the shape of the power spectrum.
        let parameters = try configuration.parameters(cosmology)
        return growthFactors(at: [scaleFactor], Cosmology<Double>(parameters, power: .eisensteinHu))[0]
    }

    /// What a gradient takes on the fullest rank, estimated [bytes]. Not collective.
    public var memory: Int {
        MemoryEstimate(configuration, on: configuration.rankGrid(for: world.size), for: .gradient).bytes
    }
}

extension RunConfiguration {
    /// Opens a session in the configured precision. Collective.
    ///
    /// - Throws: the same on all ranks when a table cannot be read, the grid of ranks is too fine, or there is too little
    ///   memory for a gradient.
    public func session(on world: Communicator) throws -> any Session {
        try requireRoom(for: .gradient, on: world)
        return switch run.precision {
        case .single: try ModelSession<Float>(self, on: world)
        case .double: try ModelSession<Double>(self, on: world)
        }
    }

    /// The cosmology of eight numbers, or the configured one.
    ///
    /// - Throws: `UsageError` when they are no universe.
    func parameters(_ values: [Double]?) throws(UsageError) -> CosmologyParameters {
        guard let values else { return cosmology }
        var parameters = cosmology
        for (parameter, value) in zip(CosmologyParameter.allCases, values) { parameters[parameter] = value }
        if let problem = parameters.problems.first { throw UsageError("cosmology: \(problem)") }
        return parameters
    }
}
