internal import CKernels
internal import Memory
internal import Mesh
internal import Parallel

extension ParticleSet {
    /// Sends the particles that left this rank's columns straight to their new owners, and brings those that are here
    /// into the order of their columns.
    ///
    /// Ranks talk to their neighbours only, unless a particle anywhere went further; arrays grow as needed.
    /// Collective.
    public mutating func route() {
        migrate()
        order()
    }

    /// Routes particles together with their cotangents, forwards or on the way back. Collective.
    public mutating func route(carrying cotangents: inout CotangentSet<Scalar>) {
        migrate(carrying: &cotangents)
        order(carrying: &cotangents)
    }

    private mutating func migrate() {
        grid.phases.measure(.routing) {
            guard var migration = Migration.planned(for: self, bytesPerParticle: bytesPerParticle) else {
                return
            }
            pack(&migration)
            packIndices(&migration)
            migration.exchange()
            unpack(&migration)
            unpackIndices(&migration)
        }
    }

    private mutating func migrate(carrying cotangents: inout CotangentSet<Scalar>) {
        grid.phases.measure(.routing) {
            let bytes = bytesPerParticle + 6 * MemoryLayout<Scalar>.size
            guard var migration = Migration.planned(for: self, bytesPerParticle: bytes) else { return }
            pack(&migration)
            for axis in 0..<3 {
                migration.pack(cotangents.position[axis])
                migration.pack(cotangents.momentum[axis])
            }
            packIndices(&migration)
            migration.exchange()
            unpack(&migration)
            for axis in 0..<3 {
                migration.unpack(into: &cotangents.position[axis], for: "cotangents")
                migration.unpack(into: &cotangents.momentum[axis], for: "cotangents")
            }
            unpackIndices(&migration)
        }
    }

    private var bytesPerParticle: Int {
        3 * (MemoryLayout<Scalar.Position>.size + MemoryLayout<Scalar.Momentum>.size)
            + LagrangianIndices.bytes(of: totalCount)
    }

    private func pack(_ migration: inout Migration) {
        for axis in 0..<3 {
            migration.pack(position[axis])
            migration.pack(momentum[axis])
        }
    }

    private mutating func unpack(_ migration: inout Migration) {
        for axis in 0..<3 {
            migration.unpack(into: &position[axis], for: "positions")
            migration.unpack(into: &momentum[axis], for: "momenta")
        }
    }

    // The last: behind a section of 4-byte elements nothing of 8 bytes may begin.
    private func packIndices(_ migration: inout Migration) {
        index.forEachArray { migration.pack($0) }
    }

    private mutating func unpackIndices(_ migration: inout Migration) {
        index.changeEachArray { migration.unpack(into: &$0, for: LagrangianIndices.purpose) }
        count = migration.newCount
    }
}
