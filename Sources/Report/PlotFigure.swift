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
        \(HTML(trusted: narrow.element(named: identifier + "-narrow", describedAs: description)))
        <figcaption>\(caption)</figcaption>
        </figure>
        """
    }

    /// The same for a phone, where the wide one's letters could not be read.
    private var narrow: Plot {
        var narrow = self
        narrow.size = [400, min(max(320, 0.8 * size.y), 600)]
        return narrow
    }
}
