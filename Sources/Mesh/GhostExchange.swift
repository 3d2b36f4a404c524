internal import Memory
internal import Parallel

extension Field {
    /// Copies the neighbours' owned planes into the ghost planes, periodically.
    ///
    /// Along x first, then along y with the ghost planes of x included, so that corners arrive. An axis that
    /// is not shared is its own neighbour. Collective; the transpose is ``IntegerRim/addGhosts()``.
    public mutating func fillGhosts() {
        decomposition.grid.phases.measure(.ghosts) {
            for axis in [Axis.x, .y] {
                let owned = ownedPlanes(axis)
                copy(planes(axis, owned, ghosts.lower), toNext: 1, planes(axis, 0, ghosts.lower))
                copy(
                    planes(axis, ghosts.lower, ghosts.upper), toNext: -1,
                    planes(axis, ghosts.lower + owned, ghosts.upper))
            }
        }
    }
}

private enum Axis { case x, y }

/// Neighbouring planes across an axis: `runs` runs of `length` elements, one `xStride` apart.
private struct Planes {
    let axis: Axis
    let start: Int
    let runs: Int
    let length: Int
    var count: Int { runs * length }
}

extension Field {
    fileprivate func ownedPlanes(_ axis: Axis) -> Int {
        axis == .x ? decomposition.x.count : decomposition.y.count
    }

    fileprivate func communicator(_ axis: Axis) -> Communicator {
        axis == .x ? decomposition.grid.column : decomposition.grid.row
    }

    /// Planes from the local number `first` on: of x without the ghosts of y, of y with the ghosts of x.
    fileprivate func planes(_ axis: Axis, _ first: Int, _ width: Int) -> Planes {
        switch axis {
        case .x:
            Planes(
                axis: .x, start: first * xStride + ghosts.lower * yStride, runs: width,
                length: decomposition.y.count * yStride)
        case .y:
            Planes(axis: .y, start: first * yStride, runs: extent.x, length: width * yStride)
        }
    }

    /// Sends planes to the next rank up or down the axis, while the same come from the other side.
    fileprivate mutating func copy(_ sent: Planes, toNext direction: Int, _ target: Planes) {
        let ranks = communicator(sent.axis)
        let bytes = MemoryLayout<Element>.stride
        unsafe ranks.shift(
            values.start + sent.start, to: ranks.neighbour(direction),
            values.start + target.start, from: ranks.neighbour(-direction),
            Communicator.Runs(sent.runs, bytes: sent.length * bytes, stride: xStride * bytes))
    }
}

extension Communicator {
    /// The rank so many places up or down a periodic axis.
    func neighbour(_ direction: Int) -> Int { (rank + direction + size) % size }
}
