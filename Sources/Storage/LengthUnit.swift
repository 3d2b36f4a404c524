/// The unit of lengths in a snapshot.
public enum LengthUnit: String, CaseIterable, Sendable {
    /// Of this program, comoving.
    case megaparsec = "Mpc/h"
    /// A thousandth, which some readers take for granted.
    case kiloparsec = "kpc/h"

    /// Centimetres in it, without the h.
    var centimetres: Double {
        switch self {
        case .megaparsec: 3.085_677_581_491_367_3e24
        case .kiloparsec: 3.085_677_581_491_367_3e21
        }
    }

    /// A length in Mpc/h as the file has it.
    func stored(_ length: Double) -> Double {
        switch self {
        case .megaparsec: length
        case .kiloparsec: 1000 * length
        }
    }

    /// The length in Mpc/h of one in the file.
    func read(_ stored: Double) -> Double {
        switch self {
        case .megaparsec: stored
        case .kiloparsec: stored / 1000
        }
    }

    /// The one of so many centimetres; nil if there is none.
    init?(centimetres: Double) {
        guard let unit = Self.allCases.first(where: { abs(centimetres / $0.centimetres - 1) < 1e-6 }) else {
            return nil
        }
        self = unit
    }
}
