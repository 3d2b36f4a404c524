import Foundation
internal import CKernels
internal import Memory
internal import Mesh
internal import Parallel

extension ParticleSet {
    /// Brings the particles into the order of their mesh columns, so that deposit and gather stream through
    /// memory.
    ///
    /// A counting sort, out of place through one scratch array at a time. It changes no result, so each rank
    /// decides for itself whether it is worth while.
    public mutating func order() {
        grid.phases.measure("ordering") {
            guard let order = columnOrder() else { return }
            rearrange(by: order)
        }
    }

    /// Orders particles together with their cotangents.
    public mutating func order(carrying cotangents: inout CotangentSet<Scalar>) {
        grid.phases.measure("ordering") {
            guard let order = columnOrder() else { return }
            rearrange(by: order)
            cotangents.rearrange(by: order)
        }
    }

    /// Particles in the order of their columns, or nil if that is not worth while.
    private borrowing func columnOrder() -> Buffer<UInt32>? {
        let block = palindrome_block(decomposition)
        let jumps = unsafe Scalar._particleKernels.countJumps(Int64(count), positionStarts, block)
        // Measured at 128³ with one and eight cells per particle: with fewer jumps the kernels, which go plane
        // by plane, lose less in several steps than the sorting costs once.
        guard jumps > Int(Double(count) * (Double(ProcessInfo.processInfo.environment["JT"] ?? "0.25")!))
        else { return nil }
        let memory = grid.memory
        let column = Buffer<UInt32>(count: count, from: memory, for: "ordering")
        unsafe Scalar._particleKernels.columns(Int64(count), positionStarts, block, column.start)
        let columns = decomposition.x.count * decomposition.y.count
        let first = Buffer<Int64>(count: columns + 1, from: memory, for: "ordering")
        let order = Buffer<UInt32>(count: count, from: memory, for: "ordering")
        unsafe palindrome_group(Int64(count), column.start, Int64(columns), first.start, order.start)
        return order
    }

    mutating func rearrange(by order: borrowing Buffer<UInt32>) {
        for axis in 0..<3 {
            position[axis].rearrange(by: order, for: "positions")
            momentum[axis].rearrange(by: order, for: "momenta")
        }
        index.rearrange(by: order, for: "indices")
    }
}
