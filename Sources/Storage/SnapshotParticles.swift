internal import CStorage
public import Measurement
internal import Memory
public import Mesh
public import Parallel
public import Particles

extension Snapshot {
    /// What velocities are rounded to before they are added up [km/s, Gadget's u].
    ///
    /// The run has more digits than its snapshot; after this both have the same.
    public static let velocityQuantum = 0x1p-12

    /// The number of quanta in a velocity as the file holds it.
    static func quanta<Number: BinaryFloatingPoint>(_ velocity: Number) -> Int32 {
        Int32(clamping: Int((Double(velocity) / velocityQuantum).rounded(.toNearestOrEven)))
    }

    /// Gadget's velocity u of a momentum of one [km/s per Mpc/h H0].
    var velocityFactor: Double { 100 / (scaleFactor * scaleFactor.squareRoot()) }

    /// Gives a body the particles of a run as haloes are sought among them: to the last bit those of this snapshot.
    ///
    /// - Parameter particleGrid: where they started.
    public func withHaloParticles<Scalar: StorableScalar, Result: ~Copyable>(
        _ particles: borrowing ParticleSet<Scalar>, from particleGrid: Decomposition,
        _ body: (HaloParticles) throws -> Result
    ) rethrows -> Result {
        let (units, factor, unit) = (particles.units, velocityFactor, lengthUnit)
        let x = unsafe (particles.position[0].start, particles.position[1].start, particles.position[2].start)
        let p = unsafe (particles.momentum[0].start, particles.momentum[1].start, particles.momentum[2].start)
        let index = unsafe particles.index.view
        return try body(
            HaloParticles(
                of: particleGrid.shape, over: particles.decomposition, count: particles.count,
                positions: { axis, range, values in
                    let x = unsafe axis == 0 ? x.0 : axis == 1 ? x.1 : x.2
                    for (value, particle) in range.enumerated() {
                        if let position = unsafe x[particle] as? UInt32 {
                            values[value] = position
                        } else {
                            // As it comes back from the file.
                            let length = unsafe unit.stored(units.length(x[particle], along: axis))
                            values[value] = units.position(at: unit.read(length), along: axis)
                        }
                    }
                },
                velocities: { axis, range, values in
                    let p = unsafe axis == 0 ? p.0 : axis == 1 ? p.1 : p.2
                    for (value, particle) in range.enumerated() {
                        values[value] = unsafe Self.quanta(Scalar(factor * units.momentum(p[particle])))
                    }
                },
                indices: { range, values in
                    for (value, particle) in range.enumerated() {
                        values[value] = unsafe Int64(index[particle])
                    }
                }))
    }
}

/// The particles of a snapshot, each on the rank that owns its place.
public final class SnapshotParticles {
    /// What a catalogue of its haloes says of it.
    public let haloFile: HaloFile
    /// Where it comes from.
    public let provenance: Provenance
    /// Where the particles started.
    public let particleGrid: Decomposition

    private let position: InlineArray<3, Buffer<UInt32>>
    private let velocity: InlineArray<3, Buffer<Int32>>
    private let index: LagrangianIndices

    /// Reads a snapshot of this program. Collective.
    ///
    /// - Parameter shape: chooses the rank grid for a particle grid.
    /// - Throws: ``StorageError`` or `UsageError` on all ranks when the file is missing, damaged, or not of this program.
    public init(reading path: String, over world: Communicator, on shape: (SIMD3<Int>) throws -> SIMD2<Int>)
        throws
    {
        let file = try InputFile(opening: path, over: world)
        let header = try SnapshotHeader(of: file)
        let grid = RankGrid(world: world, shape: try shape(header.shape))
        let particleGrid = try Decomposition(shape: header.shape, over: grid)
        let rows = Rows(of: particleGrid, columns: 3)
        let units = StateUnits(box: header.box, momentumExponent: 0)

        var places = InlineArray<3, Buffer<UInt32>> { _ in
            Buffer(count: rows.count, from: grid.memory, for: "positions")
        }
        try file.read(rows, at: "/PartType1/Coordinates", for: "positions").split(into: &places) {
            axis, length in
            units.position(at: header.snapshot.lengthUnit.read(length), along: axis)
        }
        let owners = Buffer<UInt32>(count: rows.count, from: grid.memory, for: "routing")
        for row in 0..<rows.count {
            func cell(_ axis: Int) -> Int { (Int(unsafe places[axis].start[row]) * header.shape[axis]) >> 32 }
            unsafe owners.start[row] = UInt32(particleGrid.owner(x: cell(0), y: cell(1)))
        }
        let delivery = Delivery(to: owners, over: grid)
        position = InlineArray { delivery.send(places[$0], for: "positions") }

        var speeds = InlineArray<3, Buffer<Int32>> { _ in
            Buffer(count: rows.count, from: grid.memory, for: "velocities")
        }
        if header.isDouble {
            let values: Buffer<Double> = try file.read(rows, at: "/PartType1/Velocities", for: "velocities")
            values.split(into: &speeds) { Snapshot.quanta($1) }
        } else {
            let values: Buffer<Float> = try file.read(rows, at: "/PartType1/Velocities", for: "velocities")
            values.split(into: &speeds) { Snapshot.quanta($1) }
        }
        velocity = InlineArray { delivery.send(speeds[$0], for: "velocities") }

        var indices = LagrangianIndices(
            count: rows.count, of: particleGrid.pointCount, from: grid.memory)
        for row in 0..<rows.count { indices[row] = rows.globalIndex(of: row) }
        index = delivery.send(indices, for: "indices")
        haloFile = HaloFile(
            of: header.snapshot, shape: header.shape, box: header.box, particleMass: header.particleMass)
        provenance = header.provenance
        self.particleGrid = particleGrid
    }

    /// The moment that the snapshot is of.
    public var scaleFactor: Double { haloFile.snapshot.scaleFactor }

    /// The particles where they seem to be, without momenta, each on the rank that owns its cell of a mesh. Collective.
    ///
    /// - Parameters:
    ///   - mesh: over the same ranks.
    ///   - seen: where a particle at a place [Mpc/h] with a peculiar velocity [km/s] seems to be [Mpc/h]; it is brought
    ///     into the box.
    public func seen(
        over mesh: Decomposition, _ seen: (SIMD3<Double>, SIMD3<Double>) -> SIMD3<Double>
    ) -> ParticleSet<Float> {
        let units = StateUnits(box: haloFile.box, momentumExponent: 0)
        let speed = scaleFactor.squareRoot() * Snapshot.velocityQuantum
        var particles = ParticleSet<Float>(
            mesh, units: units, count: index.count,
            totalCount: haloFile.shape.x * haloFile.shape.y * haloFile.shape.z)
        for particle in 0..<index.count {
            var (place, velocity) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
            for axis in 0..<3 {
                place[axis] = units.length(unsafe position[axis].start[particle], along: axis)
                velocity[axis] = Double(unsafe self.velocity[axis].start[particle]) * speed
            }
            let apparent = seen(place, velocity)
            for axis in 0..<3 {
                unsafe particles.position[axis].start[particle] = units.position(
                    at: apparent[axis], along: axis)
                unsafe particles.momentum[axis].start[particle] = 0
            }
            particles.index[particle] = index[particle]
        }
        particles.route()
        return particles
    }

    /// As haloes are sought among them.
    public var haloParticles: HaloParticles {
        HaloParticles(
            of: particleGrid.shape, over: particleGrid, count: index.count,
            positions: { axis, range, values in
                for (value, particle) in range.enumerated() {
                    values[value] = unsafe self.position[axis].start[particle]
                }
            },
            velocities: { axis, range, values in
                for (value, particle) in range.enumerated() {
                    values[value] = unsafe self.velocity[axis].start[particle]
                }
            },
            indices: { range, values in
                for (value, particle) in range.enumerated() {
                    values[value] = Int64(self.index[particle])
                }
            })
    }
}

extension Buffer where Element: BinaryFloatingPoint {
    /// Takes rows of three apart.
    fileprivate func split<Value>(
        into axes: inout InlineArray<3, Buffer<Value>>, _ value: (Int, Element) -> Value
    ) {
        for axis in 0..<3 {
            for row in 0..<count / 3 { unsafe axes[axis].start[row] = value(axis, start[3 * row + axis]) }
        }
    }
}
