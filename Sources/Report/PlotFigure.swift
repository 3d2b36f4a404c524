internal import Figures

extension Plot {
    /// The plot as a figure of the page.
    ///
    /// - Parameters:
    ///   - identifier: its own name.
    ///   - description: what a reader who cannot see it is told.
    ///   - caption: what stands below it.
    func figure(_ identifier: String, describedAs description: String, caption: HTML) -> HTML {
        """
        <figure class="plot">
        \(HTML(trusted: element(named: identifier, describedAs: description)))
        <figcaption>\(caption)</figcaption>
        </figure>
        """
    }
}
