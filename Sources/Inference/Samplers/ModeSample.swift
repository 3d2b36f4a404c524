internal import InitialConditions
public import Mesh
internal import Parallel

/// A few modes of each shell of a grid, always the same ones, by which a chain is watched.
///
/// Shells are those of `PowerSpectrum`: n − ½ ≤ |k|/k_f < n + ½. Modes are drawn at random directions, from those
/// with 0 < k_z < Nyquist, of which none is another's mirror image.
public struct ModeSample: Sendable, Equatable {
    /// At most this many of a shell.
    public static let mostPerShell = 64

    /// n of each mode, ascending.
    public let shells: [Int]
    /// (m_x, m_y, m_z) of each mode, whole waves along the box.
    public let modes: [SIMD3<Int>]
    private let shape: SIMD3<Int>

    /// The modes of a grid.
    public init(of shape: SIMD3<Int>) {
        var (shells, modes): ([Int], [SIMD3<Int>]) = ([], [])
        let longest = shape.max()
        for shell in stride(from: 1, through: shape.min() / 2, by: 1) {
            var found: Set<SIMD3<Int>> = []
            // Directions from a fixed stream of each shell.
            let words = RandomBits.words(seed: 0x6d6f_6465 + UInt64(shell), count: 96 * Self.mostPerShell)
            for first in stride(from: 0, to: words.count, by: 3) where found.count < Self.mostPerShell {
                let direction =
                    SIMD3(
                        Double(Int32(bitPattern: words[first])), Double(Int32(bitPattern: words[first + 1])),
                        Double(Int32(bitPattern: words[first + 2]))) * 0x1p-31
                let norm = (direction * direction).sum().squareRoot()
                guard norm > 0.05, norm <= 1 else { continue }
                let sides = SIMD3<Double>(shape) / Double(longest)
                let place = direction / norm * Double(shell) * sides
                let mode = SIMD3(
                    Int(place.x.rounded()), Int(place.y.rounded()), Int(abs(place.z).rounded()))
                let waves = SIMD3<Double>(mode) / sides
                let wave = (waves * waves).sum().squareRoot()
                guard wave >= Double(shell) - 0.5, wave < Double(shell) + 0.5, mode.z > 0,
                    2 * mode.z < shape.z, 2 * abs(mode.x) < shape.x, 2 * abs(mode.y) < shape.y
                else { continue }
                found.insert(mode)
            }
            let sorted = found.sorted { ($0.x, $0.y, $0.z) < ($1.x, $1.y, $1.z) }
            modes += sorted
            shells += sorted.map { _ in shell }
        }
        self.shells = shells
        self.modes = modes
        self.shape = shape
    }

    /// Real and imaginary part of each mode, s_k/√N, the same on all ranks. Collective.
    public func amplitudes<Scalar: FourierScalar>(of field: borrowing FourierField<Scalar>) -> [Double] {
        let scale = 1 / Double(field.decomposition.pointCount).squareRoot()
        var bits = [Int](repeating: 0, count: 2 * modes.count)
        let values = field.values.span
        for (index, mode) in modes.enumerated() {
            let x = mode.x < 0 ? mode.x + shape.x : mode.x
            let y = mode.y < 0 ? mode.y + shape.y : mode.y
            guard field.y.contains(y), field.z.contains(mode.z) else { continue }
            let place = field.offset(x: x, y: y, z: mode.z)
            for part in 0..<2 {
                let amplitude = scale * Double(values[place + part])
                bits[2 * index + part] = Int(bitPattern: UInt(amplitude.bitPattern))
            }
        }
        // One rank has a mode, the others 0.
        return field.decomposition.grid.world.sum(bits).map {
            Double(bitPattern: UInt64(UInt(bitPattern: $0)))
        }
    }
}
