internal import CKernels
internal import Memory
public import Mesh

/// The particles plane by plane of the force mesh, at one moment.
///
/// Deposit and kick work on a window of two planes, which stays in cache, and take the particles in this order;
/// in which order they lie in memory then hardly matters. Made by ``ParticleSet/planes()``; it holds until
/// particles move.
public struct ParticlePlanes: ~Copyable {
    private let order: Buffer<UInt32>
    private let first: Buffer<Int64>

    /// The number of particles.
    let count: Int

    init(order: consuming Buffer<UInt32>, first: consuming Buffer<Int64>, count: Int) {
        self.order = order
        self.first = first
        self.count = count
    }

    /// No particles on this rank, as for a force that is only looked at.
    public init(ofNobodyOn decomposition: Decomposition) {
        let memory = decomposition.grid.memory
        let starts = Buffer<Int64>(count: decomposition.x.count + 1, from: memory, for: "planes")
        unsafe starts.start.update(repeating: 0, count: starts.count)
        self.init(order: Buffer(count: 0, from: memory, for: "planes"), first: starts, count: 0)
    }

    /// As the kernels take it; valid as long as this is.
    var lists: palindrome_planes {
        unsafe palindrome_planes(order: order.count > 0 ? order.start : nil, first: first.start)
    }
}

extension ParticleSet {
    /// Finds the particles of each plane.
    public borrowing func planes() -> ParticlePlanes {
        grid.phases.measure("ordering") {
            let first = Buffer<Int64>(count: decomposition.x.count + 1, from: grid.memory, for: "planes")
            let order = Buffer<UInt32>(count: count, from: grid.memory, for: "planes")
            let status = unsafe Scalar._particleKernels.groupPlanes(
                Int64(count), positionStarts.x, palindrome_block(decomposition), first.start, order.start)
            requireRouted(status < 0)
            guard status == 0 else {
                return ParticlePlanes(
                    order: Buffer(count: 0, from: grid.memory, for: "planes"), first: first,
                    count: count)
            }
            return ParticlePlanes(order: order, first: first, count: count)
        }
    }

    func requirePlanes(_ planes: borrowing ParticlePlanes) {
        precondition(planes.count == count, "planes of other particles")
    }

    /// Scratch for the masses at the window's planes, or for other integers, one per point.
    borrowing func massWindow() -> Buffer<Int64> { window(palindrome_mass_window) }

    /// Scratch for the forces at the window's planes.
    borrowing func forceWindow() -> Buffer<Scalar> { window(palindrome_force_window) }

    /// Scratch for the forces' cotangents at the window's planes.
    borrowing func cotangentWindow() -> Buffer<Int64> { window(palindrome_cotangent_window) }

    private borrowing func window<Element>(_ count: (palindrome_block) -> Int64) -> Buffer<Element> {
        Buffer(count: Int(count(palindrome_block(decomposition))), from: grid.memory, for: "window")
    }
}
