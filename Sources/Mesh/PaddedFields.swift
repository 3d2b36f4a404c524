internal import CFourier
internal import Memory
internal import Parallel

/// A field on its way to a finer mesh, between its first and its second axis: what ``DealiasedProducts`` multiplies.
@safe public final class PaddedField<Scalar: FourierScalar> {
    private var values: Buffer<Scalar>

    init(_ values: consuming Buffer<Scalar>) { self.values = values }

    @unsafe var start: UnsafeMutablePointer<Scalar> { unsafe values.start }

    /// Its blocks travel to the ranks of a column or back; what was sent is let go.
    func swap(_ swap: BlockSwap<Scalar>, by received: consuming Buffer<Scalar>) {
        unsafe swap.execute(values.start, received.start)
        values = received
    }
}

/// The six `k_i k_j f` of a field on its way to a finer mesh, as `f`, `k_x f` and `k_x² f`: factors along the other axes
/// are multiplied in as their turns come.
public struct PaddedTensor<Scalar: FourierScalar> {
    let fields: [PaddedField<Scalar>]

    /// What each component is made of, in the order xx, yy, zz, xy, xz, yz.
    var components: [PaddedComponent<Scalar>] {
        [
            .init(field: fields[2], y: 0, z: 0), .init(field: fields[0], y: 2, z: 0),
            .init(field: fields[0], y: 0, z: 2), .init(field: fields[1], y: 1, z: 0),
            .init(field: fields[1], y: 0, z: 1), .init(field: fields[0], y: 1, z: 1),
        ]
    }
}

/// What goes into a product, or comes out of one.
public enum PaddedFactor<Scalar: FourierScalar> {
    /// A field as it is.
    case field(PaddedField<Scalar>)
    /// `k_i k_j f` for xx, yy, zz, xy, xz and yz; as a result, the transpose of that: `Σ k_i k_j r_ij`.
    case tensor(PaddedTensor<Scalar>)

    /// The number of its fields in real space.
    var count: Int { components.count }

    var components: [PaddedComponent<Scalar>] {
        switch self {
        case .field(let field): [.init(field: field, y: 0, z: 0)]
        case .tensor(let tensor): tensor.components
        }
    }

    /// Its components by the fields that they are made of.
    var sums: [[(offset: Int, component: PaddedComponent<Scalar>)]] {
        let all = components.enumerated().map { (offset: $0.offset, component: $0.element) }
        return switch self {
        case .field: [all]
        case .tensor: [[all[0]], [all[3], all[4]], [all[1], all[2], all[5]]]
        }
    }
}

/// A field times powers of k_y and k_z.
struct PaddedComponent<Scalar: FourierScalar> {
    let field: PaddedField<Scalar>
    let y: Int
    let z: Int
}

// MARK: The first axis

extension DealiasedProducts {
    /// A field of some modes, but those of Nyquist planes. Collective.
    public func field(of modes: consuming FourierField<Scalar>) -> PaddedField<Scalar> {
        modes.multiply(by: withoutNyquist)
        return padded(modes, times: nil)
    }

    /// `k_i k_j f` of a field's modes, but those of Nyquist planes. Collective.
    public func tensor(of modes: consuming FourierField<Scalar>) -> PaddedTensor<Scalar> {
        modes.multiply(by: withoutNyquist)
        return PaddedTensor(fields: [
            padded(modes, times: nil), padded(modes, times: derivative(0, 1)),
            padded(modes, times: derivative(0, 2)),
        ])
    }

    /// Room for a result.
    public func emptyField() -> PaddedField<Scalar> { PaddedField(half()) }

    /// Room for a tensor that is a result.
    public func emptyTensor() -> PaddedTensor<Scalar> {
        PaddedTensor(fields: (0..<3).map { _ in emptyField() })
    }

    /// The modes of a result, which is used up. Collective.
    public func modes(of field: consuming PaddedField<Scalar>) -> FourierField<Scalar> {
        summed([(field, nil)])
    }

    /// `Σ k_i k_j r_ij` of a tensor that is a result, which is used up. Collective.
    public func modes(of tensor: consuming PaddedTensor<Scalar>) -> FourierField<Scalar> {
        summed(tensor.fields.enumerated().map { ($0.element, derivative(0, $0.offset)) })
    }

    /// A result without the modes that the mesh of the modes does not have, which can go into a product. Collective.
    public func truncated(_ field: consuming PaddedField<Scalar>) -> PaddedField<Scalar> {
        self.field(of: modes(of: field))
    }

    private func half() -> Buffer<Scalar> {
        Buffer(count: 2 * layout.halfCount, from: decomposition.grid.memory, for: "dealiased products")
    }

    private func padded(_ modes: borrowing FourierField<Scalar>, times factors: [Double]?) -> PaddedField<Scalar> {
        let field = emptyField()
        let source = unsafe Term(
            place: Place(values: modes.values.start, layout: layout.xInModes), before: factors)
        decomposition.grid.phases.measure(.fft) {
            unsafe xLines.combine(
                palindrome_backward, [source], to: Place(values: field.start, layout: layout.xInColumn),
                planes: 1, lines: layout.modes)
        }
        if let columnSwap { field.swap(columnSwap, by: half()) }
        return field
    }

    private func summed(_ parts: [(field: PaddedField<Scalar>, factors: [Double]?)]) -> FourierField<Scalar> {
        if let columnSwap { for part in parts { part.field.swap(columnSwap, by: half()) } }
        var modes = FourierField<Scalar>(decomposition, for: "fourier transform")
        decomposition.grid.phases.measure(.fft) {
            unsafe xLines.combine(
                palindrome_forward,
                parts.map { part in
                    unsafe Term(
                        place: Place(values: part.field.start, layout: layout.xInColumn), after: part.factors)
                }, to: Place(values: modes.values.start, layout: layout.xInModes), planes: 1,
                lines: layout.modes)
        }
        modes.multiply(by: truncation)
        return modes
    }
}
