internal import CKernels
internal import Memory
public import Mesh

/// Where the particles of each plane of the force mesh are, at one moment.
///
/// Deposit and kick work on a window of two planes, which stays in cache, and take the particles plane by plane.
/// Made by ``ParticleSet/planes()``; it holds until particles move,
/// and again when they are back, in whatever order within their planes.
public struct ParticlePlanes: ~Copyable {
    private let first: Buffer<Int64>

    /// The number of particles.
    let count: Int

    init(first: consuming Buffer<Int64>, count: Int) {
        self.first = first
        self.count = count
    }

    /// No particles on this rank, as for a force that is only looked at.
    public init(ofNobodyOn decomposition: Decomposition) {
        let starts = Buffer<Int64>(
            count: decomposition.x.count + 1, from: decomposition.grid.memory, for: "planes")
        unsafe starts.start.update(repeating: 0, count: starts.count)
        self.init(first: starts, count: 0)
    }

    /// As the kernels take it; valid as long as this is.
    var starts: UnsafePointer<Int64> { unsafe UnsafePointer(first.start) }
}

extension ParticleSet {
    /// Finds the particles of each plane.
    ///
    /// - Precondition: they are in order, see ``route()``.
    public borrowing func planes() -> ParticlePlanes {
        grid.phases.measure(.ordering) {
            let first = Buffer<Int64>(count: decomposition.x.count + 1, from: grid.memory, for: "planes")
            let status = unsafe kernels.findPlanes(
                forKernel, palindrome_particle_block(decomposition), first.start)
            requireRouted(status != 0)
            return ParticlePlanes(first: first, count: count)
        }
    }

    /// As kernels take particles plane by plane; valid as long as their arrays and the planes stay where they are.
    func inPlanes(_ planes: borrowing ParticlePlanes) -> palindrome_particle_planes {
        precondition(planes.count == count, "planes of other particles")
        return unsafe palindrome_particle_planes(particles: forKernel, starts: planes.starts)
    }

    /// Scratch for the masses at the window's planes, or for other integers, one per point.
    borrowing func massWindow() -> Buffer<Int64> { window(palindrome_mass_window) }

    /// Scratch for the forces at the window's planes.
    borrowing func forceWindow() -> Buffer<Scalar> { window(palindrome_force_window) }

    /// Scratch for the forces' cotangents at the window's planes, and what is kept of those before.
    borrowing func cotangentWindow() -> Buffer<Int64> { window(palindrome_cotangent_window) }

    private borrowing func window<Element>(_ count: (palindrome_particle_block) -> Int64) -> Buffer<Element> {
        Buffer(
            count: Int(count(palindrome_particle_block(decomposition))), isRandomlyAccessed: true,
            from: grid.memory, for: "window")
    }
}
