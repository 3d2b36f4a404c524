/// The initial conditions.
public struct InitialSection: Sendable, Equatable {
    /// Where the white noise comes from.
    public enum Noise: Sendable, Equatable {
        /// The random numbers of a seed.
        case seed(UInt64)
        /// A dataset or an array `[nx][ny][nz]`.
        case file(DatasetAddress)
    }

    /// Where the white noise comes from.
    public var noise: Noise
    /// The order of Lagrangian perturbation theory, 1, 2 or 3.
    public var lptOrder: Int
    /// Whether its products of fields are free of aliasing; always at third order.
    public var dealiases: Bool
    /// The scale factor of the initial conditions; 0 with `evolution.integrator: bullfrog` only.
    public var a: Double

    /// - Parameter start: `a` where it is not given.
    init(_ section: SectionReader, start: Double) {
        let seed = section.whole("seed", 0...Int.max, default: 1)
        noise = section.noise("white_noise").map(Noise.file) ?? .seed(UInt64(seed))
        section.exclude("seed", "white_noise", "remove one of them")
        lptOrder = section.whole("lpt_order", 1...3, default: 2)
        dealiases = section.flag("dealias", default: lptOrder == 3)
        a = section.number("a", .startingScaleFactor, default: start)
        if lptOrder == 1 && dealiases {
            section.conflict(
                "dealias", is: "true", "initial.lpt_order 1 takes no products of fields",
                "remove it, or set lpt_order: 2")
        }
        if lptOrder == 3 && !dealiases {
            section.conflict(
                "dealias", is: "false",
                "initial.lpt_order 3 must be free of aliasing, or its terms are a third too large",
                "remove it, or set lpt_order: 2")
        }
    }

    /// Refuses a = 0 beside an integrator that cannot start there.
    func check(_ integrator: EvolutionSection.Integrator, _ section: SectionReader) {
        guard a == 0, integrator != .bullfrog, section.has("a") else { return }
        section.conflict(
            "a", is: "0",
            "it must be a number from 0.0001 to 1.0, or come with evolution.integrator: bullfrog",
            "try 0.0625")
    }

    var entries: [ResolvedEntry] {
        let source =
            switch noise {
            case .seed(let seed): ResolvedEntry("seed", "\(seed)")
            case .file(let address): ResolvedEntry("white_noise", quoted(address.description))
            }
        // Where there is a choice.
        let products = lptOrder == 2 ? [ResolvedEntry("dealias", "\(dealiases)")] : []
        return [source, .init("lpt_order", "\(lptOrder)")] + products + [.init("a", "\(a)")]
    }
}

/// A dataset in an HDF5 file, or an array that is all of a file of numpy.
public struct DatasetAddress: Sendable, Equatable, CustomStringConvertible {
    /// The file's path, seen from the working directory.
    public internal(set) var file: String
    /// The dataset's path in the file, from its root `/`; empty for an array.
    public let dataset: String

    /// How the names of files of numpy end.
    static let arraySuffix = ".npy"

    init(file: String, dataset: String) {
        self.file = file
        self.dataset = dataset
    }

    init(array file: String) { self.init(file: file, dataset: "") }

    /// Whether it is a file of numpy.
    public var isArray: Bool { dataset.isEmpty }

    /// `file.h5:/dataset` or `file.npy`.
    public var description: String { isArray ? file : "\(file):\(dataset)" }
}
