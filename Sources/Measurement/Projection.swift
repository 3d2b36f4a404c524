public import Mesh
public import Parallel

/// What is looked at: a slab of the box, along one of its axes.
public struct Projection: Sendable, Equatable {
    /// The axis along which the field is averaged.
    public typealias Axis = BoxAxis

    /// The line of sight.
    public let axis: Axis
    /// The mesh planes across it that are averaged; at least one.
    public let planes: Range<Int>

    /// A slab of given planes.
    public init(along axis: Axis, planes: Range<Int>) {
        precondition(!planes.isEmpty && planes.lowerBound >= 0)
        self.axis = axis
        self.planes = planes
    }

    /// The slab at the lower end of the box that is about `thickness` thick: at least one plane, at most all.
    ///
    /// - Parameters:
    ///   - axis: the line of sight.
    ///   - thickness: comoving [Mpc/h].
    ///   - mesh: mesh points along each axis.
    ///   - box: side lengths [Mpc/h].
    public init(along axis: Axis, thickness: Double, mesh: SIMD3<Int>, box: SIMD3<Double>) {
        let most = mesh[axis.rawValue]
        let wanted = thickness * Double(most) / box[axis.rawValue]
        let count = wanted < Double(most) ? max(1, Int(wanted.rounded())) : most
        self.init(along: axis, planes: 0..<count)
    }

    /// The mean of a field along each line of sight, on rank 0. Collective.
    ///
    ///     Σ(u, v) = 1/n Σ_{w in slab} f(u, v, w)
    ///
    /// The terms are rounded once to multiples of a power of two below n 2⁻⁶⁰ of the largest |f|, and added as
    /// integers, so the map is the same bits on any number of ranks.
    ///
    /// - Parameters:
    ///   - field: for instance ρ/ρ̄.
    ///   - box: side lengths [Mpc/h].
    /// - Returns: the map on rank 0, nothing elsewhere.
    /// - Throws: `NotFiniteError` on all ranks when a value in the slab is NaN or infinite.
    public func map<Scalar: BinaryFloatingPoint>(
        of field: borrowing Field<Scalar>, box: SIMD3<Double>
    ) throws(NotFiniteError) -> ProjectedMap? {
        let decomposition = field.decomposition
        let shape = decomposition.shape
        precondition(planes.upperBound <= shape[axis.rawValue])
        let region = Region(x: decomposition.x, y: decomposition.y, z: 0..<shape.z, cut: self)

        let maximum = decomposition.grid.world.maximum(largestMagnitude(of: field, in: region))
        guard maximum.isFinite else { throw NotFiniteError(quantity: "a projected field") }
        let exponent = scaleExponent(maximum: maximum)
        var tile = integerSums(of: field, in: region, exponent: exponent)
        switch axis {
        case .x: tile = decomposition.grid.column.sum(tile)
        case .y: tile = decomposition.grid.row.sum(tile)
        case .z: break
        }

        let plane = axis.plane
        let size = SIMD2(shape[plane.x], shape[plane.y])
        guard let sums = gathered(tile, on: decomposition.grid, shape: shape) else { return nil }
        let unit = Double.powerOfTwo(-exponent)
        var values: [Double] = []
        values.reserveCapacity(sums.count)
        for v in (0..<size.y).reversed() {
            for u in 0..<size.x { values.append(Double(sums[u * size.y + v]) * unit / Double(planes.count)) }
        }
        return ProjectedMap(
            width: size.x, height: size.y, values: values, sides: [box[plane.x], box[plane.y]], axes: plane)
    }

    // The part of this rank's block that lies in the slab.
    private struct Region {
        var x: Range<Int>
        var y: Range<Int>
        var z: Range<Int>

        init(x: Range<Int>, y: Range<Int>, z: Range<Int>, cut: Projection) {
            (self.x, self.y, self.z) = (x, y, z)
            switch cut.axis {
            case .x: self.x = x.clamped(to: cut.planes)
            case .y: self.y = y.clamped(to: cut.planes)
            case .z: self.z = z.clamped(to: cut.planes)
            }
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func largestMagnitude<Scalar: BinaryFloatingPoint>(
        of field: borrowing Field<Scalar>, in region: Region
    ) -> Double {
        let values = field.values.span
        var largest: Scalar = 0
        var isFinite = true
        for x in region.x {
            for y in region.y {
                let line = field.offset(x: x, y: y, z: 0)
                for z in region.z {
                    let magnitude = abs(values[line + z])
                    largest = max(largest, magnitude)
                    isFinite = isFinite && magnitude < .infinity
                }
            }
        }
        return isFinite ? Double(largest) : .nan
    }

    // Sums over the slab of round(2^e f), `[u][v]` over this rank's ranges of the two axes of the picture.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func integerSums<Scalar: BinaryFloatingPoint>(
        of field: borrowing Field<Scalar>, in region: Region, exponent: Int
    ) -> [Int] {
        let decomposition = field.decomposition
        let scale = Double.powerOfTwo(exponent)
        let values = field.values.span
        let (firstX, firstY) = (decomposition.x.lowerBound, decomposition.y.lowerBound)
        let strides: SIMD3<Int> =
            switch axis {
            case .x: [0, decomposition.shape.z, 1]
            case .y: [decomposition.shape.z, 0, 1]
            case .z: [decomposition.y.count, 1, 0]
            }
        var sums = [Int](repeating: 0, count: tileSize(in: decomposition))
        for x in region.x {
            for y in region.y {
                let line = field.offset(x: x, y: y, z: 0)
                let pixel = (x - firstX) * strides.x + (y - firstY) * strides.y
                for z in region.z {
                    sums[pixel + z * strides.z] += Int((Double(values[line + z]) * scale).rounded())
                }
            }
        }
        return sums
    }

    private func tileSize(in decomposition: Decomposition) -> Int {
        switch axis {
        case .x: decomposition.y.count * decomposition.shape.z
        case .y: decomposition.x.count * decomposition.shape.z
        case .z: decomposition.x.count * decomposition.y.count
        }
    }

    /// The tiles of all ranks as one `[u][v]` on rank 0. After the sums along the line of sight the ranks at
    /// its start have the whole of their tile; the others have nothing to add.
    private func gathered(_ tile: [Int], on grid: RankGrid, shape: SIMD3<Int>) -> [Int]? {
        struct Tile {
            let rank: Int
            let u: Range<Int>
            let v: Range<Int>
        }
        let plane = axis.plane
        func range(_ pictureAxis: Int, of position: SIMD2<Int>) -> Range<Int> {
            guard pictureAxis < 2 else { return 0..<shape.z }
            return Decomposition.block(
                position[pictureAxis], of: grid.shape[pictureAxis], length: shape[pictureAxis])
        }
        var tiles: [Tile] = []
        for x in 0..<(axis == .x ? 1 : grid.shape.x) {
            for y in 0..<(axis == .y ? 1 : grid.shape.y) {
                tiles.append(
                    Tile(
                        rank: grid.rank(at: [x, y]), u: range(plane.x, of: [x, y]),
                        v: range(plane.y, of: [x, y])))
            }
        }

        let isRoot = grid.world.isRoot
        let root = 0
        var messages: [Message] = []
        var received = 0
        for other in tiles where isRoot || other.rank == grid.world.rank {
            let count = other.u.count * other.v.count
            let isMine = other.rank == grid.world.rank
            messages.append(
                Message(
                    rank: isRoot ? other.rank : root, sent: 0..<(isMine ? count : 0),
                    received: received..<(isRoot ? received + count : received)))
            if isRoot { received += count }
        }
        var parts = [Int](repeating: 0, count: received)
        unsafe tile.withUnsafeBytes { sent in
            unsafe parts.withUnsafeMutableBytes { target in
                // An empty array has no address; then no message names it either.
                let nowhere = unsafe UnsafeMutableRawPointer(mutating: sent.baseAddress!)
                unsafe grid.world.exchange(
                    messages, from: sent.baseAddress!, to: target.baseAddress ?? nowhere,
                    stride: MemoryLayout<Int>.stride)
            }
        }
        guard isRoot else { return nil }

        let height = shape[plane.y]
        var whole = [Int](repeating: 0, count: shape[plane.x] * height)
        var next = 0
        for tile in tiles {
            for u in tile.u {
                for v in tile.v {
                    whole[u * height + v] = parts[next]
                    next += 1
                }
            }
        }
        return whole
    }

    // 2^e |f| < 2⁶², shared by n terms.
    private func scaleExponent(maximum: Double) -> Int {
        guard maximum > 0 else { return 0 }
        let termBits = Int.bitWidth - planes.count.leadingZeroBitCount
        return min(61 - Int(maximum.exponent) - termBits, 1000)
    }
}
