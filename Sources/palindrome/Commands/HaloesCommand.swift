internal import ArgumentParser
internal import Parallel
internal import Runs

/// `palindrome haloes SNAPSHOT`.
struct HaloesCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "haloes",
        abstract: "Find the haloes of a snapshot; write a catalogue, and fields.",
        discussion: """
            Groups of particles linked by steps of at most b mean particle distances (friends of friends), in \
            Gadget-4's layout:

              palindrome haloes out/snapshot_a1.0000.hdf5
              palindrome haloes out/snapshot_a1.0000.hdf5 --linking-length 0.168 --minimum 100 --output haloes
              palindrome haloes out/snapshot_a1.0000.hdf5 --field --number-density 1e-3 --redshift-space z --output fields

            The same bytes on any number of ranks, and as a run writes them with output.haloes.
            """)

    @Argument(help: "A snapshot.", completion: .file(extensions: ["h5", "hdf5"]))
    var snapshot: String

    @Option(help: "b, the longest step in mean particle distances, 0.05 to 0.5.")
    var linkingLength = 0.2

    @Option(help: "Groups of fewer particles are no haloes.")
    var minimum = 20

    @Option(help: "The directory to write to; the snapshot's if not given.", completion: .directory)
    var output: String?

    @Flag(help: "Write numbers and masses of haloes on a mesh as well, halo_field_a1.0000.h5.")
    var field = false

    @Option(help: "Fields take the heaviest haloes, as many as make this number density [(h/Mpc)^3].")
    var numberDensity = 1e-3

    @Option(help: "Mesh points along a side; the run's force mesh if not given.")
    var mesh: Int?

    @Option(help: "Scatter of log10 of the masses before haloes are taken [dex].")
    var scatter = 0.0

    @Option(help: "Of the scatter.")
    var seed: UInt64 = 1

    @Option(help: "x, y or z: the axis along which haloes stand at their redshifts.")
    var redshiftSpace: String?

    @Flag(help: "Replace files that are there already.")
    var overwrite = false

    mutating func run(in context: RunContext) throws -> Ending {
        let axes = ["x", "y", "z"]
        let axis = redshiftSpace.flatMap(axes.firstIndex)
        if let redshiftSpace, axis == nil {
            throw UsageError("--redshift-space is '\(redshiftSpace)'; it must be x, y or z")
        }
        let fields = HaloFields(
            numberDensity: numberDensity, mesh: mesh.map(SIMD3.init(repeating:)), scatter: scatter,
            seed: seed,
            lineOfSight: axis)
        var search = HaloSearch(
            in: snapshot, linkingLength: linkingLength, minimumParticles: minimum, directory: output,
            fields: field ? fields : nil)
        search.isReplacing = overwrite
        try search.run(in: context)
        return .finished
    }
}
