internal import Memory
internal import CKernels
public import Mesh

extension PyramidPlan {
    /// What one force costs a rank.
    public func work(on share: MeshShare) -> ForceWork {
        let filtering = filtering(on: share)
        let field = share.transformBytes
        let kept = share.fieldBytes(ghosts: .stencil)
        let atOnce = bytesWhileFiltering(on: share)
        return ForceWork(
            solution: filtering
                + MeshTraffic(ghosts: share.depositGhosts(.cloudInCell) + share.fieldGhosts(.stencil)),
            transpose: filtering
                + MeshTraffic(ghosts: share.depositGhosts(.stencil) + share.fieldGhosts(.cloudInCell)),
            arrays: .init(
                kept: kept,
                solution: max(field + share.rimBytes(ghosts: .cloudInCell), atOnce),
                transpose: field + share.rimBytes(ghosts: .stencil),
                // The force is gone when its transpose is filtered.
                transposeSolution: atOnce - kept, hasWindows: true),
            transforms: .init(of: Self.shape(of: levels, below: share.shape), inverses: 1),
            filters: .init(
                multiplyAdds: multiplyAdds(on: share),
                // A level's density is read and its potential written; those of the next one the other way about.
                wordsPerCell: (0..<levels).reduce(0) { $0 + 2.25 / Double(1 << (3 * $1)) }))
    }

    /// As many ranks as have a plane of the coarsest mesh each, and enough of the finest.
    public func finestGrid(of mesh: SIMD3<Int>) -> SIMD2<Int> {
        let (finest, coarsest) = (kernel.finestGrid(of: mesh), Self.shape(of: levels, below: mesh))
        return [min(finest.x, coarsest.x), min(finest.y, coarsest.y)]
    }

    /// What a rank sends while a field is filtered: the windows of each level, and the transforms of the coarsest.
    public func filtering(on share: MeshShare) -> MeshTraffic {
        (0..<levels).reduce(MeshTraffic(exchange: 2 * level(levels, of: share).transform)) { sum, number in
            sum + windows(of: number, on: share)
        }
    }

    /// What a rank sends for the windows of a level: of its density, and of the potential below it.
    public func windows(of number: Int, on share: MeshShare) -> MeshTraffic {
        let (fine, coarse) = (level(number, of: share), level(number + 1, of: share))
        return MeshTraffic(
            ghosts: fine.window(filters[number].windows(of: fine.shape, on: fine.ranks))
                + coarse.window(Expansion<Double>.windows(of: fine.shape, on: fine.ranks)))
    }

    private func level(_ number: Int, of share: MeshShare) -> MeshShare {
        MeshShare(
            of: Self.shape(of: number, below: share.shape), on: share.ranks, at: share.position,
            wordBytes: share.wordBytes)
    }

    /// Along z on the rows around the block too, along y on its planes beside the block, and along x; 16 for
    /// reduction and expansion.
    private func multiplyAdds(on share: MeshShare) -> Double {
        filters.enumerated().reduce(0) { sum, entry in
            let (number, filter) = entry
            let level = level(number, of: share)
            let (x, y) = (level.x.count, level.y.count)
            let (wideX, wideY) = (x + 2 * filter.radius, y + 2 * filter.radius)
            let rows = wideX * wideY + wideX * y + x * y
            return sum
                + Double(level.shape.z)
                * Double(filter.terms.count * (2 * filter.radius + 1) * rows + 16 * x * y)
        }
    }

    /// The density with its window and the potential, and then the window of the level below or the filter's scratch.
    private func bytesWhileFiltering(on share: MeshShare) -> Int {
        let filter = filters[0]
        let coarse = level(1, of: share)
        let windows = Expansion<Double>.windows(of: share.shape, on: share.ranks)
        let scratch = MemoryPool.capacity(
            for: filter.scratch(points: share.shape.z, rows: share.y.count) * share.wordBytes,
            isRandomlyAccessed: true)
        return share.transformBytes
            + share.windowBytes(filter.windows(of: share.shape, on: share.ranks))
            + share.fieldBytes(ghosts: .stencil)
            + max(coarse.transformBytes + coarse.windowBytes(windows), scratch)
    }
}
