internal import Glibc
internal import Memory
public import Mesh
public import Parallel

/// The linear field that tracers came from, by undoing their large-scale displacements.
///
///     ψ = (i k/k²) exp(−k²R²/2) δ/b,    x → x − ψ(x)    for tracers (D) and for a uniform grid (S)
///     δ_rec = (D/D̄ − S/S̄) / b
///
/// δ is the tracers' overdensity on the mesh and b their linear bias. A density field is a set of tracers too: its
/// mesh points, weighted by it.
///
/// - Source: Eisenstein et al. 2007, ApJ 664, 675.
public struct StandardReconstruction: Sendable, Equatable {
    /// R [Mpc/h].
    public let smoothing: Double
    /// b.
    public let bias: Double

    /// - Precondition: both are positive.
    public init(smoothing: Double, bias: Double) {
        precondition(smoothing > 0 && bias > 0)
        self.smoothing = smoothing
        self.bias = bias
    }

    /// b = ⟨√(P_tracers/P_matter)⟩ over the first bins of k.
    ///
    /// - Parameters:
    ///   - tracers: their power spectrum.
    ///   - matter: P of matter at a wavenumber [(Mpc/h)³].
    public static func bias(of tracers: PowerSpectrum, against matter: (Double) -> Double) -> Double {
        let bins = min(4, tracers.powers.count)
        return (0..<bins).reduce(0) {
            $0 + (max(tracers.powers[$1], 0) / matter(tracers.wavenumbers[$1])).squareRoot()
        } / Double(bins)
    }

    /// The linear field of haloes. Collective.
    ///
    /// - Returns: δ_rec on the mesh, in the amplitude of the matter's at the haloes' time.
    public func linearField(of haloes: HaloSample, over mesh: Decomposition) -> Field<Double> {
        let overdensity = contrast(haloes.points(of: mesh.grid) { _ in 1 << 40 }, over: mesh)
        return reconstruct(haloes.points(of: mesh.grid) { _ in 1 << 40 }, overdensity, in: haloes.box)
    }

    /// The linear field of a density field. Collective.
    ///
    /// - Parameter density: ρ/ρ̄, with errors or without, so that some of it may be negative; ghosts are ignored.
    /// - Throws: `NotFiniteError` on all ranks when a value is NaN or infinite.
    public func linearField(of density: borrowing Field<Double>, in box: SIMD3<Double>) throws(NotFiniteError)
        -> Field<Double>
    {
        let mesh = density.decomposition
        var largest = 0.0
        density.forEachPoint { _, _, _, value in
            if !(abs(value) <= largest) { largest = value.isFinite ? abs(value) : .nan }
        }
        let most = mesh.grid.world.maximum(largest)
        guard most.isFinite else { throw NotFiniteError(quantity: "the density to be reconstructed") }
        // So that the weights of all points together stay below 2⁶².
        let exponent = 61 - Int(max(most, 1).exponent) - (Int.bitWidth - mesh.pointCount.leadingZeroBitCount)
        let scale = Double(sign: .plus, exponent: min(exponent, 40), significand: 1)
        var points = WeightedPoints()
        density.forEachPoint { x, y, z, value in
            points.append(
                Self.place(of: SIMD3(x, y, z), mesh.shape),
                weight: Int64((value * scale).rounded(.toNearestOrEven)))
        }
        return reconstruct(points, contrast(points, over: mesh), in: box)
    }

    private func reconstruct(
        _ tracers: WeightedPoints, _ overdensity: consuming Field<Double>, in box: SIMD3<Double>
    ) -> Field<Double> {
        let mesh = overdensity.decomposition
        let displacement = displacement(of: overdensity, in: box)
        var uniform = WeightedPoints()
        for x in mesh.x {
            for y in mesh.y {
                for z in 0..<mesh.shape.z {
                    uniform.append(Self.place(of: SIMD3(x, y, z), mesh.shape), weight: 1 << 30)
                }
            }
        }
        var result = contrast(moved(tracers, against: displacement, in: box), over: mesh)
        let shifted = contrast(moved(uniform, against: displacement, in: box), over: mesh)
        result.mapPoints { x, y, z, value in (value - shifted[x, y, z]) / bias }
        return result
    }

    /// A mesh point as a fraction of the box, rounded up to be in its own cell.
    private static func place(of point: SIMD3<Int>, _ shape: SIMD3<Int>) -> SIMD3<UInt32> {
        var place = SIMD3<UInt32>.zero
        for axis in 0..<3 { place[axis] = UInt32((point[axis] << 32 + shape[axis] - 1) / shape[axis]) }
        return place
    }

    /// Their overdensity: weights by cloud-in-cell over their mean, less one.
    private func contrast(_ points: WeightedPoints, over mesh: Decomposition) -> Field<Double> {
        let sums = points.deposited(over: mesh)
        let own = points.weights.reduce(Int128(0)) { $0 + Int128($1) }
        let mean = Double(mesh.grid.world.sum([own])[0]) / Double(mesh.pointCount)
        var field = Field<Double>(mesh, ghosts: .none, for: "overdensity")
        field.mapPoints { x, y, z, _ in mean > 0 ? Double(sums[x, y, z]) / mean - 1 : 0 }
        return field
    }

    /// ψ along x, y and z [Mpc/h], with the ghosts that cloud-in-cell reads.
    private func displacement(of overdensity: consuming Field<Double>, in box: SIMD3<Double>)
        -> InlineArray<3, Field<Double>>
    {
        let mesh = overdensity.decomposition
        let transform = FourierTransform<Double>(mesh)
        let modes = transform.forward(overdensity)
        return InlineArray { axis in
            let multiplier = multiplier(along: axis, mesh.shape, box)
            var field = transform.inverse(
                modes.multiplied(by: multiplier, for: "displacement"), ghosts: .cloudInCell)
            field.fillGhosts()
            return field
        }
    }

    /// i k_a/k² exp(−k²R²/2)/b; 0 in the Nyquist plane of the axis, as for every odd derivative.
    private func multiplier(along axis: Int, _ shape: SIMD3<Int>, _ box: SIMD3<Double>) -> SpectralMultiplier
    {
        let axes = (0..<3).map { Wavenumbers(along: $0, of: shape) }
        let k = (0..<3).map { axes[$0].values(spacing: box[$0] / Double(shape[$0])) }
        let factors = (0..<3).map { other in
            let windows = k[other].map { exp(-$0 * $0 * smoothing * smoothing / 2) }
            guard other == axis else { return windows }
            return axes[axis].withoutNyquist(zip(k[axis], windows).map { $0 * $1 / bias })
        }
        let squares = k.map { $0.map { $0 * $0 } }
        return SpectralMultiplier(
            factors: .init(x: factors[0], y: factors[1], z: factors[2]),
            denominators: .init(x: squares[0], y: squares[1], z: squares[2]), timesI: 1)
    }

    /// Points at x − ψ(x), ψ read by cloud-in-cell.
    private func moved(
        _ points: WeightedPoints, against displacement: borrowing InlineArray<3, Field<Double>>,
        in box: SIMD3<Double>
    ) -> WeightedPoints {
        let mesh = displacement[0].decomposition
        let own = points.routed(over: mesh)
        var moved = WeightedPoints()
        for (place, weight) in zip(own.places, own.weights) {
            let cell = Cell(place, mesh.shape)
            var target = place
            for axis in 0..<3 {
                let way = cell.read(displacement[axis]) / box[axis] * 0x1p32
                target[axis] &-= UInt32(truncatingIfNeeded: Int(way.rounded(.toNearestOrEven)))
            }
            moved.append(target, weight: weight)
        }
        return moved
    }
}

extension Cell {
    /// The value of a field here, between the eight points around.
    fileprivate func read(_ field: borrowing Field<Double>) -> Double {
        let above = index.z + 1 == field.decomposition.shape.z ? 0 : index.z + 1
        func along(_ z: Int) -> Double {
            func row(_ x: Int) -> Double {
                let (near, far) = (field[x, index.y, z], field[x, index.y + 1, z])
                return near + (far - near) * offset.y
            }
            let (near, far) = (row(index.x), row(index.x + 1))
            return near + (far - near) * offset.x
        }
        let (near, far) = (along(index.z), along(above))
        return near + (far - near) * offset.z
    }
}
