public import Background

/// A moment at which the particles are looked at.
public struct Observation: Sendable, Equatable {
    /// Which one it is: its place in the list of those that were asked for, from 0.
    public let number: Int
    /// When.
    public let scaleFactor: Double
    /// What the momenta of kicks and drifts are multiplied by to be p = a² dx/dt, with derivatives.
    ///
    /// Observers need not know: the units of the particles that they see contain it, and cotangents of momenta are
    /// those of p.
    public internal(set) var momentumFactor = Dual(1)

    /// The observation of a number.
    public init(number: Int, scaleFactor: Double) {
        self.number = number
        self.scaleFactor = scaleFactor
    }

    /// Observations in the order in which they are asked for.
    public static func at(_ scaleFactors: [Double]) -> [Observation] {
        scaleFactors.enumerated().map { Observation(number: $0.offset, scaleFactor: $0.element) }
    }

    /// Whether kicks and drifts have p itself.
    var hasOwnMomenta: Bool { momentumFactor == Dual(1) }
}
