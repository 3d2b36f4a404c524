public import Configuration
internal import Mesh
internal import Parallel
internal import Storage
internal import Survey

/// `palindrome survey`: what a telescope saw, as counts and selection on the cells of a configuration.
public struct SurveyRun: Sendable {
    /// Whether a file that is there already is written over.
    public var isReplacing = false

    /// Gridding.
    public init() {}

    /// The name of the file in the output directory.
    public static let fileName = "survey.h5"

    /// Reads catalogues and selections, and writes `/counts` and `/selection` of each tracer. Collective.
    ///
    /// - Throws: the same on all ranks when something that is read is no catalogue, mask or table, or the file cannot be
    ///   written.
    public func run(_ configuration: RunConfiguration, in context: RunContext) throws {
        let world = context.world
        let cubes = try SurveyCubes(of: configuration, for: "survey", over: world)
        RunSummary.begin(in: context)
        let observations = configuration.observations
        // All that is read, before anything is made.
        let functions = try observations.map { try $0.selectionFunction(over: world) }
        let catalogues = try observations.map { try CatalogueInput(of: $0, over: world) }
        cubes.introduction(configuration).forEach(context.say)
        let directory = configuration.output.directory
        let claim = try context.claim(directory, for: [Self.fileName], replacing: isReplacing)
        let path = "\(directory)/\(Self.fileName)"
        var file = try cubes.file(path, configuration)
        for (index, observation) in observations.enumerated() {
            catalogues[index].remarks.forEach(context.say)
            let selection = try cubes.selection(observation, by: functions[index])
            let counted = try count(
                catalogues[index], (observation, functions[index]), selection, on: cubes, in: context)
            context.say(try cubes.summary(selection, counted: counted.number, of: observation))
            try cubes.write(counted.counts, selection, of: observation, to: &file)
        }
        try file.finish()
        claim.release()
        let first = SurveyCubes.group(observations[0])
        context.say(
            "\(path): objective.data: \"\(path):\(first)/counts\", objective.selection: \"\(path):\(first)/selection\""
        )
        RunSummary(in: context).tell()
    }

    /// Counts, and how many there are.
    private struct Counted: ~Copyable {
        let counts: Field<Int32>
        let number: Int
    }

    /// Counts galaxies where something is seen, and says where the others are. Collective.
    private func count(
        _ catalogue: CatalogueInput, _ seen: (observation: ObservationSection, function: SelectionFunction),
        _ selection: borrowing Field<Float>, on cubes: SurveyCubes, in context: RunContext
    ) throws -> Counted {
        let mesh = cubes.mesh
        var cells: [Int] = []
        var (outside, border, masked, beyond) = (0, 0, 0, 0)
        for position in catalogue.positions {
            guard let cell = mesh.cell(at: position) else {
                outside += 1
                continue
            }
            if seen.function.angular(towards: position) == 0 {
                masked += 1
            } else if seen.function.radial(at: position) == 0 {
                beyond += 1
            }
            if mesh.isInBorder(cell) { border += 1 } else { cells.append(mesh.number(of: cell)) }
        }
        var counts = mesh.counts(of: cells, over: cubes.decomposition)
        var (counted, unseen) = (0, 0)
        counts.mapPoints { x, y, z, count in
            guard selection[x, y, z] > 0 else {
                unseen += Int(count)
                return 0
            }
            counted += Int(count)
            return count
        }
        let sums = context.world.sum([outside, border, masked, beyond, counted, unseen])
        let total = catalogue.total
        context.say(
            "\(SurveyCubes.label(seen.observation))\(total) galaxies: \(sums[4]) counted; not counted are \(sums[0]) outside "
                + "the box, \(sums[1]) in its border and \(sums[5]) in cells that are not seen")
        context.say(
            "\(SurveyCubes.label(seen.observation))of those in the box \(sums[2]) lie where the mask is 0, and \(sums[3]) where "
                + "the radial selection is")
        guard sums[4] > 0 else {
            throw UsageError(
                "\(seen.observation.section).catalogue: none of its \(total) galaxies is in a cell that is seen (\(sums[0]) are "
                    + "outside the box, \(sums[2]) where the mask is 0); check observer, mask and coordinates"
            )
        }
        if sums[0] * 2 > total {
            context.say(
                "warning: most galaxies are outside the box; is the observer where it should be, and the box large enough?"
            )
        }
        if sums[2] * 5 > total - sums[0] {
            context.say(
                "warning: \(100 * sums[2] / (total - sums[0])) % of the galaxies in the box lie where the mask is 0; are mask and "
                    + "catalogue in the same coordinates (equatorial or Galactic)?")
        }
        return Counted(counts: counts, number: sums[4])
    }
}
