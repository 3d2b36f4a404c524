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

    private let layout: PaddedLayout
    private let xLines: LinePlan<Scalar>
    private let yLines: LinePlan<Scalar>
    private let zLines: LinePlan<Scalar>
    private let columnSwap: BlockSwap<Scalar>?
    private let rowSwap: BlockSwap<Scalar>?
    private let withoutNyquist: SpectralMultiplier
    private let truncation: SpectralMultiplier

    private typealias Place = LinePlan<Scalar>.Place

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
    /// - Parameter decomposition: of the modes; no side shorter than ``shortestSide``.
    public init(_ decomposition: Decomposition) {
        let shape = decomposition.shape
        precondition(shape.min() >= Self.shortestSide)
        let padded = PaddedLayout.padded(shape)
        let grid = decomposition.grid
        let layout = PaddedLayout(shape: shape, grid: grid.shape, position: grid.position)
        self.decomposition = decomposition
        self.layout = layout
        paddedShape = padded
        xLines = LinePlan(kind: palindrome_complex_lines, length: padded.x)
        yLines = LinePlan(kind: palindrome_complex_lines, length: padded.y)
        zLines = LinePlan(kind: palindrome_real_lines, length: padded.z)
        columnSwap = BlockSwap(among: decomposition.grid.column, blockCount: layout.columnBlock)
        rowSwap = BlockSwap(among: decomposition.grid.row, blockCount: layout.rowBlock)
        let kept = (0..<3).map { axis in
            let waves = Wavenumbers(along: axis, of: shape)
            return waves.withoutNyquist(waves.table { _ in 1 })
        }
        let scale = Double(decomposition.pointCount) / Double(padded.x * padded.y * padded.z)
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
        var halves: [Half] = []
        for index in 0..<inputs { halves.append(half(of: try input(index))) }
        for _ in inputs..<max(inputs, outputs) { halves.append(emptyHalf()) }
        multiplied(&halves, inputs: inputs, outputs: outputs, multiply)
        halves.removeLast(halves.count - outputs)
        // Fields are let go as they are read.
        for index in 0..<outputs { try output(index, modes(of: halves.removeFirst())) }
    }

    /// Brings a batch of planes of all fields to real space after another, and the results back.
    private func multiplied(
        _ halves: inout [Half], inputs: Int, outputs: Int, _ multiply: (inout PaddedPlanes<Scalar>) -> Void
    ) {
        let memory = decomposition.grid.memory
        let front = Buffer<Scalar>(count: 2 * layout.planeCount, from: memory, for: "padded plane")
        let back = Buffer<Scalar>(count: 2 * layout.planeCount, from: memory, for: "padded plane")
        var planes = PaddedPlanes<Scalar>(
            fields: halves.count, capacity: layout.planesAtOnce * layout.lines * paddedShape.z, from: memory)
        for first in stride(from: 0, to: layout.planes, by: layout.planesAtOnce) {
            let batch = first..<min(first + layout.planesAtOnce, layout.planes)
            planes.count = batch.count * layout.lines * paddedShape.z
            for index in 0..<inputs {
                unsafe toRealSpace(
                    batch, from: halves[index].start, by: (front.start, back.start), to: planes.field(index))
            }
            decomposition.grid.phases.measure(.products) { multiply(&planes) }
            for index in 0..<outputs {
                unsafe fromRealSpace(
                    batch, from: planes.field(index), by: (front.start, back.start), to: halves[index].start)
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

// MARK: One axis after the other

extension DealiasedProducts {
    /// A field between its first and its second axis.
    @safe fileprivate final class Half {
        private let values: Buffer<Scalar>

        init(_ values: consuming Buffer<Scalar>) { self.values = values }

        @unsafe var start: UnsafeMutablePointer<Scalar> { unsafe values.start }
    }

    private func emptyHalf() -> Half {
        Half(
            Buffer<Scalar>(
                count: 2 * layout.halfCount, from: decomposition.grid.memory, for: "dealiased products"))
    }

    private var phases: Phases { decomposition.grid.phases }

    private func half(of modes: consuming FourierField<Scalar>) -> Half {
        modes.multiply(by: withoutNyquist)
        let half = emptyHalf()
        guard let columnSwap else {
            phases.measure(.fft) {
                unsafe xLines.transform(
                    palindrome_backward, from: Place(values: modes.values.start, layout: layout.xInModes),
                    to: Place(values: half.start, layout: layout.xInColumn), planes: 1, lines: layout.modes)
            }
            return half
        }
        let sent = Buffer<Scalar>(
            count: 2 * layout.halfCount, from: decomposition.grid.memory, for: "fourier transform")
        phases.measure(.fft) {
            unsafe xLines.transform(
                palindrome_backward, from: Place(values: modes.values.start, layout: layout.xInModes),
                to: Place(values: sent.start, layout: layout.xInColumn), planes: 1, lines: layout.modes)
        }
        unsafe columnSwap.execute(sent.start, half.start)
        return half
    }

    private func modes(of half: Half) -> FourierField<Scalar> {
        var modes = FourierField<Scalar>(decomposition, for: "fourier transform")
        if let columnSwap {
            let received = Buffer<Scalar>(
                count: 2 * layout.halfCount, from: decomposition.grid.memory, for: "fourier transform")
            unsafe columnSwap.execute(half.start, received.start)
            unsafe transformX(from: received.start, to: modes)
        } else {
            unsafe transformX(from: half.start, to: modes)
        }
        modes.multiply(by: truncation)
        return modes
    }

    private func transformX(
        from columns: UnsafeMutablePointer<Scalar>, to modes: borrowing FourierField<Scalar>
    ) {
        phases.measure(.fft) {
            unsafe xLines.transform(
                palindrome_forward, from: Place(values: columns, layout: layout.xInColumn),
                to: Place(values: modes.values.start, layout: layout.xInModes), planes: 1,
                lines: layout.modes)
        }
    }

    @unsafe private typealias Scratch = (
        front: UnsafeMutablePointer<Scalar>, back: UnsafeMutablePointer<Scalar>
    )

    private func toRealSpace(
        _ batch: Range<Int>, from half: UnsafeMutablePointer<Scalar>, by scratch: Scratch,
        to field: UnsafeMutablePointer<Scalar>
    ) {
        phases.measure(.fft) {
            unsafe yLines.transform(
                palindrome_backward,
                from: Place(values: half, layout: layout.yInColumn, plane: batch.lowerBound),
                to: Place(values: scratch.front, layout: layout.yInRow), planes: batch.count,
                lines: decomposition.fourier.z.count)
        }
        if let rowSwap { unsafe rowSwap.execute(scratch.front, scratch.back) }
        phases.measure(.fft) {
            unsafe zLines.transform(
                palindrome_backward,
                from: Place(
                    values: rowSwap == nil ? scratch.front : scratch.back, layout: layout.zInRow),
                to: Place(values: field, layout: layout.zInPlanes), planes: batch.count, lines: layout.lines,
                scale: 1 / Double(decomposition.pointCount))
        }
    }

    private func fromRealSpace(
        _ batch: Range<Int>, from field: UnsafeMutablePointer<Scalar>, by scratch: Scratch,
        to half: UnsafeMutablePointer<Scalar>
    ) {
        phases.measure(.fft) {
            unsafe zLines.transform(
                palindrome_forward, from: Place(values: field, layout: layout.zInPlanes),
                to: Place(values: scratch.front, layout: layout.zInRow), planes: batch.count,
                lines: layout.lines)
        }
        if let rowSwap { unsafe rowSwap.execute(scratch.front, scratch.back) }
        phases.measure(.fft) {
            unsafe yLines.transform(
                palindrome_forward,
                from: Place(
                    values: rowSwap == nil ? scratch.front : scratch.back, layout: layout.yInRow),
                to: Place(values: half, layout: layout.yInColumn, plane: batch.lowerBound),
                planes: batch.count, lines: decomposition.fourier.z.count)
        }
    }
}
