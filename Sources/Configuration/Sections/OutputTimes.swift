/// When the universe is written, as it was asked for: by scale factors or by redshifts.
struct OutputTimes {
    /// What happens where an output is wanted and no step ends.
    enum Alignment: String, CaseIterable, Named {
        /// It is refused.
        case steps
        /// The step is cut there.
        case outputs
    }

    /// The scale factors, and the redshifts they were given by.
    private let wanted: [(a: Double, redshift: Double?)]?
    private let alignment: Alignment

    init(_ section: SectionReader) {
        let snapshots = section.numbers("snapshots", .within(1e-4...1), example: "[0.5, 1.0]")
        let redshifts = section.numbers("redshifts", .within(0...9999), example: "[1.0, 0.0]")
        section.exclude("redshifts", "snapshots", "remove one of them, they say the same")
        wanted = redshifts?.map { (1 / (1 + $0), $0) } ?? snapshots?.map { ($0, nil) }
        alignment = section.choice("align", default: .steps)
    }

    /// Where steps are to be cut.
    var cuts: [Double] { alignment == .outputs ? (wanted ?? []).map(\.a) : [] }

    /// The ends of steps that are meant, increasing; nil if none were asked for.
    func ends(of scaleFactors: [Double], _ section: SectionReader) -> [Double]? {
        guard let wanted else { return nil }
        var (found, names): ([Double], Set<String>) = ([], [])
        let ends = StepEnds(scaleFactors)
        for (index, time) in wanted.enumerated() {
            let key = "\(time.redshift == nil ? "snapshots" : "redshifts")[\(index)]"
            let value = "\(time.redshift ?? time.a)"
            guard ends.span(time.a) else {
                let bounds = ends.bounds(inRedshift: time.redshift != nil)
                section.conflict(
                    key, is: value, "it must lie within the run, \(bounds)",
                    "take one from there or change initial.a or evolution.a_stop")
                return found
            }
            guard let end = ends.meant(by: time.a) else {
                let nearest =
                    time.redshift.map(ends.nearest(toRedshift:)) ?? ends.nearest(to: time.a)
                section.conflict(
                    key, is: value, "it must be where a step ends; \(nearest)",
                    "take one of these or change evolution, or set output.align: outputs")
                return found
            }
            guard names.insert(OutputSection.label(end)).inserted else {
                section.conflict(
                    key, is: value,
                    "it must differ from the others in its file name, snapshot_a\(OutputSection.label(end)).hdf5",
                    "remove one of them")
                return found
            }
            found.append(end)
        }
        return found.sorted()
    }
}
