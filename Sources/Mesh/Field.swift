public import Memory

/// Planes of neighbours that a field holds besides its own, below and above, along x and y.
public struct GhostWidth: Sendable, Equatable {
    /// Planes before the first owned one.
    public let lower: Int
    /// Planes after the last owned one.
    public let upper: Int

    /// No ghost planes.
    public static let none = GhostWidth(lower: 0, upper: 0)
    /// What cloud-in-cell needs: a particle reaches the next point up.
    public static let cloudInCell = GhostWidth(lower: 0, upper: 1)
    /// What a four-point gradient under cloud-in-cell needs.
    public static let stencil = GhostWidth(lower: 2, upper: 3)

    /// Widths in planes.
    public init(lower: Int, upper: Int) {
        self.lower = lower
        self.upper = upper
    }
}

/// One value per mesh point: this rank's block of a decomposed mesh, with ghost planes along x and y.
///
/// Local layout `[lower + x + upper][lower + y + upper][z]`, z fastest; z is whole, hence periodic in
/// place. An axis that is not shared has ghost planes all the same, so that kernels know one case only.
public struct Field<Element: BitwiseCopyable & Sendable>: ~Copyable {
    /// How the mesh is shared.
    public let decomposition: Decomposition
    /// The ghost planes held.
    public let ghosts: GhostWidth
    /// The values, ghosts included.
    public var values: Buffer<Element>

    /// Elements from one y to the next.
    public let yStride: Int
    /// Elements from one x to the next.
    public let xStride: Int
    /// Local points along x and y, ghosts included.
    public let extent: SIMD2<Int>

    /// A field with undefined values.
    public init(_ decomposition: Decomposition, ghosts: GhostWidth, for purpose: StaticString) {
        let extent = decomposition.extent(ghosts: ghosts)
        // As much as a transform's array of the same precision, so that they use each other's memory.
        let values = Buffer<Element>(
            count: extent.x * extent.y * decomposition.shape.z, reserving: 2 * decomposition.fourier.capacity,
            from: decomposition.grid.memory, for: purpose)
        self.init(decomposition, ghosts: ghosts, values: values)
    }

    /// A field of values that are there already, as many as its points and ghost points.
    init(_ decomposition: Decomposition, ghosts: GhostWidth, values: consuming Buffer<Element>) {
        self.decomposition = decomposition
        self.ghosts = ghosts
        extent = decomposition.extent(ghosts: ghosts)
        yStride = decomposition.shape.z
        xStride = extent.y * yStride
        self.values = values
    }

    /// The value at a point with global indices, in the owned block or the ghost planes around it.
    @inlinable
    public subscript(x: Int, y: Int, z: Int) -> Element {
        get { values.span[offset(x: x, y: y, z: z)] }
        set {
            let place = offset(x: x, y: y, z: z)
            var span = values.mutableSpan
            span[place] = newValue
        }
    }

    /// Sets every value, ghost planes included.
    @inlinable
    public mutating func fill(with value: Element) {
        unsafe values.start.update(repeating: value, count: values.count)
    }

    /// A field with the same values, ghost planes included.
    public func copy(for purpose: StaticString) -> Field {
        let copy = Field(decomposition, ghosts: ghosts, for: purpose)
        unsafe copy.values.start.update(from: values.start, count: values.count)
        return copy
    }

    /// The same owned values, with other ghost planes around them, filled. Collective.
    public consuming func withGhosts(_ ghosts: GhostWidth, for purpose: StaticString) -> Field {
        var result = Field(decomposition, ghosts: ghosts, for: purpose)
        let depth = decomposition.shape.z
        for x in decomposition.x {
            for y in decomposition.y {
                unsafe (result.values.start + result.offset(x: x, y: y, z: 0)).update(
                    from: values.start + offset(x: x, y: y, z: 0), count: depth)
            }
        }
        result.fillGhosts()
        return result
    }

    /// Replaces every owned value by a function of it and of its global indices.
    @inlinable
    public mutating func mapPoints(_ body: (_ x: Int, _ y: Int, _ z: Int, Element) -> Element) {
        for x in decomposition.x {
            for y in decomposition.y {
                let line = unsafe values.start + offset(x: x, y: y, z: 0)
                for z in 0..<decomposition.shape.z { unsafe line[z] = body(x, y, z, line[z]) }
            }
        }
    }

    /// Reads every owned value with its global indices, in their order.
    @inlinable
    public func forEachPoint(_ body: (_ x: Int, _ y: Int, _ z: Int, Element) -> Void) {
        for x in decomposition.x {
            for y in decomposition.y {
                let line = unsafe values.start + offset(x: x, y: y, z: 0)
                for z in 0..<decomposition.shape.z { unsafe body(x, y, z, line[z]) }
            }
        }
    }

    /// The local position of the owned point with global indices; also reaches into the ghost planes.
    @inlinable
    public func offset(x: Int, y: Int, z: Int) -> Int {
        (x - decomposition.x.lowerBound + ghosts.lower) * xStride
            + (y - decomposition.y.lowerBound + ghosts.lower) * yStride + z
    }

    /// The local position of the first owned point.
    public var ownedOffset: Int { ghosts.lower * (xStride + yStride) }
}
