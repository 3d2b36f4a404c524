public import Background

/// A number that is sought beside the modes.
public struct SoughtParameter: Sendable, Equatable {
    /// What it is a parameter of.
    public enum Subject: Sendable, Equatable {
        /// The universe; its derivatives are those of duals.
        case cosmology(CosmologyParameter)
        /// An observation, by its place among the own parameters of all objectives.
        case observation(Int)
    }

    /// A Gaussian prior.
    public struct Prior: Sendable, Equatable {
        /// Its centre.
        public let mean: Double
        /// Its standard deviation.
        public let sigma: Double

        /// A Gaussian.
        public init(mean: Double, sigma: Double) {
            self.mean = mean
            self.sigma = sigma
        }
    }

    /// Whether it is one of the universe.
    var isOfCosmology: Bool {
        if case .cosmology = subject { true } else { false }
    }

    /// As configurations and files name it.
    public let name: String
    /// What it is a parameter of.
    public let subject: Subject
    /// Where the search starts.
    public let start: Double
    /// What is known of it before; nothing if nil.
    public let prior: Prior?
    /// Where the loss is finite.
    public let bounds: ClosedRange<Double>
    /// A change of it that is like a change of 1 in a mode.
    public let scale: Double

    /// A parameter.
    public init(
        _ name: String, of subject: Subject, from start: Double, prior: Prior?,
        within bounds: ClosedRange<Double>,
        scale: Double
    ) {
        self.name = name
        self.subject = subject
        self.start = start
        self.prior = prior
        self.bounds = bounds
        self.scale = scale
    }
}

/// Names, scales, bounds and priors of every sought number that is not a mode.
///
///     θ_i = θ_i(start) + scale_i u_i,    −ln p(θ) = ½ Σ ((θ_i − mean_i)/σ_i)²
public struct ParameterSpace: Sendable, Equatable {
    /// Its axes.
    public let parameters: [SoughtParameter]
    /// The own parameters of all objectives, in their order, as they are unless they are sought.
    private let own: [Double]

    /// A space.
    public init(_ parameters: [SoughtParameter] = [], own: [Double] = []) {
        self.parameters = parameters
        self.own = own
    }

    /// A point of it.
    public struct Point: Sendable, Equatable {
        /// The cosmology.
        public var cosmology: CosmologyParameters
        /// The own parameters of all objectives, in their order.
        public var own: [Double]
    }

    /// The value of each parameter at scaled coordinates u.
    public func values(at scaled: [Double]) -> [Double] {
        zip(parameters, scaled).map { $0.start + $0.scale * $1 }
    }

    /// The universe and the observations' parameters at scaled coordinates u.
    ///
    /// - Parameter start: the cosmology where all u are 0.
    public func point(at scaled: [Double], from start: CosmologyParameters) -> Point {
        var point = Point(cosmology: start, own: own)
        for (parameter, value) in zip(parameters, scaled) {
            switch parameter.subject {
            case .cosmology(let which): point.cosmology[which] += parameter.scale * value
            case .observation(let index): point.own[index] += parameter.scale * value
            }
        }
        return point
    }

    /// Whether every parameter of a point is within its bounds, and the cosmology one that can be.
    public func contains(_ point: Point) -> Bool {
        parameters.allSatisfy { $0.bounds.contains(value(of: $0, at: point)) }
            && point.cosmology.problems.isEmpty
    }

    /// A parameter's value at a point.
    public func value(of parameter: SoughtParameter, at point: Point) -> Double {
        switch parameter.subject {
        case .cosmology(let which): point.cosmology[which]
        case .observation(let index): point.own[index]
        }
    }

    /// Adds the prior to a value, and gives the derivative by each scaled coordinate.
    ///
    /// - Parameters:
    ///   - point: where.
    ///   - cosmology: ∂L/∂θ of the cosmological parameters.
    ///   - own: ∂L/∂(own parameter) of all objectives.
    ///   - value: to which the prior is added.
    public func slopes(
        at point: Point, cosmology: Dual, own: [Double], addingPriorTo value: inout Double
    ) -> [Double] {
        parameters.map { parameter in
            var slope =
                switch parameter.subject {
                case .cosmology(let which): cosmology[which]
                case .observation(let index): own[index]
                }
            if let prior = parameter.prior {
                let deviation = (self.value(of: parameter, at: point) - prior.mean) / prior.sigma
                value += deviation * deviation / 2
                slope += deviation / prior.sigma
            }
            return slope * parameter.scale
        }
    }
}
