/// The cells that galaxies are counted in, and where the observer stands among them.
///
/// A cell is made of f force cells along each side, those whose density it averages. A force cell is what lies nearest to
/// its mesh point, so that cell c reaches from (c f − ½) h to (c f + f − ½) h, h the spacing of the force mesh; the first
/// one goes around the box. Counts and density so are of the same places.
public struct ObservationMesh: Sendable, Equatable {
    /// Sides of the box [Mpc/h].
    public let box: SIMD3<Double>
    /// Cells along each side.
    public let shape: SIMD3<Int>
    /// Force cells along each side.
    public let forceMesh: SIMD3<Int>
    /// Where the observer is, in the box's coordinates; anywhere [Mpc/h].
    public let observer: SIMD3<Double>
    /// Cells that reach closer than this to a face of the box count as not seen [Mpc/h].
    public let padding: Double

    /// Points along each side at which a cell's selection is asked for.
    public static let subdivision = 4
    /// All of them.
    static let pointCount = subdivision * subdivision * subdivision

    /// Cells of a box.
    ///
    /// - Precondition: `forceMesh` is `shape` times whole numbers.
    public init(
        box: SIMD3<Double>, shape: SIMD3<Int>, forceMesh: SIMD3<Int>, observer: SIMD3<Double>, padding: Double
    ) {
        precondition((0..<3).allSatisfy { forceMesh[$0] % shape[$0] == 0 })
        self.box = box
        self.shape = shape
        self.forceMesh = forceMesh
        self.observer = observer
        self.padding = padding
    }

    /// All cells.
    public var count: Int { shape.x * shape.y * shape.z }
    /// The volume of a cell [(Mpc/h)³].
    public var cellVolume: Double { box.x * box.y * box.z / Double(count) }

    /// The number of a cell, z fastest.
    public func number(of cell: SIMD3<Int>) -> Int { (cell.x * shape.y + cell.y) * shape.z + cell.z }

    /// The cell of a number.
    public func cell(_ number: Int) -> SIMD3<Int> {
        let (row, z) = number.quotientAndRemainder(dividingBy: shape.z)
        let (x, y) = row.quotientAndRemainder(dividingBy: shape.y)
        return [x, y, z]
    }

    /// The cell that a place is in; nil if it is not in the box.
    public func cell(at position: SIMD3<Double>) -> SIMD3<Int>? {
        var cell = SIMD3<Int>.zero
        for axis in 0..<3 {
            // Not a number is nowhere.
            guard position[axis] >= 0, position[axis] < box[axis] else { return nil }
            let forceCells = position[axis] * Double(forceMesh[axis]) / box[axis] + 0.5
            let factor = Double(forceMesh[axis] / shape[axis])
            cell[axis] = Int((forceCells / factor).rounded(.down)) % shape[axis]
        }
        return cell
    }

    /// A place inside a cell, in the box.
    ///
    /// - Parameter share: of the cell's sides, 0 to 1 along each.
    func place(in cell: SIMD3<Int>, at share: SIMD3<Double>) -> SIMD3<Double> {
        var place = SIMD3<Double>.zero
        for axis in 0..<3 {
            let factor = Double(forceMesh[axis] / shape[axis])
            let forceCells = (Double(cell[axis]) + share[axis]) * factor - 0.5
            let length = forceCells * box[axis] / Double(forceMesh[axis])
            place[axis] = min(length < 0 ? length + box[axis] : length, box[axis].nextDown)
        }
        return place
    }

    /// The corner of the part of a cell around its `point`-th sub-point, as a share of its sides.
    static func corner(ofPart point: Int) -> SIMD3<Double> {
        let side = subdivision
        return SIMD3(Double(point / (side * side)), Double(point / side % side), Double(point % side))
            / Double(side)
    }

    /// The `point`-th of 4³ places that share a cell evenly, in the box [Mpc/h].
    func subpoint(_ point: Int, of cell: SIMD3<Int>) -> SIMD3<Double> {
        place(in: cell, at: Self.corner(ofPart: point) + 0.5 / Double(Self.subdivision))
    }

    /// Whether a cell reaches into the border that counts as not seen.
    public func isInBorder(_ cell: SIMD3<Int>) -> Bool {
        guard padding > 0 else { return false }
        return (0..<3).contains { axis in
            let factor = Double(forceMesh[axis] / shape[axis])
            let spacing = box[axis] / Double(forceMesh[axis])
            let lower = (Double(cell[axis]) * factor - 0.5) * spacing
            return lower < padding || lower + factor * spacing > box[axis] - padding
        }
    }

    /// Whether a cell lies at a face of the box, where it has neighbours of the other side.
    public func isAtFace(_ cell: SIMD3<Int>) -> Bool {
        (0..<3).contains { cell[$0] == 0 || cell[$0] == shape[$0] - 1 }
    }
}
