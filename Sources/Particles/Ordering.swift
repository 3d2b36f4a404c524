internal import CKernels
internal import Memory
internal import Mesh
internal import Parallel

extension ParticleSet {
    /// Brings the particles into the order of their mesh columns, `[x][y]`, so that deposit and kick stream through
    /// memory and through a window of the mesh.
    ///
    /// A counting sort, out of place through three scratch arrays at a time; particles that are in order stay where
    /// they are. It changes no result. ``route()`` ends with it, so it is called for a set that was made otherwise.
    public mutating func order() {
        guard let places = places() else { return }
        rearrange(to: places)
    }

    /// Orders particles together with their cotangents.
    public mutating func order(carrying cotangents: inout CotangentSet<Scalar>) {
        guard let places = places() else { return }
        rearrange(to: places)
        grid.phases.measure(.ordering) { cotangents.rearrange(to: places, by: grid.kernels.order) }
    }

    /// The place of each particle in the order of their columns, or nil if they are in it.
    private borrowing func places() -> Buffer<UInt32>? {
        grid.phases.measure(.ordering) {
            precondition(count < 1 << 32)
            let places = Buffer<UInt32>(count: count, from: grid.memory, for: "ordering")
            let isOrdered = unsafe kernels.columns(
                forKernel, palindrome_particle_block(decomposition), places.start)
            guard isOrdered == 0 else { return nil }
            let columns = decomposition.x.count * decomposition.y.count
            let first = Buffer<Int64>(count: columns + 1, from: grid.memory, for: "ordering")
            unsafe grid.kernels.order.places(Int64(count), places.start, Int64(columns), first.start)
            return places
        }
    }

    private mutating func rearrange(to places: borrowing Buffer<UInt32>) {
        grid.phases.measure(.ordering) {
            let kernels = grid.kernels.order
            kernels.rearrangeAxes(&position, to: places, for: "positions")
            kernels.rearrangeAxes(&momentum, to: places, for: "momenta")
            index.changeEachArray { kernels.rearrange(&$0, to: places, for: LagrangianIndices.purpose) }
        }
    }
}
