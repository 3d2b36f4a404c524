public import Mesh
internal import Parallel
public import Particles

/// What a picture of matter shows between the particles: the sheet that they span.
///
/// Cold matter fills a sheet in phase space, on which the particles are but points of a lattice. Between them positions are
/// linear in each of the three coordinates of that lattice, and every cell of it has the same mass. A picture of points
/// shows the lattice in voids, where particles are far apart; a picture of the sheet shows the void.
///
/// Every cell is filled with m³ tracers, m a power of two, at (s + 1/2)/m of its sides. Their places are exact fractions of
/// the corners', and they are shared among pixels with whole weights, so that the picture is the same bits on any number of
/// ranks.
///
/// - Source: Abel, Hahn & Kaehler 2012, MNRAS 427, 61; Shandarin, Habib & Heitmann 2012, PRD 85, 083005.
public struct MatterSheet: Sendable, Equatable {
    /// The line of sight.
    public let axis: BoxAxis
    /// The share of the box along it that is looked at, from its lower end: above 0, at most 1.
    public let share: Double
    /// Side lengths of the box [Mpc/h].
    public let box: SIMD3<Double>

    /// A slab at the lower end of the box.
    public init(along axis: BoxAxis, share: Double, box: SIMD3<Double>) {
        precondition(share > 0 && share <= 1)
        self.axis = axis
        self.share = share
        self.box = box
    }

    /// Pixels along a side of the picture at most.
    private static var mostPixels: Int { 1024 }
    /// Tracers at most, of all ranks.
    private static var mostTracers: Double { 0x1p29 }
    /// Parts of a pixel's side that weights know.
    private static var weightBits: Int { 10 }

    /// The mean density along each line of sight, in units of the mean density. Collective.
    ///
    /// Two pixels along each side of a cell of the particle grid, or as many as make 1024 along the longer side.
    ///
    /// - Parameters:
    ///   - particles: which lie anywhere.
    ///   - particleGrid: the grid they started from, over the same ranks.
    /// - Returns: the map, on every rank.
    public func map<Scalar>(
        of particles: borrowing ParticleSet<Scalar>, startedFrom particleGrid: Decomposition
    ) -> ProjectedMap {
        let positions = particles.lagrangianPositions(over: particleGrid)
        let plane = axis.plane
        let shape = particleGrid.shape
        let longest = 2 * max(shape[plane.x], shape[plane.y])
        func pixels(_ axis: Int) -> Int {
            max(1, 2 * shape[axis] * min(longest, Self.mostPixels) / longest)
        }
        let size = SIMD2(pixels(plane.x), pixels(plane.y))
        let divisions = divisions(particles: particleGrid.pointCount)
        var tracers = SheetTracers(
            size: size, plane: plane, depthAxis: axis.rawValue,
            depth: UInt64((share * 0x1p32).rounded()), divisionBits: divisions.trailingZeroBitCount,
            weightBits: Self.weightBits)
        tracers.add(positions)
        let sums = particleGrid.grid.world.sum(tracers.sums)

        let count = Double(particleGrid.pointCount) * Double(divisions * divisions * divisions)
        let mean = count * share / Double(size.x * size.y) * Double(1 << (2 * Self.weightBits))
        return ProjectedMap(
            columns: sums.map { Double($0) / mean }, shape: size, sides: [box[plane.x], box[plane.y]],
            axes: plane)
    }

    // Four tracers along each side of a cell, fewer where that would take long: from the run alone, not from its ranks.
    private func divisions(particles: Int) -> Int {
        [4, 2].first { Double(particles) * share * Double($0 * $0 * $0) <= Self.mostTracers } ?? 1
    }
}

/// The tracers of cells, counted by pixel.
private struct SheetTracers {
    let size: SIMD2<Int>
    let plane: SIMD2<Int>
    let depthAxis: Int
    /// The end of the slab [2⁻³² box].
    let depth: UInt64
    /// log₂ of the tracers along a side of a cell.
    let divisionBits: Int
    let weightBits: Int
    /// 4 ^ `weightBits` for each tracer, `[u][v]`.
    var sums: [Int]

    init(
        size: SIMD2<Int>, plane: SIMD2<Int>, depthAxis: Int, depth: UInt64, divisionBits: Int, weightBits: Int
    ) {
        self.size = size
        self.plane = plane
        self.depthAxis = depthAxis
        self.depth = depth
        self.divisionBits = divisionBits
        self.weightBits = weightBits
        sums = [Int](repeating: 0, count: size.x * size.y)
    }

    /// A position along u, v and the line of sight [2⁻³² box].
    private typealias Place = SIMD3<Int64>

    /// One end of a row of cells: where its four corners are, the first as it is, the others seen from there.
    private struct Corners {
        var first: Place
        var others: (Place, Place, Place)
    }

    mutating func add(_ positions: borrowing LagrangianPositions) {
        let decomposition = positions.decomposition
        let points = decomposition.shape.z
        let (u, v, w) = (
            positions.axes[plane.x].values.span, positions.axes[plane.y].values.span,
            positions.axes[depthAxis].values.span
        )
        let (xStride, yStride) = (positions.axes[0].xStride, positions.axes[0].yStride)
        func place(_ offset: Int) -> Place {
            Place(Int64(u[offset]), Int64(v[offset]), Int64(w[offset]))
        }
        func corners(_ offset: Int) -> Corners {
            let first = place(offset)
            return Corners(
                first: first,
                others: (
                    Self.nearest(place(offset + xStride), first),
                    Self.nearest(place(offset + yStride), first),
                    Self.nearest(place(offset + xStride + yStride), first)
                ))
        }
        for x in decomposition.x {
            for y in decomposition.y {
                let row = positions.axes[0].offset(x: x, y: y, z: 0)
                var lower = corners(row)
                for z in 1...points {
                    let upper = corners(row + (z == points ? 0 : z))
                    add(lower, upper)
                    lower = upper
                }
            }
        }
    }

    /// The difference of two places on the shorter way round.
    private static func nearest(_ place: Place, _ origin: Place) -> Place {
        let difference = place &- origin
        return Place(truncatingIfNeeded: SIMD3<Int32>(truncatingIfNeeded: difference))
    }

    private mutating func add(_ lower: Corners, _ upper: Corners) {
        let step = Self.nearest(upper.first, lower.first)
        let (a, b, c) = lower.others
        let (d, e, f) = (upper.others.0 &+ step, upper.others.1 &+ step, upper.others.2 &+ step)
        // Is any of it in the slab? Tracers lie between the lowest and the highest corner.
        let lowest = min(0, min(min(a.z, b.z), min(c.z, step.z)), min(d.z, min(e.z, f.z)))
        let highest = max(0, max(max(a.z, b.z), max(c.z, step.z)), max(d.z, max(e.z, f.z)))
        let start = UInt64(UInt32(truncatingIfNeeded: lower.first.z &+ lowest))
        guard start < depth || start &+ UInt64(highest &- lowest) >= 1 << 32 else { return }

        // In units of 1/(2m)³: of a cell's eight corners, then of a face's four, then along z.
        let parts = Int64(2) << divisionBits
        let bits = 3 * (divisionBits + 1)
        for s in stride(from: 1, to: parts, by: 2) {
            for t in stride(from: 1, to: parts, by: 2) {
                let (wa, wb, wc) = (s * (parts - t), (parts - s) * t, s * t)
                let w0 = (parts - s) * (parts - t)
                let below = wa &* a &+ wb &* b &+ wc &* c
                let above = w0 &* step &+ wa &* d &+ wb &* e &+ wc &* f
                let slope = above &- below
                var place = lower.first &<< Int64(bits) &+ parts &* below &+ slope
                for _ in 0..<(parts / 2) {
                    deposit(place &>> Int64(bits))
                    place = place &+ 2 &* slope
                }
            }
        }
    }

    /// Cloud-in-cell on the pixels, whose middles are at (i + 1/2) of their sides.
    private mutating func deposit(_ place: Place) {
        guard UInt64(UInt32(truncatingIfNeeded: place.z)) < depth else { return }
        let (i, j) = (
            pixel(UInt32(truncatingIfNeeded: place.x), size.x),
            pixel(UInt32(truncatingIfNeeded: place.y), size.y)
        )
        let whole = 1 << weightBits
        sums[i.lower * size.y + j.lower] &+= (whole - i.weight) * (whole - j.weight)
        sums[i.lower * size.y + j.upper] &+= (whole - i.weight) * j.weight
        sums[i.upper * size.y + j.lower] &+= i.weight * (whole - j.weight)
        sums[i.upper * size.y + j.upper] &+= i.weight * j.weight
    }

    private func pixel(_ place: UInt32, _ count: Int) -> (lower: Int, upper: Int, weight: Int) {
        let wide = Int(place) * count - 1 << 31
        let below = wide >> 32
        let weight = (wide >> (32 - weightBits)) & (1 << weightBits - 1)
        return (below < 0 ? count - 1 : below, below + 1 == count ? 0 : below + 1, weight)
    }
}
