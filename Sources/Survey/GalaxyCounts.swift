internal import Memory
public import Mesh
internal import Parallel
internal import Particles

extension ObservationMesh {
    /// How many there are in each cell. Collective.
    ///
    /// Whole numbers, so that the ranks that give them do not show.
    ///
    /// - Parameters:
    ///   - cells: numbers of cells, one for each galaxy of this rank's.
    ///   - decomposition: of the cells.
    public func counts(of cells: [Int], over decomposition: Decomposition) -> Field<Int32> {
        let memory = decomposition.grid.memory
        let owners = Buffer<UInt32>(count: cells.count, from: memory, for: "routing")
        let numbers = Buffer<Int64>(count: cells.count, from: memory, for: "cells of galaxies")
        for (galaxy, number) in cells.enumerated() {
            let cell = cell(number)
            unsafe owners.start[galaxy] = UInt32(decomposition.owner(x: cell.x, y: cell.y))
            unsafe numbers.start[galaxy] = Int64(number)
        }
        let received = Delivery(to: owners, over: decomposition.grid).send(
            numbers, for: "cells of galaxies")
        var counts = Field<Int32>(decomposition, ghosts: .none, for: "counts")
        counts.fill(with: 0)
        for galaxy in 0..<received.count {
            let cell = cell(Int(unsafe received.start[galaxy]))
            counts[cell.x, cell.y, cell.z] += 1
        }
        return counts
    }

    /// The density of a force mesh averaged over the cells. Collective.
    ///
    ///     ρ(c) = f⁻³ Σ ρ(force cells of c)
    ///
    /// Terms are rounded to multiples of 2⁻³² and added as integers: the same bits on any ranks.
    ///
    /// - Parameters:
    ///   - density: on the force mesh, below 2²⁰ everywhere.
    ///   - decomposition: of the cells, over the same ranks.
    public func average(_ density: borrowing Field<Float>, over decomposition: Decomposition) -> Field<Float>
    {
        let factors = forceMesh / shape
        let source = density.decomposition
        let memory = decomposition.grid.memory
        // The parts of cells that this rank has, in its own order.
        let (firstX, lastX) = (source.x.lowerBound / factors.x, (source.x.upperBound - 1) / factors.x)
        let (firstY, lastY) = (source.y.lowerBound / factors.y, (source.y.upperBound - 1) / factors.y)
        let (width, depth) = (lastY - firstY + 1, shape.z)
        var sums = [Int64](repeating: 0, count: (lastX - firstX + 1) * width * depth)
        density.forEachPoint { x, y, z, value in
            let column = (x / factors.x - firstX) * width + y / factors.y - firstY
            sums[column * depth + z / factors.z] += Int64((Double(value) * 0x1p32).rounded(.toNearestOrEven))
        }
        let owners = Buffer<UInt32>(count: sums.count, from: memory, for: "routing")
        let numbers = Buffer<Int64>(count: sums.count, from: memory, for: "cells")
        let parts = Buffer<Int64>(count: sums.count, from: memory, for: "parts of cells")
        for part in sums.indices {
            let (column, z) = part.quotientAndRemainder(dividingBy: depth)
            let (x, y) = (firstX + column / width, firstY + column % width)
            unsafe owners.start[part] = UInt32(decomposition.owner(x: x, y: y))
            unsafe numbers.start[part] = Int64(number(of: [x, y, z]))
            unsafe parts.start[part] = sums[part]
        }
        let delivery = Delivery(to: owners, over: decomposition.grid)
        let cells = delivery.send(numbers, for: "cells")
        let received = delivery.send(parts, for: "parts of cells")
        var totals = Field<Int64>(decomposition, ghosts: .none, for: "sums of cells")
        totals.fill(with: 0)
        for part in 0..<cells.count {
            let cell = cell(Int(unsafe cells.start[part]))
            totals[cell.x, cell.y, cell.z] += unsafe received.start[part]
        }
        let scale = 0x1p-32 / Double(factors.x * factors.y * factors.z)
        var mean = Field<Float>(decomposition, ghosts: .none, for: "density in cells")
        mean.mapPoints { x, y, z, _ in Float(Double(totals[x, y, z]) * scale) }
        return mean
    }
}
