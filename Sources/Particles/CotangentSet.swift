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
        let buffer = Buffer<Scalar>(count: count, from: memory, for: "cotangents")
        unsafe buffer.start.update(repeating: 0, count: count)
        return buffer
    }

    var positionStarts: _ParticleKernels<Scalar>.Reals {
        unsafe (position[0].start, position[1].start, position[2].start)
    }

    var momentumStarts: _ParticleKernels<Scalar>.Reals {
        unsafe (momentum[0].start, momentum[1].start, momentum[2].start)
    }

    mutating func rearrange(to places: borrowing Buffer<UInt32>) {
        rearrangeAxes(&position, to: places, for: "cotangents")
        rearrangeAxes(&momentum, to: places, for: "cotangents")
    }
}
