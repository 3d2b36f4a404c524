import Numerics

/// A cosmology to compute with: the eight parameters as scalars, and the expansion that follows from them.
///
/// On `Dual` each parameter carries derivative one in its own slot. Where σ8 is given, A_s is a function
/// of σ8 and of the seven others, so that slot 0 of whatever follows is ∂/∂σ8 and the others are taken at
/// fixed σ8 (`parameterNames` says which).
public struct Cosmology<Scalar: CosmologyScalar>: Sendable {
    /// What it was made from.
    public let parameters: CosmologyParameters
    /// A_s, given or derived from σ8 [1].
    public let scalarAmplitude: Scalar
    /// n_s [1].
    public let spectralIndex: Scalar
    /// Ω_m [critical density today].
    public let omegaMatter: Scalar
    /// Ω_b [critical density today].
    public let omegaBaryon: Scalar
    /// h [1].
    public let h: Scalar
    /// Ω_k [critical density today].
    public let omegaCurvature: Scalar
    /// Ω_DE = 1 − Ω_m − Ω_k [critical density today].
    public let omegaDarkEnergy: Scalar
    /// w0 [1].
    public let w0: Scalar
    /// w_a [1].
    public let wa: Scalar

    /// The names of the derivative slots: `CosmologyParameter.name`, with `sigma8` for slot 0 where σ8 was given.
    public var parameterNames: [String] { parameters.parameterNames }

    /// - Parameters:
    ///   - parameters: the numbers; they must have no `problems`.
    ///   - model: what turns A_s into σ8, or has an amplitude of its own, so that A_s is a mere number without derivative.
    public init(_ parameters: CosmologyParameters, power model: LinearPowerModel) {
        switch parameters.amplitude {
        case .scalar where !model.feelsScalarAmplitude:
            self.init(parameters, scalarAmplitude: Scalar(model.referenceAmplitude))
        case .scalar(let amplitude):
            self.init(parameters, scalarAmplitude: Scalar(amplitude, of: .amplitude))
        case .sigma8(let sigma8):
            // P is proportional to A_s, so σ8 of any reference amplitude fixes A_s by σ8² ∝ A_s.
            let reference = Cosmology(parameters, scalarAmplitude: Scalar(model.referenceAmplitude))
            let ratio = Scalar(sigma8, of: .amplitude) / LinearPower(reference, model).sigma8()
            self.init(parameters, scalarAmplitude: (ratio * ratio).scaled(by: model.referenceAmplitude))
        }
    }

    init(_ parameters: CosmologyParameters, scalarAmplitude: Scalar) {
        self.parameters = parameters
        self.scalarAmplitude = scalarAmplitude
        spectralIndex = Scalar(parameters.spectralIndex, of: .spectralIndex)
        omegaMatter = Scalar(parameters.omegaMatter, of: .omegaMatter)
        omegaBaryon = Scalar(parameters.omegaBaryon, of: .omegaBaryon)
        h = Scalar(parameters.h, of: .h)
        omegaCurvature = Scalar(parameters.omegaCurvature, of: .omegaCurvature)
        omegaDarkEnergy = 1 - omegaMatter - omegaCurvature
        w0 = Scalar(parameters.w0, of: .w0)
        wa = Scalar(parameters.wa, of: .wa)
    }
}
