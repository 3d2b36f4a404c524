/// A number that belongs to an observation rather than to the universe: of a bias model, say. It may be sought.
public struct OwnParameter: Sendable, Equatable {
    /// As configurations name it.
    public let name: String
    /// Its value unless it is sought.
    public let value: Double

    /// A parameter.
    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}
