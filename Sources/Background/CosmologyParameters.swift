/// How strong the primordial fluctuations are: by their own amplitude, or by what they have grown to.
public enum Amplitude: Sendable, Equatable {
    /// A_s at k = 0.05/Mpc [1].
    case scalar(Double)
    /// σ8, the linear rms overdensity today in spheres of 8 Mpc/h [1]; A_s follows from it.
    case sigma8(Double)

    /// The number, whichever it is.
    public var value: Double {
        switch self {
        case .scalar(let value), .sigma8(let value): value
        }
    }
}

/// The eight numbers that a user writes down, before anything is computed from them.
public struct CosmologyParameters: Sendable, Equatable {
    /// A_s or σ8.
    public var amplitude: Amplitude
    /// n_s [1].
    public var spectralIndex: Double
    /// Ω_m, baryons included [critical density today].
    public var omegaMatter: Double
    /// Ω_b [critical density today].
    public var omegaBaryon: Double
    /// h = H0 / (100 km/s/Mpc) [1].
    public var h: Double
    /// Ω_k [critical density today].
    public var omegaCurvature: Double
    /// w0 [1].
    public var w0: Double
    /// w_a [1].
    public var wa: Double

    /// The parameters, unchecked: see `problems`.
    public init(
        amplitude: Amplitude, spectralIndex: Double, omegaMatter: Double, omegaBaryon: Double, h: Double,
        omegaCurvature: Double = 0, w0: Double = -1, wa: Double = 0
    ) {
        self.amplitude = amplitude
        self.spectralIndex = spectralIndex
        self.omegaMatter = omegaMatter
        self.omegaBaryon = omegaBaryon
        self.h = h
        self.omegaCurvature = omegaCurvature
        self.w0 = w0
        self.wa = wa
    }

    /// The cosmology of the linear power table that comes with the code (Planck 2018, flat, no massive
    /// neutrinos): Ω_b h² = 0.02242, Ω_c h² = 0.11933, h = 0.6766.
    public static let planck18 = CosmologyParameters(
        amplitude: .scalar(2.105e-9), spectralIndex: 0.9665, omegaMatter: 0.3096414415,
        omegaBaryon: 0.0489746816, h: 0.6766)

    /// Round numbers, those of pmwd's `SimpleLCDM`.
    public static let simpleLCDM = CosmologyParameters(
        amplitude: .scalar(2e-9), spectralIndex: 0.96, omegaMatter: 0.3, omegaBaryon: 0.05, h: 0.7)

    /// One parameter by name; slot 0 keeps its kind, A_s or σ8, when it is set.
    public subscript(parameter: CosmologyParameter) -> Double {
        get {
            switch parameter {
            case .amplitude: amplitude.value
            case .spectralIndex: spectralIndex
            case .omegaMatter: omegaMatter
            case .omegaBaryon: omegaBaryon
            case .h: h
            case .omegaCurvature: omegaCurvature
            case .w0: w0
            case .wa: wa
            }
        }
        set {
            switch parameter {
            case .amplitude:
                switch amplitude {
                case .scalar: amplitude = .scalar(newValue)
                case .sigma8: amplitude = .sigma8(newValue)
                }
            case .spectralIndex: spectralIndex = newValue
            case .omegaMatter: omegaMatter = newValue
            case .omegaBaryon: omegaBaryon = newValue
            case .h: h = newValue
            case .omegaCurvature: omegaCurvature = newValue
            case .w0: w0 = newValue
            case .wa: wa = newValue
            }
        }
    }

    /// The name of a parameter: that of `CosmologyParameter`, but `sigma8` in slot 0 where σ8 is given.
    public func name(of parameter: CosmologyParameter) -> String {
        if parameter == .amplitude, case .sigma8 = amplitude { return "sigma8" }
        return parameter.name
    }

    /// What the eight derivative parts stand for, in their order.
    public var parameterNames: [String] { CosmologyParameter.allCases.map(name(of:)) }

    /// Parameters on which nothing depends whatever the power spectrum: those of dark energy where there is none.
    public var idleParameters: [CosmologyParameter] {
        1 - omegaMatter - omegaCurvature == 0 ? [.w0, .wa] : []
    }

    /// Parameters that do not act on the power spectrum beside a table.
    ///
    /// - Parameter own: the A_s that the table was computed with, if it is known.
    public func idleParameters(besideTableOf own: Double?) -> [CosmologyParameter] {
        let shape: [CosmologyParameter] = [.spectralIndex, .omegaBaryon, .h]
        if own == nil, case .scalar = amplitude { return [.amplitude] + shape }
        return shape
    }
}
