internal import Measurement
internal import Mesh
internal import Parallel
internal import Storage
internal import Text

/// How alike what was found is to the data and, if it is known, to the truth, scale by scale.
///
/// - Source: Modi, Lanusse & Seljak 2021, eqs. 10 and 11.
struct ReconstructionDiagnostics {
    /// The final density with the data, if these are a density at the end.
    let data: SpectralComparison?
    /// Initial and final density with the truth, if it is known.
    let truth: (initial: SpectralComparison, final: SpectralComparison)?
    /// The initial density of standard reconstruction with the truth, where the search began with it.
    let standard: SpectralComparison?
    /// The power of the white noise that was found.
    let noise: PowerSpectrum

    private var wavenumbers: [Double]? { (truth?.initial ?? data)?.wavenumbers }

    /// Those that all comparisons have.
    private var shells: Range<Int> {
        truth.map { 0..<min($0.initial.wavenumbers.count, $0.final.wavenumbers.count) }
            ?? 0..<(wavenumbers?.count ?? 0)
    }

    /// Writes the group `/diagnostics`, if there is anything to compare with. Collective.
    func write(to file: inout OutputFile) throws(StorageError) {
        guard let wavenumbers else { return }
        func write(
            _ values: some Sequence<Double>, _ name: String, _ units: String, _ description: String
        ) throws(StorageError) {
            try file.write(
                Array(values), at: "/diagnostics/\(name)",
                labels: Labels(units: units, description: description))
        }
        try write(wavenumbers[shells], "k", "h/Mpc", "mean wavenumber of a shell")
        if let data {
            try write(
                data.correlation[shells], "correlation_data", "1", "r(k) of the final density with the data")
            try write(data.transfer[shells], "transfer_data", "1", "T(k) of the final density to the data")
        }
        let known = shells.prefix(noise.powers.count)
        try write(
            noise.modesPerShell[known].map(Double.init), "modes", "1", "modes in a shell of the white noise")
        try write(noise.powers[known], "noise_power", "1", "power of the white noise; of a unit normal 1")
        guard let truth else { return }
        try write(
            truth.initial.correlation[shells], "correlation_initial", "1",
            "r(k) of the initial density with the truth")
        try write(
            truth.initial.transfer[shells], "transfer_initial", "1",
            "T(k) of the initial density to the truth")
        if let standard {
            try write(
                standard.correlation[shells], "correlation_standard", "1",
                "r(k) of standard reconstruction with the truth")
            try write(
                standard.transfer[shells], "transfer_standard", "1",
                "T(k) of standard reconstruction to the truth")
        }
        try write(
            truth.final.correlation[shells], "correlation_final", "1",
            "r(k) of the final density with the truth")
        try write(
            truth.final.transfer[shells], "transfer_final", "1", "T(k) of the final density to the truth")
    }

    /// At most this many rows of r and T are printed; the file has them all.
    private static let mostRows = 32

    /// A table for the log; nil if there is nothing to compare with.
    var text: String? {
        guard let wavenumbers else { return nil }
        var table = TextTable(
            ["k [h/Mpc]"] + (truth == nil ? [] : ["r initial", "T initial", "r final", "T final"])
                + (standard == nil ? [] : ["r standard", "T standard"])
                + (data == nil ? [] : ["r data", "T data"]))
        let comparisons =
            (truth.map { [$0.initial, $0.final] } ?? []) + (standard.map { [$0] } ?? [])
            + (data.map { [$0] } ?? [])
        let stride = max(1, (shells.count + Self.mostRows - 1) / Self.mostRows)
        for shell in Swift.stride(from: 0, to: shells.count, by: stride) {
            table.add(
                [fixed(wavenumbers[shell], 4)]
                    + comparisons.flatMap { [fixed($0.correlation[shell], 4), fixed($0.transfer[shell], 4)] })
        }
        return table.text
    }
}
