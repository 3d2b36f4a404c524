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
    public init(exchange: Traffic = .none, ghosts: Traffic = .none) {
        self.exchange = exchange
        self.ghosts = ghosts
    }

    /// None.
    public static let none = MeshTraffic()

    /// Both.
    public static func + (first: MeshTraffic, second: MeshTraffic) -> MeshTraffic {
        MeshTraffic(exchange: first.exchange + second.exchange, ghosts: first.ghosts + second.ghosts)
    }

    /// So many times as much.
    public static func * (count: Int, traffic: MeshTraffic) -> MeshTraffic {
        MeshTraffic(exchange: count * traffic.exchange, ghosts: count * traffic.ghosts)
    }
}
