internal import Background
internal import Configuration
internal import Parallel

extension RunConfiguration {
    /// The model of the linear power spectrum; a table is read on rank 0 and parsed on all. Collective.
    ///
    /// - Throws: `AgreedFailure` when the table cannot be read or is not one.
    func linearPowerModel(on world: Communicator) throws(AgreedFailure) -> LinearPowerModel {
        guard let path = power.table else {
            return power.model == .eisensteinHuNoWiggle ? .eisensteinHuNoWiggle : .eisensteinHu
        }
        let bytes = try world.fromRoot { try Files.read(path) }
        return try world.agree {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw UsageError("\(path): the text is not UTF-8; it must be; save it as UTF-8")
            }
            let table = try PowerTable(
                parsing: text, source: path, extrapolation: power.extrapolate ? .powerLaw : .forbidden)
            return .table(table, scalarAmplitude: tableAmplitude)
        }
    }

    /// The A_s that a table was made for: the configured one; with σ8 given any serves, for σ8 rescales it.
    private var tableAmplitude: Double {
        if case .scalar(let amplitude) = cosmology.amplitude { amplitude } else { 2e-9 }
    }
}
