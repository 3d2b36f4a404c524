public import Background

/// Where the shape of the linear power spectrum comes from.
public struct PowerSection: Sendable, Equatable {
    /// The models of the linear power spectrum.
    public enum Model: String, CaseIterable, Sendable, Named {
        /// The fit of Eisenstein & Hu 1998 with baryon wiggles.
        case eisensteinHu = "eisenstein-hu"
        /// The same without wiggles.
        case eisensteinHuNoWiggle = "eisenstein-hu-no-wiggle"
        /// A table of CLASS or CAMB.
        case table
    }

    /// The model.
    public var model: Model
    /// The table's path, seen from the working directory; given exactly if the model is `table`.
    public var table: String?
    /// The redshift of the table; it is brought to 0 by growth.
    public var redshift: Double
    /// The A_s that the table was computed with; if not known, the amplitude is the table's whatever `cosmology.A_s`.
    public var scalarAmplitude: Double?
    /// Whether wavenumbers outside the table are answered by the power laws of its ends.
    public var extrapolate: Bool

    init(_ section: SectionReader) {
        model = section.choice("model", default: .eisensteinHu)
        table = section.path("table", example: "planck18_linear_z0.txt")
        redshift = section.number("redshift", .within(0...1000), default: 0)
        scalarAmplitude = section.number("A_s", .within(1e-12...1e-6), example: 2.105e-9)
        extrapolate = section.flag("extrapolate", default: false)
        if model == .table {
            guard !section.has("table") else { return }
            section.conflict(
                "model", is: "table", "it must come with power.table", "add table: FILE below it")
        } else {
            let given = [
                ("table", table), ("redshift", redshift == 0 ? nil : "\(redshift)"),
                ("A_s", scalarAmplitude.map { "\($0)" }), ("extrapolate", extrapolate ? "true" : nil),
            ]
            for case (let key, let value?) in given {
                section.conflict(
                    key, is: value, "it must come with model: table, not \(model.rawValue)",
                    "set power.model to table or remove power.\(key)")
            }
        }
    }

    /// Parameters that do not act on the power spectrum.
    public func idleParameters(beside cosmology: CosmologyParameters) -> [CosmologyParameter] {
        model == .table ? cosmology.idleParameters(besideTableOf: scalarAmplitude) : []
    }

    var entries: [ResolvedEntry] {
        [.init("model", model.rawValue)] + (table.map { [.init("table", quoted($0))] } ?? [])
            + (redshift == 0 ? [] : [.init("redshift", "\(redshift)")])
            + (scalarAmplitude.map { [.init("A_s", "\($0)")] } ?? [])
            + [.init("extrapolate", "\(extrapolate)")]
    }
}
