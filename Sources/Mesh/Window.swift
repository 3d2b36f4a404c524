package import CKernels
internal import Memory

/// What one rank sees of a mesh: rows along z, of its own field or fetched from others. Read only.
@safe public struct Window<Element: BitwiseCopyable & Sendable>: ~Copyable {
    /// The range of x, of global indices that may lie beyond the mesh.
    public let x: Range<Int>
    /// The range of y.
    public let y: Range<Int>

    private let rows: WindowRows<Element>
    // Owns those of the rows that this rank does.
    private let field: Field<Element>

    init(x: Range<Int>, y: Range<Int>, rows: consuming WindowRows<Element>, field: consuming Field<Element>) {
        self.x = x
        self.y = y
        self.rows = rows
        self.field = field
    }

    /// The value at a point of the window.
    public subscript(x: Int, y: Int, z: Int) -> Element {
        unsafe rows.table.row(x - self.x.lowerBound, y - self.y.lowerBound)[z]
    }

    /// As kernels take it; valid as long as this is.
    package var forKernel: palindrome_window {
        unsafe palindrome_window(
            rows: rows.table.start, first_x: Int64(x.lowerBound), first_y: Int64(y.lowerBound),
            count_y: Int64(y.count), points_z: Int64(field.decomposition.shape.z))
    }
}

/// The rows of a window, and what was fetched of them.
struct WindowRows<Element: BitwiseCopyable>: ~Copyable {
    let table: RowTable<Element>
    let planes: Buffer<Element>
    let rows: Buffer<Element>
}

/// Where rows are, `[plane][row]`.
@safe struct RowTable<Element: BitwiseCopyable>: ~Copyable {
    let planes: Int
    let rows: Int
    private let places: Buffer<UnsafeRawPointer?>

    init(_ decomposition: Decomposition, planes: Int, rows: Int) {
        self.planes = planes
        self.rows = rows
        unsafe places = Buffer(count: planes * rows, from: decomposition.grid.memory, for: "windows")
    }

    var start: UnsafePointer<UnsafeRawPointer?> { unsafe UnsafePointer(places.start) }

    func row(_ plane: Int, _ row: Int) -> UnsafePointer<Element> {
        unsafe places.start[plane * rows + row]!.assumingMemoryBound(to: Element.self)
    }

    func place(_ plane: Int, _ row: Int, at address: UnsafePointer<Element>) {
        unsafe places.start[plane * rows + row] = UnsafeRawPointer(address)
    }
}
