internal import CKernels
internal import Kernels
public import Memory
internal import Parallel

/// The derivatives of a loss with respect to the state of each particle of a ``ParticleSet``.
///
/// They travel with their particles: see ``ParticleSet/route(carrying:)`` and
/// ``ParticleSet/order(carrying:)``.
public struct CotangentSet<Scalar: ParticleScalar>: ~Copyable {
    /// ∂L/∂x along x, y and z [1 / (Mpc/h)].
    public var position: InlineArray<3, Buffer<Scalar>>
    /// ∂L/∂p along x, y and z [1 / (Mpc/h · H0)].
    public var momentum: InlineArray<3, Buffer<Scalar>>

    /// Zero for every particle of a set.
    public init(for particles: borrowing ParticleSet<Scalar>) {
        let count = particles.count
        let memory = particles.grid.memory
        position = InlineArray { _ in Self.zeros(count, memory) }
        momentum = InlineArray { _ in Self.zeros(count, memory) }
    }

    private static func zeros(_ count: Int, _ memory: MemoryPool) -> Buffer<Scalar> {
        var buffer = Buffer<Scalar>(count: count, from: memory, for: "cotangents")
        buffer.clear()
        return buffer
    }

    /// `x̄ += other x̄`, of the same particles in the same order.
    ///
    /// - Parameter count: how many they are; arrays may be longer.
    public mutating func addPositions(of other: borrowing CotangentSet, count: Int) {
        for axis in 0..<3 { Self.add(other.position[axis], times: 1, to: &position[axis], count) }
    }

    /// `x̄ += values` along one axis; arrays may be longer than the count of particles.
    mutating func addPositions(_ values: borrowing Buffer<Scalar>, along axis: Int, count: Int) {
        Self.add(values, times: 1, to: &position[axis], count)
    }

    /// `p̄ += factor · values` along one axis.
    ///
    /// - Parameters:
    ///   - values: one of each particle, as ``ParticleSet/gather(_:)`` reads them, or another set's `x̄`.
    ///   - count: how many particles there are; arrays may be longer.
    public mutating func addMomenta(
        _ values: borrowing Buffer<Scalar>, along axis: Int, times factor: Double, count: Int
    ) {
        Self.add(values, times: Scalar(factor), to: &momentum[axis], count)
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func add(
        _ other: borrowing Buffer<Scalar>, times factor: Scalar, to buffer: inout Buffer<Scalar>, _ count: Int
    ) {
        let others = other.span
        var values = buffer.mutableSpan
        for slot in 0..<count { values[slot] += factor * others[slot] }
    }

    /// As kernels take them; valid as long as the arrays stay where they are.
    var forKernel: palindrome_particle_cotangents {
        palindrome_particle_cotangents(
            position: palindrome_vectors(position), momentum: palindrome_vectors(momentum))
    }

    mutating func rearrange(to places: borrowing Buffer<UInt32>, by kernels: OrderKernels) {
        kernels.rearrangeAxes(&position, to: places, for: "cotangents")
        kernels.rearrangeAxes(&momentum, to: places, for: "cotangents")
    }
}
