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
            let text = try PlainText.decoded(bytes) { _ in path }
            let table = try PowerTable(
                parsing: text, source: path, extrapolation: power.extrapolate ? .powerLaw : .forbidden,
                redshift: power.redshift)
            return .table(table, scalarAmplitude: power.scalarAmplitude)
        }
    }
}
