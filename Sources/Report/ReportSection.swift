/// A part of the page. Adding one is a file in `Sections` and a line in ``RunReport/sections``.
protocol ReportSection {
    /// Reads what the section shows; nil if the run has none of it. Collective.
    ///
    /// - Throws: on all ranks when a file is damaged.
    init?(of run: RunDirectory) throws

    /// Its name in the page's addresses, and what names inside it begin with.
    var identifier: String { get }

    /// Its heading.
    var heading: String { get }

    /// What stands below the heading; asked for on rank 0 only.
    func content() throws -> HTML
}
