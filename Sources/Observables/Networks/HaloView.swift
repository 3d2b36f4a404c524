/// How masses of haloes are compared; stages of a search change it.
public struct HaloView: Sendable, Equatable {
    /// M0, which is added before logarithms are taken [Msun/h]: masses far below it do not count.
    public var softening: Double
    /// w: how sharply networks decide where haloes are.
    public var width: Double

    /// A view.
    public init(softening: Double, width: Double) {
        self.softening = softening
        self.width = width
    }
}
