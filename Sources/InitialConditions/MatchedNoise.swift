internal import Memory
public import Mesh
internal import Parallel
internal import Particles

extension Field where Element == Double {
    /// White noise of the same universe on another grid over the same box, finer or coarser. Collective.
    ///
    /// The modes that both grids have are the same, since a mode of white noise grows as the root of the number of its
    /// points:
    ///
    ///     s(k) / √N = s′(k) / √N′,    2 |k_i| < n_i and n′_i in units of the fundamental wavenumbers
    ///
    /// so that from one grid to another r times finer along each side s(k) grows by r^{3/2}. All others, the Nyquist
    /// planes of the coarser grid among them, are those of fresh noise.
    ///
    /// - Parameters:
    ///   - decomposition: the other grid, over the same ranks.
    ///   - seed: of the fresh noise.
    public func matchedNoise(over decomposition: Decomposition, fresh seed: UInt64) -> Field<Double> {
        precondition(self.decomposition.grid.world === decomposition.grid.world)
        let ratio = Double(decomposition.pointCount) / Double(self.decomposition.pointCount)
        let source = FourierTransform<Double>(self.decomposition).forward(copy(for: "white noise"))
        let transform = FourierTransform<Double>(decomposition)
        var modes = transform.forward(.whiteNoise(seed: seed, over: decomposition))
        modes.adopt(modesOf: source, times: ratio.squareRoot())
        return transform.inverse(modes, ghosts: .none)
    }
}

extension FourierField where Scalar == Double {
    /// Replaces the modes that another grid has too by its modes times a factor. Collective.
    package mutating func adopt(modesOf other: borrowing FourierField, times factor: Double) {
        let (shape, otherShape) = (decomposition.shape, other.decomposition.shape)
        let owners = ModeOwners(of: decomposition)
        var shared: [SharedMode] = []
        var ranks: [UInt32] = []
        other.forEachMode { x, y, z, real, imaginary in
            let indices = SIMD3(x, y, z)
            var place = SIMD3<Int>.zero
            for axis in 0..<3 {
                let k = Wavenumbers.modeNumber(indices[axis], of: otherShape[axis])
                guard 2 * abs(k) < min(shape[axis], otherShape[axis]) else { return }
                place[axis] = k < 0 ? k + shape[axis] : k
            }
            shared.append(SharedMode(place: place, real: factor * real, imaginary: factor * imaginary))
            ranks.append(owners.rank(y: place.y, z: place.z))
        }
        let memory = decomposition.grid.memory
        let owner = Buffer<UInt32>(count: ranks.count, from: memory, for: "modes")
        let outgoing = Buffer<SharedMode>(count: ranks.count, from: memory, for: "modes")
        for mode in ranks.indices {
            unsafe owner.start[mode] = ranks[mode]
            unsafe outgoing.start[mode] = shared[mode]
        }
        let arrived = Delivery(to: owner, over: decomposition.grid).send(outgoing, for: "modes")
        for mode in 0..<arrived.count {
            let mode = unsafe arrived.start[mode]
            let target = offset(x: mode.place.x, y: mode.place.y, z: mode.place.z)
            unsafe values.start[target] = mode.real
            unsafe values.start[target + 1] = mode.imaginary
        }
    }
}

/// A mode on its way to another grid.
private struct SharedMode: BitwiseCopyable {
    /// Its indices there.
    let place: SIMD3<Int>
    let real: Double
    let imaginary: Double
}

/// The rank that holds each mode of a grid.
private struct ModeOwners {
    private let byY: [Int]
    private let byZ: [Int]

    init(of decomposition: Decomposition) {
        let (shape, grid) = (decomposition.shape, decomposition.grid)
        var byY = [Int](repeating: 0, count: shape.y)
        var byZ = [Int](repeating: 0, count: shape.z / 2 + 1)
        for x in 0..<grid.shape.x {
            let layout = FourierLayout(shape: shape, grid: grid.shape, position: [x, 0])
            for y in layout.y { byY[y] = grid.rank(at: [x, 0]) }
        }
        for y in 0..<grid.shape.y {
            let layout = FourierLayout(shape: shape, grid: grid.shape, position: [0, y])
            for z in layout.z { byZ[z] = grid.rank(at: [0, y]) }
        }
        (self.byY, self.byZ) = (byY, byZ)
    }

    func rank(y: Int, z: Int) -> UInt32 { UInt32(byY[y] + byZ[z]) }
}
