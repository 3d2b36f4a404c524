internal import CFourier
internal import Memory
internal import Parallel

/// Products of fields without aliasing: taken on a mesh of 3/2 as many points along each side (Orszag's rule), of
/// which the products' modes are kept that the fields' own mesh has.
///
///     r_k = N/M Σ_x F(f₁(x), f₂(x), …) exp(−i k·x),    f(x) = 1/N Σ_k f_k exp(i k·x)
///
/// for M points x of the finer mesh and N modes k. Nyquist planes are taken out of what goes in and of what comes
/// out. A product of two fields is exact in all modes that are left; a product of three is exact if that of two of
/// them is truncated first, by passing through here. Both directions are transposes of each other up to the factor
/// N/M that is in the second, so that a transpose is made of the same products: for `r = P(f g)` and a cotangent r̄,
/// `f̄ = P(r̄ g)`.
///
/// Fields are held as modes along y and z, and a few planes of all of them at once are brought to real space,
/// multiplied there, and taken back: one field takes half as much memory as on the finer mesh.
///
/// - Source: Orszag 1971, J. Atmos. Sci. 28, 1074.
public final class DealiasedProducts<Scalar: FourierScalar> {
    /// The mesh of the modes.
    public let decomposition: Decomposition
    /// Points of the finer mesh along x, y and z.
    public let paddedShape: SIMD3<Int>

    let layout: PaddedLayout
    let xLines: LinePlan<Scalar>
    private let yLines: LinePlan<Scalar>
    private let zLines: LinePlan<Scalar>
    let columnSwap: BlockSwap<Scalar>?
    private let rowSwap: BlockSwap<Scalar>?
    let withoutNyquist: SpectralMultiplier
    let truncation: SpectralMultiplier
    /// k of each axis, for whole lines of the finer mesh [h/Mpc].
    let waves: [[Double]]

    typealias Place = LinePlan<Scalar>.Place
    typealias Term = LinePlan<Scalar>.Term

    /// The fewest points along a side that leave a mode beside the mean and the Nyquist mode.
    public static var shortestSide: Int { 3 }

    /// Real numbers that each field takes on a rank: half transformed, and in real space.
    ///
    /// - Parameters:
    ///   - shape: points of the mesh of the modes.
    ///   - ranks: along x and y.
    ///   - position: of the rank among them.
    public static func storage(
        shape: SIMD3<Int>, ranks: SIMD2<Int>, position: SIMD2<Int>
    ) -> (half: Int, planes: Int) {
        let layout = PaddedLayout(shape: shape, grid: ranks, position: position)
        return (2 * layout.halfCount, layout.planesAtOnce * layout.lines * PaddedLayout.padded(shape).z)
    }

    /// Plans the transforms. Collective.
    ///
    /// - Parameters:
    ///   - decomposition: of the modes; no side shorter than ``shortestSide``.
    ///   - spacing: from a point to the next [Mpc/h], for derivatives.
    public init(_ decomposition: Decomposition, spacing: Double = 1) {
        let shape = decomposition.shape
        precondition(shape.min() >= Self.shortestSide)
        let padded = PaddedLayout.padded(shape)
        let grid = decomposition.grid
        let layout = PaddedLayout(shape: shape, grid: grid.shape, position: grid.position)
        self.decomposition = decomposition
        self.layout = layout
        paddedShape = padded
        xLines = LinePlan(kind: palindrome_complex_lines, length: padded.x, grid.planning)
        yLines = LinePlan(kind: palindrome_complex_lines, length: padded.y, grid.planning)
        zLines = LinePlan(kind: palindrome_real_lines, length: padded.z, grid.planning)
        columnSwap = BlockSwap(among: decomposition.grid.column, blockCount: layout.columnBlock)
        rowSwap = BlockSwap(among: decomposition.grid.row, blockCount: layout.rowBlock)
        let kept = (0..<3).map { axis in
            let waves = Wavenumbers(along: axis, of: shape)
            return waves.withoutNyquist(waves.table { _ in 1 })
        }
        let scale = Double(decomposition.pointCount) / Double(padded.x * padded.y * padded.z)
        waves = (0..<3).map { axis in
            Wavenumbers(along: axis, of: padded)
                .values(spacing: spacing * Double(shape[axis]) / Double(padded[axis]))
        }
        withoutNyquist = SpectralMultiplier(factors: .init(x: kept[0], y: kept[1], z: kept[2]))
        truncation = SpectralMultiplier(
            factors: .init(x: kept[0].map { $0 * scale }, y: kept[1], z: kept[2]))
    }

    /// Takes products of some fields and hands on the modes of the results. Collective.
    ///
    /// - Parameters:
    ///   - inputs: the number of fields that go in.
    ///   - outputs: the number of results.
    ///   - input: the modes of a field; asked for once each, in order.
    ///   - multiply: replaces the first values at each point of some planes by the results. Called for one batch of
    ///     planes after another.
    ///   - output: takes the modes of a result; called once each, in order.
    public func evaluate(
        inputs: Int, outputs: Int, _ input: (Int) throws -> FourierField<Scalar>,
        multiply: (inout PaddedPlanes<Scalar>) -> Void,
        output: (Int, consuming FourierField<Scalar>) throws -> Void
    ) rethrows {
        var fields: [PaddedField<Scalar>] = []
        for index in 0..<inputs { fields.append(field(of: try input(index))) }
        for _ in inputs..<max(inputs, outputs) { fields.append(emptyField()) }
        self.multiply(
            fields[..<inputs].map { .field($0) },
            into: (0..<outputs).map { (at: $0, .field(fields[$0])) }, multiply)
        fields.removeLast(fields.count - outputs)
        // Fields are let go as they are read.
        for index in 0..<outputs { try output(index, modes(of: fields.removeFirst())) }
    }

    /// Brings a batch of planes of all factors to real space after another, multiplies, and takes the results back.
    /// Collective.
    ///
    /// - Parameters:
    ///   - factors: one after the other, six fields of a tensor.
    ///   - results: where they go, and the first of their fields among those of the planes. A result may replace a
    ///     factor.
    ///   - multiply: replaces fields by results. Called for one batch of planes after another.
    public func multiply(
        _ factors: [PaddedFactor<Scalar>], into results: [(at: Int, result: PaddedFactor<Scalar>)],
        _ multiply: (inout PaddedPlanes<Scalar>) -> Void
    ) {
        let memory = decomposition.grid.memory
        let scratch = (0..<4).map { _ in
            PaddedField<Scalar>(Buffer(count: 2 * layout.planeCount, from: memory, for: "padded plane"))
        }
        let inputs = factors.flatMap(\.components)
        let fields = results.reduce(inputs.count) { max($0, $1.at + $1.result.count) }
        var planes = PaddedPlanes<Scalar>(
            fields: fields, capacity: layout.planesAtOnce * layout.lines * paddedShape.z, from: memory)
        for first in stride(from: 0, to: layout.planes, by: layout.planesAtOnce) {
            let batch = first..<min(first + layout.planesAtOnce, layout.planes)
            planes.count = batch.count * layout.lines * paddedShape.z
            for (index, component) in inputs.enumerated() {
                unsafe toRealSpace(batch, of: component, by: scratch, to: planes.field(index))
            }
            decomposition.grid.phases.measure(.products) { multiply(&planes) }
            for (index, result) in results {
                for parts in result.sums {
                    fromRealSpace(
                        batch, of: planes, parts.map { (field: index + $0.offset, $0.component) }, by: scratch
                    )
                }
            }
        }
    }
}

/// Values of several fields at the same points of a finer mesh, field after field.
@safe public struct PaddedPlanes<Scalar: FourierScalar>: ~Copyable {
    /// The number of points.
    public internal(set) var count = 0
    private let capacity: Int
    private let values: Buffer<Scalar>

    init(fields: Int, capacity: Int, from pool: MemoryPool) {
        self.capacity = (capacity + 15) / 16 * 16
        values = Buffer(count: fields * self.capacity, from: pool, for: "products")
    }

    /// The first value of a field; ``count`` of them follow each other.
    @unsafe public func field(_ index: Int) -> UnsafeMutablePointer<Scalar> {
        unsafe values.start + index * capacity
    }
}

// MARK: The second and the third axis

extension DealiasedProducts {
    private var phases: Phases { decomposition.grid.phases }

    private func toRealSpace(
        _ batch: Range<Int>, of component: PaddedComponent<Scalar>, by scratch: [PaddedField<Scalar>],
        to field: UnsafeMutablePointer<Scalar>
    ) {
        let (front, back) = unsafe (scratch[0].start, scratch[1].start)
        phases.measure(.fft) {
            unsafe yLines.combine(
                palindrome_backward,
                [
                    Term(
                        place: Place(
                            values: component.field.start, layout: layout.yInColumn, plane: batch.lowerBound),
                        before: derivative(1, component.y))
                ], to: Place(values: front, layout: layout.yInRow), planes: batch.count,
                lines: decomposition.fourier.z.count)
        }
        if let rowSwap { unsafe rowSwap.execute(front, back) }
        phases.measure(.fft) {
            unsafe zLines.combine(
                palindrome_backward,
                [
                    Term(
                        place: Place(values: rowSwap == nil ? front : back, layout: layout.zInRow),
                        before: derivative(2, component.z))
                ], to: Place(values: field, layout: layout.zInPlanes), planes: batch.count,
                lines: layout.lines, scale: 1 / Double(decomposition.pointCount))
        }
    }

    /// The sum of some fields' derivatives replaces the planes of the one field that they all belong to.
    private func fromRealSpace(
        _ batch: Range<Int>, of planes: borrowing PaddedPlanes<Scalar>,
        _ parts: [(field: Int, component: PaddedComponent<Scalar>)], by scratch: [PaddedField<Scalar>]
    ) {
        var terms = unsafe [Term]()
        for ((field, component), own) in zip(parts, scratch[1...]) {
            let front = unsafe rowSwap == nil ? own.start : scratch[0].start
            phases.measure(.fft) {
                unsafe zLines.combine(
                    palindrome_forward,
                    [
                        Term(
                            place: Place(values: planes.field(field), layout: layout.zInPlanes),
                            after: derivative(2, component.z))
                    ], to: Place(values: front, layout: layout.zInRow), planes: batch.count,
                    lines: layout.lines)
            }
            if let rowSwap { unsafe rowSwap.execute(front, own.start) }
            unsafe terms.append(
                Term(
                    place: Place(values: own.start, layout: layout.yInRow),
                    after: derivative(1, component.y)))
        }
        phases.measure(.fft) {
            unsafe yLines.combine(
                palindrome_forward, terms,
                to: Place(
                    values: parts[0].component.field.start, layout: layout.yInColumn, plane: batch.lowerBound),
                planes: batch.count, lines: decomposition.fourier.z.count)
        }
    }

    /// A power of the wavenumbers of an axis, nothing for none.
    func derivative(_ axis: Int, _ power: Int) -> [Double]? {
        switch power {
        case 0: nil
        case 1: waves[axis]
        default: waves[axis].map { $0 * $0 }
        }
    }
}
