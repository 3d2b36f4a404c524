/// Where the shape of the linear power spectrum comes from.
public struct PowerSection: Sendable, Equatable {
    /// The models of the linear power spectrum.
    public enum Model: String, CaseIterable, Sendable, Named {
        /// The fit of Eisenstein & Hu 1998 with baryon wiggles.
        case eisensteinHu = "eisenstein-hu"
        /// The same without wiggles.
        case eisensteinHuNoWiggle = "eisenstein-hu-no-wiggle"
        /// A two-column table of CLASS or CAMB.
        case table
    }

    /// The model.
    public var model: Model
    /// The table's path, seen from the working directory; given exactly if the model is `table`.
    public var table: String?
    /// Whether wavenumbers outside the table are answered by the power laws of its ends.
    public var extrapolate: Bool

    init(_ section: SectionReader) {
        model = section.choice("model", default: .eisensteinHu)
        table = section.path("table", example: "planck18_linear_z0.txt")
        extrapolate = section.flag("extrapolate", default: false)
        if model == .table, !section.has("table") {
            section.conflict(
                "model", is: "table", "it must come with power.table", "add table: FILE below it")
        }
        if model != .table, let table {
            section.conflict(
                "table", is: table, "it must come with model: table, not \(model.rawValue)",
                "set power.model to table or remove power.table")
        }
    }

    var entries: [ResolvedEntry] {
        [.init("model", model.rawValue)] + (table.map { [.init("table", quoted($0))] } ?? [])
            + [.init("extrapolate", "\(extrapolate)")]
    }
}
