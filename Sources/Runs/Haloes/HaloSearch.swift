internal import Background
internal import Configuration
internal import Measurement
internal import Mesh
internal import Parallel
internal import Particles
internal import Records
internal import Storage
internal import Text

/// `palindrome haloes`: the haloes of a snapshot, as a catalogue and as fields.
public struct HaloSearch: Sendable {
    /// The snapshot's path.
    public var snapshot: String
    /// b, in mean particle distances.
    public var linkingLength: Double
    /// Groups of fewer particles are no haloes.
    public var minimumParticles: Int
    /// Where files are written; beside the snapshot if nil.
    public var directory: String?
    /// The fields that are wanted, if any.
    public var fields: HaloFields?
    /// Whether files that are there already are written over.
    public var isReplacing = false

    /// A search.
    public init(
        in snapshot: String, linkingLength: Double, minimumParticles: Int, directory: String?,
        fields: HaloFields?
    ) {
        self.snapshot = snapshot
        self.linkingLength = linkingLength
        self.minimumParticles = minimumParticles
        self.directory = directory
        self.fields = fields
    }

    /// Reads the snapshot, finds its haloes and writes them. Collective.
    ///
    /// - Throws: the same on all ranks when a value is out of its range, a file cannot be read or written, or there are
    ///   too few haloes for a field.
    public func run(in context: RunContext) throws {
        let world = context.world
        let criterion = try FriendsOfFriends(checking: linkingLength, minimumParticles)
        try fields?.check()
        RunSummary.begin(in: context)
        let directory = directory ?? Self.directory(of: snapshot)
        let read = try SnapshotParticles(reading: snapshot, over: world) { shape in
            guard
                let grid = RankGrid.shapes(for: world.size).first(where: { Decomposition.fits(shape, on: $0) }
                )
            else {
                throw UsageError(
                    "\(snapshot): \(shape.x) x \(shape.y) x \(shape.z) particles are too few for \(world.size) ranks; "
                        + "each needs \(Decomposition.widestGhostZone) planes of them; use fewer ranks")
            }
            return grid
        }
        let scaleFactor = read.haloFile.snapshot.scaleFactor
        let outputs = HaloOutputs(
            criterion: criterion, provenance: read.provenance,
            expected: HaloOutputs.expectation(at: scaleFactor, of: read.provenance, on: world),
            context: context,
            numberDensity: fields?.numberDensity)
        let label = "a" + OutputSection.label(scaleFactor)
        let field = "halo_field_\(label).h5"
        let claim = try context.claim(
            directory,
            for: [HaloFile.name(label), MassFunctionTable.name(label)] + (fields == nil ? [] : [field]),
            replacing: isReplacing)
        let path = try outputs.write(read.haloParticles, as: read.haloFile, to: directory, label)
        if let fields {
            try fields.write(
                HaloTable(reading: path, over: world), named: path, of: read,
                to: "\(directory)/\(field)", in: context)
        }
        claim.release()
        RunSummary(in: context).tell()
        context.say(
            "wrote \(directory)/\(MassFunctionTable.name(label)) too; to look at it: palindrome report \(directory)"
        )
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension FriendsOfFriends {
    /// A criterion of values that a user gave.
    init(checking linkingLength: Double, _ minimumParticles: Int) throws(UsageError) {
        let lengths = Self.linkingLengths
        guard lengths.contains(linkingLength) else {
            throw UsageError(
                "--linking-length is \(linkingLength); it must be a number from \(lengths.lowerBound) to "
                    + "\(lengths.upperBound); try 0.2")
        }
        guard minimumParticles >= 2 else {
            throw UsageError(
                "--minimum is \(minimumParticles); it must be a whole number of at least 2; try 20")
        }
        self.init(linkingLength: linkingLength, minimumParticles: minimumParticles)
    }
}
