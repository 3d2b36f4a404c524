public import Kernels
public import Memory

/// The ranks of a job as a grid Px × Py, the shape in which they share every mesh.
///
/// Rank `r` stands at column `r / Py`, row `r mod Py`: it owns the `(r / Py)`-th range of x and the
/// `(r mod Py)`-th range of y. Slabs are the case Py = 1. The grid also holds what belongs to a rank as a
/// whole: its memory, its kernels, how its transforms are planned, and (through the communicator) its stopwatch.
public final class RankGrid {
    /// All ranks.
    public let world: Communicator
    /// Ranks along x and along y.
    public let shape: SIMD2<Int>
    /// This rank's place.
    public let position: SIMD2<Int>
    /// The ranks that share this rank's x-range, ordered by y.
    public let row: Communicator
    /// The ranks that share this rank's y-range, ordered by x.
    public let column: Communicator
    /// Where this rank's arrays come from.
    public let memory: MemoryPool
    /// What works on them.
    public let kernels: KernelTable

    /// How transforms are planned.
    public let planning: TransformPlanning

    /// Where time and traffic are booked.
    public var phases: Phases { world.phases }

    /// A grid of a given shape. Collective.
    ///
    /// - Parameter kernels: for another processor another table.
    /// - Precondition: `shape.x * shape.y == world.size`.
    public init(
        world: Communicator, shape: SIMD2<Int>, planning: TransformPlanning = TransformPlanning(),
        kernels: KernelTable = .c
    ) {
        precondition(shape.x > 0 && shape.y > 0 && shape.x * shape.y == world.size)
        self.world = world
        self.planning = planning
        self.kernels = kernels
        self.shape = shape
        position = [world.rank / shape.y, world.rank % shape.y]
        row = world.split(colour: position.x, key: position.y)
        column = world.split(colour: position.y, key: position.x)
        let meeting = Meeting(of: world)
        memory = MemoryPool { bytes, purpose in
            MPIRuntime.end(
                with:
                    "there is no memory for \(bytes >> 20) MiB on a rank (\(purpose)); use more nodes, fewer particles or a "
                    + "smaller mesh_factor, or raise the limit (ulimit -v, the job's memory)",
                at: meeting, of: world)
        }
    }

    /// The world's number of the rank at a place; places outside wrap around.
    public func rank(at place: SIMD2<Int>) -> Int {
        let x = (place.x % shape.x + shape.x) % shape.x
        let y = (place.y % shape.y + shape.y) % shape.y
        return x * shape.y + y
    }

    /// Every factorisation of `size`, the squarest first and, among equals, the longer side along x.
    public static func shapes(for size: Int) -> [SIMD2<Int>] {
        (1...size).filter { size % $0 == 0 }
            .map { SIMD2($0, size / $0) }
            .sorted { first, second in
                let spread = (abs(first.x - first.y), abs(second.x - second.y))
                return spread.0 != spread.1 ? spread.0 < spread.1 : first.x > second.x
            }
    }
}
