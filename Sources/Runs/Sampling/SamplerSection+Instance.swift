internal import Configuration
internal import Inference

/// Where names become types. To add a sampler: a type in `Inference/Samplers`, its name in `SamplerSection`, and a line
/// here.
extension SamplerSection {
    /// The method.
    var instance: any Sampler {
        switch method {
        case .hmc:
            HamiltonianMonteCarlo(
                composition, jitter: jitter, target: target ?? 0.8, onLattice: usesLattice)
        case .mams: AdjustedMicrocanonical(composition, target: target ?? 0.9)
        case .mclmc: MicrocanonicalLangevin(composition, energyVariance: energyVariance)
        }
    }

    private var composition: SymplecticComposition {
        switch integrator {
        case .leapfrog: .leapfrog
        case .minimumNorm: .minimumNorm
        case .quartic: .quartic
        case .bcss3: .bcss3
        }
    }

    /// The name of a chain's file.
    func chainName(_ chain: Int) -> String { "chain_\(chain).h5" }

    /// The name of the file of a sample, counted from 1.
    func sampleName(_ sample: Int, of chain: Int) -> String {
        let digits = String(sample)
        let padding = String(repeating: "0", count: max(0, 6 - digits.count))
        return (chains > 1 ? "chain_\(chain)_" : "") + "sample_\(padding)\(digits).h5"
    }

    /// All that is written.
    var fileNames: [String] {
        (0..<chains).flatMap { chain in
            [chainName(chain)]
                + stride(from: thin, through: samples, by: thin).map { sampleName($0, of: chain) }
        }
    }
}
