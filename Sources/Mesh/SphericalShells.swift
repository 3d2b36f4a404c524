/// Spherical shells of modes, one fundamental wavenumber of the longest side wide.
///
///     shell n: (n − ½) k_f ≤ |k| < (n + ½) k_f,    k_f = 2π / max L
///
/// A mode on the border of two shells belongs to the upper one, also where the ratio of two side lengths is a
/// rounding error short of the fraction that it should be.
public struct SphericalShells: Sendable, Equatable {
    /// (k_i/k_f)² by axis, for each index of a ``FourierField``; three of them sum to (|k|/k_f)².
    public let squares: SpectralMultiplier.Tables
    /// The last shell that the Nyquist wavenumber of the coarsest axis still reaches.
    public let count: Int

    @usableFromInline static let tieTolerance = 1e-9

    /// The shells of a mesh with cubic cells.
    ///
    /// - Parameter shape: points along x, y and z.
    public init(shape: SIMD3<Int>) {
        self.init(shape: shape, nyquist: Double(shape.max()) / 2) { modeNumber, axis in
            Double(modeNumber * shape.max()) / Double(shape[axis])
        }
    }

    /// The shells of a mesh in a box.
    ///
    /// - Parameters:
    ///   - shape: points along x, y and z.
    ///   - box: side lengths, in any unit.
    public init(shape: SIMD3<Int>, box: SIMD3<Double>) {
        let stretch = SIMD3(repeating: box.max()) / box
        let nyquist = (0..<3).map { stretch[$0] * Double(shape[$0]) / 2 }.min()!
        self.init(shape: shape, nyquist: nyquist) { modeNumber, axis in Double(modeNumber) * stretch[axis] }
    }

    /// - Parameter wave: k_i/k_f of a mode number along an axis.
    private init(shape: SIMD3<Int>, nyquist: Double, wave: (_ modeNumber: Int, _ axis: Int) -> Double) {
        let squares = (0..<3).map { axis in
            Wavenumbers(along: axis, of: shape).table {
                let wave = wave($0, axis)
                return wave * wave
            }
        }
        self.squares = .init(x: squares[0], y: squares[1], z: squares[2])
        count = Int(nyquist + Self.tieTolerance)
    }

    /// The shell of a mode; past ``count`` in the corners of the mesh.
    ///
    /// - Parameter square: (|k|/k_f)².
    @inlinable
    public static func shell(ofSquare square: Double) -> Int {
        Int(square.squareRoot() + (0.5 + tieTolerance))
    }
}
