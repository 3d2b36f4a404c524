/// What a rank is doing: the name under which time and traffic are booked, and which tables print.
public struct Phase: Hashable, Sendable {
    /// As tables print it.
    public let name: String

    /// A phase of one's own.
    public init(_ name: String) {
        self.name = name
    }
}

extension Phase {
    // Fields and their modes.

    /// Transforms of lines.
    public static let fft = Phase("fft")
    /// What ranks send each other between two transforms.
    public static let exchange = Phase("exchange")
    /// Planes of neighbours.
    public static let ghosts = Phase("ghosts")
    /// From a level of a pyramid of meshes to the next coarser one, and back.
    public static let reduction = Phase("reduce, expand")
    /// Filters of a pyramid's finer levels.
    public static let shortRange = Phase("short range")
    /// Passes over modes.
    public static let multiply = Phase("multiply")
    /// Products of fields on a finer mesh.
    public static let products = Phase("products")

    // Particles.

    /// The displacement of particles at the start.
    public static let initialConditions = Phase("initial conditions")
    /// Masses onto the mesh.
    public static let deposit = Phase("deposit")
    /// Forces from the mesh, and momenta.
    public static let kick = Phase("kick")
    /// Positions.
    public static let drift = Phase("drift")
    /// Particles to the ranks that own them.
    public static let routing = Phase("routing")
    /// Particles in the order of the cells.
    public static let ordering = Phase("ordering")
    /// What ranks tell each other of overflows.
    public static let agreement = Phase("agreement")
    /// The way back of kicks and drifts.
    public static let adjoint = Phase("adjoint")

    // Runs.

    /// The comparison with data.
    public static let objective = Phase("objective")
    /// A step of a search, without the losses that it asks for.
    public static let optimizer = Phase("optimizer")
    /// Groups of particles and their masses.
    public static let haloes = Phase("haloes")
    /// Files of results.
    public static let output = Phase("output")
    /// Files to go on from.
    public static let checkpoint = Phase("checkpoint")
    /// Whatever is outside of all phases.
    public static let other = Phase("other")
}
