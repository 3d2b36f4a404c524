internal import Figures
internal import FoundationEssentials
internal import Measurement
internal import Text

/// Pictures beside each other whose colours mean the same.
struct MapRow {
    struct Panel {
        let map: ProjectedMap
        let name: String
        /// What stands beside the name.
        var remark = ""
        /// What a reader who cannot see the picture is told.
        let description: String
    }

    /// Names inside the row begin with this.
    let identifier: String
    let panels: [Panel]
    let bar: ColourBar
    /// How pixels between mesh points are made up.
    var interpolation = Interpolation.cubic
    /// How many stand beside each other at most; nothing: as many as there are.
    var columns: Int?

    /// So many of them can still be looked at.
    static let mostColumns = 3

    /// The longer side of a picture [px]: about twice what it takes on the page.
    private var pixels: Int {
        switch places {
        case 1: 1024
        case 2: 768
        default: 576
        }
    }

    private var places: Int { columns ?? min(panels.count, Self.mostColumns) }

    func html() throws -> HTML {
        let figures = try panels.map { panel -> HTML in
            let picture = try MapPicture(
                panel.map, bar.stretch, bar.colours, pixels: pixels, by: interpolation)
            let remark: HTML = panel.remark.isEmpty ? "" : " <span>\(panel.remark)</span>"
            return """
                <figure><div class="map">\(picture.image(describedAs: panel.description))\(picture.scaleBar)</div>
                <figcaption><strong>\(panel.name)</strong>\(remark)</figcaption></figure>
                """
        }
        return """
            <div class="row">
            <div class="maps" style="--columns: \(places)">
            \(figures)
            </div>
            \(HTML(trusted: bar.element(named: "\(identifier)-colours")))
            </div>
            """
    }
}

/// A map as a picture inside the page.
struct MapPicture {
    private let map: ProjectedMap
    private let width: Int
    private let height: Int
    private let address: String
    private let isPale: Bool

    init(
        _ map: ProjectedMap, _ stretch: Stretch, _ colours: ColourMap, pixels: Int,
        by interpolation: Interpolation = .cubic
    ) throws {
        let map = map.reduced(toAtMost: pixels)
        let picture = Picture(of: map, stretch, in: colours, pixels: pixels, by: interpolation)
        self.map = map
        width = picture.width
        height = picture.height
        isPale = OKLab(colours[0.5]).lightness > 0.7
        address = "data:image/png;base64," + Data(try picture.png()).base64EncodedString()
    }

    func image(describedAs description: String) -> HTML {
        """
        <img src="\(HTML(trusted: address))" width="\(width)" height="\(height)" alt="\(description)" />
        """
    }

    var scaleBar: HTML {
        let (length, label) = ScaleBar.fitting(map)
        let share = Numbers.fixed(100 * length / map.sides.x, 2)
        return """
            <span class="scale\(isPale ? " pale" : "")" style="width: \(share)%" aria-hidden="true">\(label)</span>
            """
    }
}
