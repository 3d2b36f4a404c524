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

    /// What is made before anything runs.
    public static let preparation = Phase("preparation")
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

    /// A line about each, for those who read a table of times.
    public static let explanations: [Phase: String] = [
        fft: "Fourier transforms of lines, within a rank",
        exchange:
            "what ranks send each other between the sweeps of a transform, waiting for the slowest included",
        ghosts: "planes of neighbouring ranks, added up or fetched",
        reduction: "from a mesh of the pyramid to the next coarser one, and back",
        shortRange: "filters of the pyramid's finer meshes",
        multiply: "passes over the modes: potential, derivatives, smoothing",
        products: "products of fields in perturbation theory, on a finer mesh",
        initialConditions: "white noise, linear modes and the displacement of particles at the start",
        deposit: "masses of particles onto the mesh (cloud-in-cell)",
        kick: "forces read from the mesh, and momenta",
        drift: "positions",
        routing: "particles that left, to the ranks that own their new place",
        ordering: "particles sorted by mesh column, so that memory is read in order",
        agreement: "what ranks tell each other of overflows and errors",
        adjoint: "kicks and drifts undone, with the gradient carried along",
        preparation: "growth tables, plans of transforms, reading of what is given",
        objective: "the comparison with data and its derivative, the prior of the modes",
        optimizer: "a step of a search, without the losses that it asks for",
        haloes: "friends of friends, and their masses",
        output: "snapshots, fields, tables and pictures",
        checkpoint: "files to go on from",
        other: "all else: start of the program",
    ]
}
