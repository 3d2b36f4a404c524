public import Mesh
public import Particles

/// A kernel alone is the law of a single mesh.
extension ForceKernel: ForcePlan {
    /// The single mesh. Collective.
    public func law<Scalar: ParticleScalar>(on mesh: ForceMesh<Scalar>) -> any ForceLaw<Scalar> {
        SingleMesh(mesh, kernel: self)
    }

    /// What one force costs a rank.
    public func work(on share: MeshShare) -> ForceWork {
        switch gradient {
        case .fourPoint: Self.fourPointWork(on: share)
        case .spectral: Self.spectralWork(on: share)
        }
    }

    /// There and back once; a potential with its ghost planes is kept.
    private static func fourPointWork(on share: MeshShare) -> ForceWork {
        let transforms = 2 * share.transform
        let field = share.transformBytes
        return ForceWork(
            solution: MeshTraffic(
                exchange: transforms,
                ghosts: share.depositGhosts(.cloudInCell) + share.fieldGhosts(.stencil)),
            transpose: MeshTraffic(
                exchange: transforms,
                ghosts: share.depositGhosts(.stencil) + share.fieldGhosts(.cloudInCell)),
            arrays: .init(
                kept: share.fieldBytes(ghosts: .stencil),
                // The overdensity with the integers that ranks put together; then a transform goes from one array
                // to another.
                solution: max(field + share.rimBytes(ghosts: .cloudInCell), 2 * field),
                transpose: field + share.rimBytes(ghosts: .stencil), hasWindows: true),
            transforms: .init(of: share.shape, inverses: 1))
    }

    /// There once, and back for each component whenever it is read; modes are kept.
    private static func spectralWork(on share: MeshShare) -> ForceWork {
        let contrast = share.fieldGhosts(.cloudInCell)
        let deposit = share.depositGhosts(.cloudInCell)
        let readOut = 3 * MeshTraffic(exchange: share.transform, ghosts: contrast)
        let field = share.transformBytes
        let rim = share.rimBytes(ghosts: .cloudInCell)
        return ForceWork(
            solution: MeshTraffic(exchange: share.transform, ghosts: deposit),
            readOut: readOut,
            transpose: readOut + 3 * MeshTraffic(exchange: share.transform, ghosts: deposit)
                + MeshTraffic(exchange: share.transform, ghosts: contrast),
            arrays: .init(
                kept: field,
                solution: max(field + rim, 3 * field),  // with its modes
                transpose: 3 * field + rim, hasWindows: false),
            transforms: .init(of: share.shape, inverses: 3))
    }
}
