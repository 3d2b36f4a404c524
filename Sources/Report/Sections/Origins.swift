internal import Records
internal import Storage

/// Versions, and the files that the page was made from.
struct Origins: ReportSection {
    private let record: RunRecord?
    private let provenance: Provenance?
    private let bench: BenchRecord?
    private let names: [String]
    private let linksFiles: Bool

    let identifier = "origins"
    let heading = "Versions and files"

    init?(of run: RunDirectory) {
        record = run.record
        provenance = run.provenance
        bench = run.bench
        linksFiles = run.isBesidePage
        names = run.names.filter { !$0.hasPrefix(".") }
    }

    func content() -> HTML {
        let origins: [(String, String?)] = [
            ("palindrome", record?.codeVersion ?? provenance?.codeVersion ?? bench?.codeVersion),
            ("command", record?.command),
            ("built with", record?.build ?? provenance?.build ?? bench?.build),
            ("processor", record?.processor ?? bench?.processor),
            ("MPI", bench?.mpi),
            ("precision", provenance?.precision),
            ("seed", provenance?.seed.map(String.init)),
            ("finished", record?.finished ?? bench?.finished),
        ]
        let list = origins.compactMap { name, value -> HTML? in
            value.map { "<dt>\(name)</dt><dd>\($0)</dd>" }
        }
        let rows = names.compactMap { name -> HTML? in
            // Beside the page a name leads to the file; it has no characters that an address must not have.
            let isPlain = name.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || "0123456789._".utf8.contains($0)
            }
            let shown: HTML = linksFiles && isPlain ? "<a href=\"\(name)\">\(name)</a>" : "\(name)"
            return Self.meaning(of: name).map {
                "<tr><th scope=\"row\"><code>\(shown)</code></th><td>\($0)</td></tr>"
            }
        }
        return """
            <dl class="list">\(list)</dl>
            <div class="table"><table class="files"><tbody>
            \(rows)
            </tbody></table></div>
            """
    }

    /// What a file of a run is; nil for a file that is none.
    private static func meaning(of name: String) -> String? {
        let meanings: [(String, String, String)] = [
            ("run", ".json", "the forward run's times, memory and versions"),
            ("reconstruction", ".json", "the reconstruction's"), ("gradient", ".json", "the gradient's"),
            ("bench", ".json", "measured times, and what the machine can do"),
            ("snapshot_a", ".hdf5", "particles, Gadget-4 layout"),
            ("density_a", ".h5", "density / mean on the force mesh"),
            ("density_a", ".png", "picture"), ("density_a", ".svg", "figure"),
            ("power_a", ".txt", "power spectrum, measured and linear"), ("power_a", ".svg", "figure"),
            ("fof_subhalo_tab_a", ".hdf5", "haloes, Gadget-4 layout"),
            ("halo_mass_a", ".txt", "mass function of haloes"),
            ("survey", ".h5", "galaxies counted in cells, and the part of each that is seen"),
            ("mock", ".h5", "galaxies of a mock, counted in cells, and the part of each that is seen"),
            ("white_noise", ".h5", "white noise of the initial conditions"),
            ("linear_density", ".h5", "linear overdensity for D1 = 1"),
            ("checkpoint_", ".h5", "state to continue from"),
            ("reconstruction", ".h5", "noise and densities found, their history and diagnostics"),
            ("picture_", ".png", "picture"), ("history", ".csv", "loss by iteration"),
            ("gradient", ".h5", "loss and its gradient"),
        ]
        return meanings.first { name.hasPrefix($0.0) && name.hasSuffix($0.1) }?.2
    }
}
