public import Background
internal import Memory
public import Mesh
public import Parallel
public import Particles

/// A particle would start half a box or more away from its Lagrangian point.
public struct DisplacementOverflow: ReportedError, Equatable {
    /// Always the user: amplitude, box or starting time do not fit together.
    public var fault: Fault { .user }
    /// The one line.
    public var message: String {
        "initial conditions: a particle is displaced by half the box or more, or its momentum exceeds the "
            + "integer range; check the amplitude (A_s, sigma8), the white noise and initial.a"
    }
}

/// Lagrangian perturbation theory of first or second order on the particle grid.
///
///     ∇²φ1 = δ,                               ψ1 = −D1 ∇φ1
///     ∇²φ2 = Σ_{i<j} (φ1,ii φ1,jj − φ1,ij²),  ψ2 = +D2 ∇φ2        (D2 < 0)
///     x = q + ψ1 + ψ2,   p = a² E d(ψ1 + ψ2)/d ln a
///
/// Nyquist planes are zero for an odd number of derivatives along their axis.
/// - Source: Bouchet et al. 1995; Scoccimarro 1998, appendix D.
public final class LagrangianPerturbation<Scalar: ParticleScalar> {
    /// The highest order included.
    public enum Order: Int, Sendable {
        /// Zel'dovich.
        case first = 1
        /// With tidal corrections.
        case second = 2
    }

    /// The particle grid.
    public let decomposition: Decomposition
    /// The order.
    public let order: Order
    /// Transforms on the particle grid.
    public let transform: FourierTransform<Scalar>
    private let waves: DerivativeTables

    /// Perturbation theory on a particle grid with spacing s [Mpc/h].
    public init(_ decomposition: Decomposition, spacing: Double, order: Order) {
        self.decomposition = decomposition
        self.order = order
        transform = FourierTransform(decomposition)
        waves = DerivativeTables(shape: decomposition.shape, spacing: spacing)
    }

    /// The particles' state at the start, from the linear modes for D1 = 1. Collective.
    ///
    /// - Parameters:
    ///   - modes: `δ_k` on the particle grid.
    ///   - growth: growth factors at the starting time.
    ///   - units: the integer units of position and momentum.
    /// - Throws: ``DisplacementOverflow`` on all ranks.
    public func displace(
        _ modes: borrowing FourierField<Scalar>, to growth: GrowthFactors<Double>, in units: StateUnits
    ) throws -> LagrangianBlock<Scalar> {
        let secondOrder: FourierField<Scalar>? = order == .second ? secondOrderModes(of: modes) : nil
        var block = LagrangianBlock<Scalar>(decomposition, units: units)
        var fits = true
        for axis in 0..<3 {
            let first = transform.inverse(modes.multiplied(by: waves.displacement(axis)), ghosts: .none)
            if secondOrder != nil {
                // ψ2 is +D2 ∇φ2 where ψ1 is −D1 ∇φ1: the sign goes with D2.
                let second = transform.inverse(
                    secondOrder!.multiplied(by: waves.displacement(axis)), ghosts: .none)
                let start = StartingState(axis: axis, growth: growth, units: units)
                fits = start.set(&block, first: first, second: second) && fits
            } else {
                let start = StartingState(axis: axis, growth: growth, units: units)
                fits = start.set(&block, first: first) && fits
            }
        }
        guard !decomposition.grid.world.any(!fits) else { throw DisplacementOverflow() }
        return block
    }

    /// The modes of `Σ_{i<j} (φ1,ii φ1,jj − φ1,ij²)`.
    func secondOrderModes(of modes: borrowing FourierField<Scalar>) -> FourierField<Scalar> {
        var sum = tidal(0, 0, of: modes)
        var source = Field<Scalar>(decomposition, ghosts: .none, for: "second-order source")
        do {
            let second = tidal(1, 1, of: modes)
            update(&source, &sum, with: second) { source, sum, second in
                (sum * second, sum + second)
            }
        }
        do {
            let third = tidal(2, 2, of: modes)
            update(&source, &sum, with: third) { source, sum, third in (source + sum * third, sum) }
        }
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            let mixed = tidal(i, j, of: modes)
            update(&source, &sum, with: mixed) { source, sum, mixed in (source - mixed * mixed, sum) }
        }
        return transform.forward(source)
    }

    /// `φ1,ij` for D1 = 1, on the particle grid.
    private func tidal(_ i: Int, _ j: Int, of modes: borrowing FourierField<Scalar>) -> Field<Scalar> {
        transform.inverse(modes.multiplied(by: waves.tidal(i, j)), ghosts: .none)
    }

    @inline(__always)
    private func update(
        _ source: inout Field<Scalar>, _ sum: inout Field<Scalar>, with term: borrowing Field<Scalar>,
        _ rule: (Scalar, Scalar, Scalar) -> (Scalar, Scalar)
    ) {
        var sources = source.values.mutableSpan
        var sums = sum.values.mutableSpan
        let terms = term.values.span
        for index in terms.indices {
            (sources[index], sums[index]) = rule(sources[index], sums[index], terms[index])
        }
    }
}

/// Sets one component of the starting state of every particle of a block.
private struct StartingState {
    let axis: Int
    let growth: GrowthFactors<Double>
    let units: StateUnits

    /// - Returns: whether every value fits its integer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func set<Scalar: ParticleScalar>(
        _ block: inout LagrangianBlock<Scalar>, first: borrowing Field<Scalar>
    ) -> Bool {
        let ones = first.values.span
        return fill(&block) { index in (Double(ones[index]), 0) }
    }

    /// - Returns: whether every value fits its integer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func set<Scalar: ParticleScalar>(
        _ block: inout LagrangianBlock<Scalar>, first: borrowing Field<Scalar>, second: borrowing Field<Scalar>
    ) -> Bool {
        let ones = first.values.span
        let twos = second.values.span
        return fill(&block) { index in (Double(ones[index]), Double(twos[index])) }
    }

    @inline(__always)
    private func fill<Scalar: ParticleScalar>(
        _ block: inout LagrangianBlock<Scalar>, _ displacement: (Int) -> (first: Double, second: Double)
    ) -> Bool {
        let decomposition = block.decomposition
        let shape = decomposition.shape
        let bits = Scalar.Position.bitWidth
        let toPosition = exp2(bits) / units.box[axis]
        let toMomentum = exp2(-units.momentumExponent)
        let (d1, d2) = (growth.d1 * toPosition, -growth.d2 * toPosition)
        let (p1, p2) = (growth.driftFunction * toMomentum, -growth.secondOrderMomentum * toMomentum)
        let lattice = (0..<shape[axis]).map { Scalar.Position.latticePoint($0, of: shape[axis]) }
        let farthest = exp2(bits - 1)
        let fastest = Double(Scalar.Momentum.max) / 2
        var fits = true
        var index = 0
        var positions = block.position[axis].mutableSpan
        var momenta = block.momentum[axis].mutableSpan
        for x in decomposition.x {
            for y in decomposition.y {
                for z in 0..<shape.z {
                    let psi = displacement(index)
                    let step = (d1 * psi.first + d2 * psi.second).rounded(.toNearestOrEven)
                    let momentum = (p1 * psi.first + p2 * psi.second).rounded(.toNearestOrEven)
                    guard abs(step) < farthest, abs(momentum) < fastest else {
                        fits = false
                        index += 1
                        continue
                    }
                    let origin = lattice[axis == 0 ? x : axis == 1 ? y : z]
                    positions[index] = origin &+ Scalar.Position(truncatingIfNeeded: Int64(step))
                    momenta[index] = Scalar.Momentum(truncatingIfNeeded: Int64(momentum))
                    index += 1
                }
            }
        }
        return fits
    }
}

private func exp2(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

extension FixedWidthInteger where Self: UnsignedInteger {
    /// The Lagrangian point `index / length` as a fraction of the box, rounded to the nearest integer state.
    static func latticePoint(_ index: Int, of length: Int) -> Self {
        let scaled = UInt128(index) << bitWidth
        return Self(truncatingIfNeeded: (scaled + UInt128(length / 2)) / UInt128(length))
    }
}

/// The wavenumbers of a particle grid, arranged as the multipliers that perturbation theory needs.
private struct DerivativeTables {
    let full: [[Double]]
    let withoutNyquist: [[Double]]
    let ones: [[Double]]

    init(shape: SIMD3<Int>, spacing: Double) {
        full = (0..<3).map { axis in
            let length = shape[axis]
            return (0..<(axis == 2 ? length / 2 + 1 : length)).map { index in
                let signed = 2 * index > length ? index - length : index
                return 2 * Double.pi * Double(signed) / (Double(length) * spacing)
            }
        }
        withoutNyquist = full.enumerated().map { axis, waves in
            waves.indices.map { 2 * $0 == shape[axis] ? 0 : waves[$0] }
        }
        ones = full.map { $0.map { _ in 1 } }
    }

    /// `i k_axis / k²`: from δ to the first-order displacement for D1 = 1.
    func displacement(_ axis: Int) -> SpectralMultiplier {
        var factors = ones
        factors[axis] = withoutNyquist[axis]
        return multiplier(factors, timesI: true)
    }

    /// `k_i k_j / k²`: from δ to `φ1,ij`.
    func tidal(_ i: Int, _ j: Int) -> SpectralMultiplier {
        var factors = ones
        if i == j {
            factors[i] = full[i].map { $0 * $0 }
        } else {
            factors[i] = withoutNyquist[i]
            factors[j] = withoutNyquist[j]
        }
        return multiplier(factors, timesI: false)
    }

    private func multiplier(_ factors: [[Double]], timesI: Bool) -> SpectralMultiplier {
        let squares = full.map { $0.map { $0 * $0 } }
        return SpectralMultiplier(
            factors: (factors[0], factors[1], factors[2]),
            denominators: (squares[0], squares[1], squares[2]), timesI: timesI)
    }
}
