internal import Configuration
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

extension DatasetAddress {
    /// Reads white noise, from an HDF5 file or one of numpy. Collective.
    ///
    /// - Throws: the same on all ranks when it cannot be read, has another shape than the grid, or a number is not finite.
    func readNoise<Scalar: StorableScalar>(over grid: Decomposition) throws -> Field<Scalar> {
        let world = grid.grid.world
        guard !isArray else {
            return try NumpyFile(opening: file, over: world).readField(over: grid, for: "white noise")
        }
        return try InputFile(opening: file, over: world)
            .readField(at: dataset, over: grid, ghosts: .none, for: "white noise")
    }

    /// Whether ``readNoise(over:)`` would find what it needs, without reading it. Collective.
    ///
    /// - Throws: the same on all ranks.
    func requireField(of shape: SIMD3<Int>, on world: Communicator) throws {
        guard !isArray else { return try NumpyFile(opening: file, over: world).require(shape) }
        try InputFile(opening: file, over: world).requireField(at: dataset, of: shape, as: Double.self)
    }
}
