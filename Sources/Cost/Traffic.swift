internal import Mesh

/// What one rank sends to others.
public struct Traffic: Sendable, Equatable {
    /// Bytes.
    public var bytes: Int
    /// Messages.
    public var messages: Int

    /// Traffic.
    public init(bytes: Int, messages: Int) {
        self.bytes = bytes
        self.messages = messages
    }

    /// None.
    public static let none = Traffic(bytes: 0, messages: 0)

    /// Both.
    public static func + (first: Traffic, second: Traffic) -> Traffic {
        Traffic(bytes: first.bytes + second.bytes, messages: first.messages + second.messages)
    }

    /// So many times as much.
    public static func * (count: Int, traffic: Traffic) -> Traffic {
        Traffic(bytes: count * traffic.bytes, messages: count * traffic.messages)
    }
}

/// What a rank sends in the phases whose traffic does not depend on where particles are.
public struct MeshTraffic: Sendable, Equatable {
    /// The exchanges of blocks in Fourier transforms: phase `exchange`.
    public var exchange: Traffic
    /// Ghost planes to the neighbours: phase `ghosts`.
    public var ghosts: Traffic

    /// Traffic of both phases.
    public init(exchange: Traffic, ghosts: Traffic) {
        self.exchange = exchange
        self.ghosts = ghosts
    }

    /// Both.
    public static func + (first: MeshTraffic, second: MeshTraffic) -> MeshTraffic {
        MeshTraffic(exchange: first.exchange + second.exchange, ghosts: first.ghosts + second.ghosts)
    }

    /// So many times as much.
    public static func * (count: Int, traffic: MeshTraffic) -> MeshTraffic {
        MeshTraffic(exchange: count * traffic.exchange, ghosts: count * traffic.ghosts)
    }
}

extension Workload {
    /// What a rank sends in a run forwards, from the first force to the end of the last step.
    ///
    /// - Parameters:
    ///   - forces: force evaluations.
    ///   - position: the rank's place in the grid.
    public func traffic(forwards forces: Int, at position: SIMD2<Int>) -> MeshTraffic {
        forces * (solution(at: position) + readOut(at: position))
    }

    /// What a rank sends in a run forwards and back, with one density objective at the end of the last step.
    ///
    /// - Parameters:
    ///   - forces: force evaluations on the way forwards.
    ///   - again: how many of them the way back solves again; the last may still be known where it begins.
    ///   - position: the rank's place in the grid.
    public func traffic(
        gradientOf forces: Int, solving again: Int, at position: SIMD2<Int>
    ) -> MeshTraffic {
        let objective = MeshTraffic(
            exchange: .none,
            ghosts: depositGhosts(.cloudInCell, at: position) + fieldGhosts(.cloudInCell, at: position))
        return traffic(forwards: forces, at: position) + objective + again * solution(at: position)
            + forces * transpose(at: position)
    }

    /// From particles to the force as it is kept: its potential, or the potential's modes.
    private func solution(at position: SIMD2<Int>) -> MeshTraffic {
        let deposit = depositGhosts(.cloudInCell, at: position)
        let transform = transform(at: position)
        switch gradient {
        case .fourPoint:
            return MeshTraffic(
                exchange: 2 * transform, ghosts: deposit + fieldGhosts(.stencil, at: position))
        case .spectral:
            return MeshTraffic(exchange: transform, ghosts: deposit)
        }
    }

    /// From there to the particles' momenta.
    private func readOut(at position: SIMD2<Int>) -> MeshTraffic {
        switch gradient {
        case .fourPoint: MeshTraffic(exchange: .none, ghosts: .none)
        case .spectral:
            3
                * MeshTraffic(
                    exchange: transform(at: position), ghosts: fieldGhosts(.cloudInCell, at: position))
        }
    }

    /// The transpose of a force, once the force is known.
    private func transpose(at position: SIMD2<Int>) -> MeshTraffic {
        let transform = transform(at: position)
        let contrast = fieldGhosts(.cloudInCell, at: position)
        switch gradient {
        case .fourPoint:
            return MeshTraffic(
                exchange: 2 * transform, ghosts: depositGhosts(.stencil, at: position) + contrast)
        case .spectral:
            let components =
                3 * MeshTraffic(exchange: transform, ghosts: depositGhosts(.cloudInCell, at: position))
            return readOut(at: position) + components + MeshTraffic(exchange: transform, ghosts: contrast)
        }
    }

    /// One transform, forwards or back: an exchange in the row and one in the column.
    public func transform(at position: SIMD2<Int>) -> Traffic {
        let layout = FourierLayout(shape: mesh, grid: ranks, position: position)
        func exchange(_ count: Int, _ block: Int) -> Traffic {
            block == 0
                ? .none : Traffic(bytes: (count - 1) * block * 2 * wordBytes, messages: count - 1)
        }
        return exchange(ranks.y, layout.rowBlock) + exchange(ranks.x, layout.columnBlock)
    }

    /// Ghost planes of a field of reals.
    private func fieldGhosts(_ width: GhostWidth, at position: SIMD2<Int>) -> Traffic {
        ghosts(width, elementBytes: wordBytes, at: position)
    }

    /// Ghost planes of a deposit, which is of 64-bit integers in both precisions.
    private func depositGhosts(_ width: GhostWidth, at position: SIMD2<Int>) -> Traffic {
        ghosts(width, elementBytes: 8, at: position)
    }

    /// Planes of x without the ghosts of y, planes of y with the ghosts of x; nothing along an axis that is not
    /// shared.
    private func ghosts(_ width: GhostWidth, elementBytes: Int, at position: SIMD2<Int>) -> Traffic {
        let x = Decomposition.block(position.x, of: ranks.x, length: mesh.x).count
        let y = Decomposition.block(position.y, of: ranks.y, length: mesh.y).count
        let planes = width.lower + width.upper
        let messages = (width.lower > 0 ? 1 : 0) + (width.upper > 0 ? 1 : 0)
        func neighbours(_ count: Int, among ranks: Int) -> Traffic {
            ranks == 1
                ? .none
                : Traffic(bytes: planes * count * mesh.z * elementBytes, messages: messages)
        }
        return neighbours(y, among: ranks.x) + neighbours(x + planes, among: ranks.y)
    }
}
