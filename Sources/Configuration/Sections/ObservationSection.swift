public import Background

/// How a catalogue of galaxies becomes numbers in cells, and how much of what is there is seen of each.
public struct ObservationSection: Sendable, Equatable {
    /// In what coordinates a catalogue says where its galaxies are.
    public enum Coordinates: String, CaseIterable, Sendable, Named {
        /// Right ascension and declination in degrees, and redshift.
        case sky
        /// x, y and z in the box [Mpc/h].
        case box

        /// The columns' names if none are given.
        var columns: [String] {
            switch self {
            case .sky: ["RA", "Dec", "z"]
            case .box: ["x", "y", "z"]
            }
        }
    }

    /// Where a catalogue is.
    public enum Catalogue: Sendable, Equatable {
        /// A text with named columns.
        case text(String)
        /// A group of an HDF5 file with a dataset for each column.
        case group(DatasetAddress)
    }

    /// What the first column of a radial selection is.
    public enum RadialVariable: String, CaseIterable, Sendable, Named {
        /// r [Mpc/h].
        case distance
        /// z.
        case redshift
    }

    /// The section's name, `observation` or `observation[1]` in a list of them.
    public let section: String
    /// The tracer's name, by which its cubes are found in a file of several; empty if it is the only one.
    public internal(set) var name: String
    /// f, force cells along each side of a cell.
    public internal(set) var coarsen: Int
    /// Where the observer is in the box [Mpc/h].
    public internal(set) var observer: SIMD3<Double>
    /// The width of the border in which nothing counts as seen [Mpc/h].
    public internal(set) var padding: Double
    /// The cosmology by which redshifts become distances.
    public internal(set) var fiducial: CosmologyParameters
    /// The galaxies.
    public internal(set) var catalogue: Catalogue?
    /// What the catalogue's columns are.
    public internal(set) var coordinates: Coordinates
    /// The names of the columns.
    public internal(set) var columns: [String]
    /// C(n̂), a HEALPix map; the whole sky if nil.
    public internal(set) var mask: DatasetAddress?
    /// φ, a table; everything if nil.
    public internal(set) var radial: String?
    /// What the table's first column is.
    public internal(set) var radialVariable: RadialVariable

    /// Whether there is a point from which things are seen: without one the whole box is.
    public var hasObserver: Bool { coordinates == .sky || mask != nil || radial != nil }

    /// All of them; what the first says of the box holds for the others, which must not say otherwise.
    static func all(
        _ sections: [SectionReader], _ box: BoxSection, _ cosmology: CosmologyParameters
    ) -> [ObservationSection] {
        var found: [ObservationSection] = []
        for (number, section) in sections.enumerated() {
            let isListed = sections.count > 1
            let observation = ObservationSection(section, box, cosmology, beside: found.first)
            if isListed {
                for key in ["coarsen", "observer", "padding", "fiducial"] where number > 0 && section.has(key)
                {
                    section.conflict(
                        key, is: "given",
                        "it must stand in \(sections[0].name) alone, for all observations are in "
                            + "one box", "remove it")
                }
                if observation.name.isEmpty || found.contains(where: { $0.name == observation.name }) {
                    section.conflict(
                        "name", is: observation.name.isEmpty ? "not given" : observation.name,
                        "each of several observations must have a name of its own", "try \"tracer_\(number)\""
                    )
                }
            }
            found.append(observation)
        }
        return sections.count > 1 || sections[0].isGiven ? found : []
    }

    private init(
        _ section: SectionReader, _ box: BoxSection, _ cosmology: CosmologyParameters,
        beside first: ObservationSection?
    ) {
        self.section = section.name
        name =
            section.read("name") { entry throws(Problem) in
                let (rule, remedy) = ("it must be letters, digits, - and _", "try red")
                let text = try entry.text(rule, remedy)
                guard text.count <= 40, text.utf8.allSatisfy(Self.isPlain) else {
                    throw entry.problem(rule, remedy)
                }
                return text
            } ?? ""
        coarsen = section.whole("coarsen", 1...1024, default: first?.coarsen ?? 1)
        observer = section.vector("observer", example: "[0, 0, 0]") ?? first?.observer ?? 0.5 * box.size
        padding = section.number("padding", .notNegative, default: first?.padding ?? 0)
        fiducial =
            section.read("fiducial") { entry throws(Problem) in try Self.fiducial(entry, cosmology) }
            ?? first?.fiducial ?? cosmology
        catalogue = section.read("catalogue") { entry throws(Problem) in try Self.catalogue(entry) }
        coordinates = section.choice("coordinates", default: .sky)
        columns = coordinates.columns
        mask = section.dataset("mask")
        radial = section.path("radial", example: "\"radial.txt\"")
        radialVariable = section.choice("radial_by", default: .distance)
        if let given = section.read("columns", { entry throws(Problem) in try Self.columns(entry) }) {
            columns = given
        }
        check(section, box)
    }

    private func check(_ section: SectionReader, _ box: BoxSection) {
        if box.mesh % SIMD3(repeating: coarsen) != .zero {
            section.conflict(
                "coarsen", is: "\(coarsen)", "it must divide box.mesh (\(shown(box.mesh)))", "try 1 or 2")
        }
        let half = 0.5 * box.size.min()
        if padding >= half {
            section.conflict(
                "padding", is: "\(padding)", "it must be below half the side of the box (\(half))",
                "try \(half / 5)")
        }
        section.require("radial_by", is: radialVariable.rawValue, radial != nil, "radial: a table")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func columns(_ entry: Entry) throws(Problem) -> [String] {
        let (rule, remedy) = ("it must be a list of three different names", "try [RA, Dec, z]")
        var names: [String] = []
        for element in try entry.list(rule, remedy) {
            names.append(try element.text("it must be a name", remedy))
        }
        guard names.count == 3, Set(names).count == 3 else { throw entry.problem(rule, remedy) }
        return names
    }

    private static func catalogue(_ entry: Entry) throws(Problem) -> Catalogue {
        let (rule, remedy) = (
            "it must be a text with named columns, or file.h5:/group", "try \"galaxies.txt\""
        )
        let text = try entry.text(rule, remedy)
        if text.contains(":/") { return .group(try entry.dataset(rule, remedy)) }
        let path = entry.place.resolve(text)
        let isHDF5 = [".h5", ".hdf5"].contains { text.lowercased().hasSuffix($0) }
        return isHDF5 ? .group(DatasetAddress(file: path, dataset: "/")) : .text(path)
    }

    /// The parameters of the expansion that a fiducial cosmology may say.
    private static let expansion: [CosmologyParameter] = [.omegaMatter, .omegaCurvature, .w0, .wa]

    private static func fiducial(
        _ entry: Entry, _ cosmology: CosmologyParameters
    ) throws(Problem) -> CosmologyParameters {
        var parameters = cosmology
        let remedy = "try {Omega_m: 0.31}"
        for (name, field) in try entry.fields(expansion.map(\.name), remedy) {
            guard let parameter = expansion.first(where: { $0.name == name }) else { continue }
            parameters[parameter] = try field.number(.any, remedy)
        }
        // It knows no baryons.
        parameters.omegaBaryon = min(parameters.omegaBaryon, 0.5 * parameters.omegaMatter)
        if let problem = parameters.problems.first {
            throw Problem(
                at: entry.place, "\(entry.key).\(problem.key)", is: "\(problem.value)",
                "it must \(problem.rule)",
                problem.remedy)
        }
        return parameters
    }

    var entries: [ResolvedEntry] {
        let source: [ResolvedEntry] =
            switch catalogue {
            case .text(let path): [.init("catalogue", quoted(path))]
            case .group(let address): [.init("catalogue", quoted(address.description))]
            case nil: []
            }
        let names = columns.map(quoted).joined(separator: ", ")
        return (name.isEmpty ? [] : [.init("name", quoted(name))]) + geometry + source
            + [.init("coordinates", coordinates.rawValue), .init("columns", "[\(names)]")]
            + (mask.map { [.init("mask", quoted($0.description))] } ?? [])
            + (radial.map {
                [.init("radial", quoted($0)), .init("radial_by", radialVariable.rawValue)]
            } ?? [])
    }

    /// What the first of several says for all.
    private var geometry: [ResolvedEntry] {
        guard !section.hasSuffix("]") || section.hasSuffix("[0]") else { return [] }
        let values = Self.expansion.map { "\($0.name): \(fiducial[$0])" }.joined(separator: ", ")
        return [
            .init("coarsen", "\(coarsen)"),
            .init("observer", "[\(observer.x), \(observer.y), \(observer.z)]"),
            .init("padding", "\(padding)"), .init("fiducial", "{\(values)}"),
        ]
    }
}
