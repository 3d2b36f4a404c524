internal import CFourier
internal import Memory
internal import Parallel

/// The Fourier transform of fields on one decomposed mesh: the same bits whatever the ranks.
///
/// Lines are transformed along z, y and x, each by the same one-dimensional plan wherever it lies, and
/// between the axes ranks swap blocks, which computes nothing:
///
/// 1. z: real lines of a plane of constant x become half-complex ones, written as `[kz][y]` so that
///    lines along y are contiguous, in one block per rank of the row;
/// 2. the ranks of a row swap blocks;
/// 3. y: written as `[ky][kz]`, in one block per rank of the column;
/// 4. the ranks of a column swap blocks;
/// 5. x: in place where the blocks leave no gaps.
///
/// The inverse goes back the same way. Where the row is a single rank (slabs), steps 1 and 3 are done
/// plane by plane, in cache. At its peak a transform holds two arrays of the field's size.
public final class FourierTransform<Scalar: FourierScalar> {
    /// The mesh.
    public let decomposition: Decomposition

    private let xLines: LinePlan<Scalar>
    private let yLines: LinePlan<Scalar>
    private let zLines: LinePlan<Scalar>
    private let rowSwap: BlockSwap<Scalar>?
    private let columnSwap: BlockSwap<Scalar>?

    // How lines lie in the arrays between the steps.
    private let zInRow: LineLayout  // kz of lines along z, before the row's swap
    private let yInRow: LineLayout  // lines along y, after the row's swap
    private let yInColumn: LineLayout  // ky of lines along y, before the column's swap
    private let xInColumn: LineLayout  // lines along x, after the column's swap
    private let xInModes: LineLayout  // lines along x in a FourierField
    private let modesAreInPlace: Bool  // whether these two are the same

    private typealias Place = LinePlan<Scalar>.Place

    /// Plans the transform. Collective.
    public init(_ decomposition: Decomposition) {
        self.decomposition = decomposition
        let shape = decomposition.shape
        let layout = decomposition.fourier
        let planning = decomposition.grid.planning
        xLines = LinePlan(kind: palindrome_complex_lines, length: shape.x, planning)
        yLines = LinePlan(kind: palindrome_complex_lines, length: shape.y, planning)
        zLines = LinePlan(kind: palindrome_real_lines, length: shape.z, planning)
        rowSwap = BlockSwap(among: decomposition.grid.row, blockCount: layout.rowBlock)
        columnSwap = BlockSwap(among: decomposition.grid.column, blockCount: layout.columnBlock)

        let y = decomposition.y.count
        let modes = layout.y.count * layout.z.count
        zInRow = LineLayout(
            layout.zBlocks.enumerated().map { rank, z in
                palindrome_block(z.count, at: rank * layout.rowBlock, plane: z.count * y, line: 1, point: y)
            })
        yInRow = LineLayout(
            layout.yPencils.enumerated().map { rank, y in
                palindrome_block(
                    y.count, at: rank * layout.rowBlock, plane: layout.z.count * y.count, line: y.count,
                    point: 1)
            })
        yInColumn = LineLayout(
            layout.yBlocks.enumerated().map { rank, y in
                palindrome_block(
                    y.count, at: rank * layout.columnBlock, plane: y.count * layout.z.count, line: 1,
                    point: layout.z.count)
            })
        xInModes = LineLayout(count: shape.x, plane: 0, line: 1, point: modes)
        modesAreInPlace = layout.xBlocks.enumerated().allSatisfy { rank, x in
            rank * layout.columnBlock == x.lowerBound * modes
        }
        xInColumn =
            modesAreInPlace
            ? xInModes
            : LineLayout(
                layout.xBlocks.enumerated().map { rank, x in
                    palindrome_block(x.count, at: rank * layout.columnBlock, plane: 0, line: 1, point: modes)
                })
    }

    /// The spectrum of a field, not normalised; ghost planes are ignored. Collective.
    ///
    ///     f_k = Σ_q f(q) exp(−i k·q)
    public func forward(_ field: consuming Field<Scalar>) -> FourierField<Scalar> {
        transformX(columns(of: field), from: xInColumn, to: xInModes, palindrome_forward)
    }

    /// The same of a field that is still needed, without a copy of it. Collective.
    public func forward(keeping field: borrowing Field<Scalar>) -> FourierField<Scalar> {
        let lines = firstLines(of: field)
        return transformX(columns(ofLines: lines), from: xInColumn, to: xInModes, palindrome_forward)
    }

    /// The field of a spectrum, with undefined ghost planes. Collective.
    ///
    ///     f(q) = 1/N Σ_k w(k) Re(f_k exp(i k·q)),    w the Hermitian weight
    ///
    /// The sum is over the modes of a ``FourierField``; what is not Hermitian in the planes kz = 0 and
    /// kz = nz/2 drops out.
    public func inverse(
        _ spectrum: consuming FourierField<Scalar>, ghosts: GhostWidth
    ) -> Field<Scalar> {
        inverse(spectrum, ghosts: ghosts, scale: normalisation)
    }

    /// The inverse of the spectrum times a multiplier, with undefined ghost planes. Collective.
    ///
    /// The same bits as ``forward(_:)``, ``FourierField/multiply(by:)`` and ``inverse(_:ghosts:)``, with the
    /// last axis transformed to and fro while it is in cache.
    ///
    /// - Precondition: the tables fit the mesh.
    public func filter(
        _ field: consuming Field<Scalar>, by multiplier: SpectralMultiplier, ghosts: GhostWidth
    ) -> Field<Scalar> {
        precondition(multiplier.fits(decomposition.shape))
        let spectrum = columns(of: field)
        phases.measure(.fft) {
            unsafe xLines.filter(
                Place(values: spectrum.values.start, layout: xInColumn), by: multiplier, on: layout)
        }
        return self.field(ofColumns: spectrum, ghosts: ghosts, scale: normalisation)
    }

    /// The inverse of a spectrum that is kept, times a multiplier, with undefined ghost planes. Collective.
    ///
    /// The same bits as ``FourierField/multiplied(by:for:)`` and ``inverse(_:ghosts:)``, in one pass over the modes
    /// and without a copy of them.
    ///
    /// - Precondition: the tables fit the mesh.
    public func inverse(
        of spectrum: borrowing FourierField<Scalar>, times multiplier: SpectralMultiplier, ghosts: GhostWidth
    ) -> Field<Scalar> {
        precondition(spectrum.decomposition.isAlike(decomposition) && multiplier.fits(decomposition.shape))
        let columns = array()
        phases.measure(.fft) {
            unsafe xLines.multiplied(
                Place(values: spectrum.values.start, layout: xInModes), by: multiplier,
                to: Place(values: columns.values.start, layout: xInColumn), on: layout)
        }
        return field(ofColumns: columns, ghosts: ghosts, scale: normalisation)
    }

    /// Adds the spectrum of a field, times a multiplier, to another; ghost planes are ignored. Collective.
    ///
    /// The same bits as ``forward(_:)``, ``FourierField/multiply(by:)`` and ``FourierField/add(_:)``, in one pass over
    /// the modes.
    ///
    /// - Precondition: the tables fit the mesh.
    public func forward(
        _ field: consuming Field<Scalar>, times multiplier: SpectralMultiplier,
        addingTo target: inout FourierField<Scalar>
    ) {
        precondition(target.decomposition.isAlike(decomposition) && multiplier.fits(decomposition.shape))
        let columns = columns(of: field)
        phases.measure(.fft) {
            unsafe xLines.addMultiplied(
                Place(values: columns.values.start, layout: xInColumn), by: multiplier,
                to: Place(values: target.values.start, layout: xInModes), on: layout)
        }
    }

    /// The transpose of ``forward(_:)``, with undefined ghost planes. Collective.
    ///
    /// A cotangent c holds ∂L/∂Re f_k + i ∂L/∂Im f_k of every mode of a ``FourierField``, each counted once,
    /// so that without weights
    ///
    ///     ⟨c, f⟩ = Σ_k Re(c_k* f_k),    x̄(q) = Σ_k Re(c_k exp(i k·q))
    public func forwardTranspose(
        _ spectrumCotangent: consuming FourierField<Scalar>, ghosts: GhostWidth
    ) -> Field<Scalar> {
        let mesh = decomposition
        spectrumCotangent.mapModes { _, _, z, real, imaginary in
            mesh.hermitianWeight(z: z) == 1 ? (real, imaginary) : (real / 2, imaginary / 2)
        }
        return inverse(spectrumCotangent, ghosts: ghosts, scale: 1)
    }

    /// The transpose of ``inverse(_:ghosts:)``; ghost planes are ignored. Collective.
    ///
    ///     c_k = w(k)/N Σ_q x̄(q) exp(−i k·q)
    ///
    /// in the convention of ``forwardTranspose(_:ghosts:)``.
    public func inverseTranspose(_ fieldCotangent: consuming Field<Scalar>) -> FourierField<Scalar> {
        var spectrum = forward(fieldCotangent)
        let mesh = decomposition
        let scale = Scalar(normalisation)
        spectrum.mapModes { _, _, z, real, imaginary in
            let weight = scale * Scalar(mesh.hermitianWeight(z: z))
            return (weight * real, weight * imaginary)
        }
        return spectrum
    }

    private func inverse(
        _ spectrum: consuming FourierField<Scalar>, ghosts: GhostWidth, scale: Double
    ) -> Field<Scalar> {
        let columns = transformX(spectrum, from: xInModes, to: xInColumn, palindrome_backward)
        return field(ofColumns: columns, ghosts: ghosts, scale: scale)
    }

    private var phases: Phases { decomposition.grid.phases }
    private var layout: FourierLayout { decomposition.fourier }
    private var normalisation: Double { 1 / Double(decomposition.pointCount) }
    private var planes: Int { decomposition.x.count }

    private func array() -> FourierField<Scalar> { FourierField(decomposition, for: "fourier transform") }
}

// MARK: The steps but the last, there and back

extension FourierTransform {
    private func columns(of field: consuming Field<Scalar>) -> FourierField<Scalar> {
        let lines = firstLines(of: field)
        _ = consume field  // its memory serves the exchanges
        return columns(ofLines: lines)
    }

    /// Both axes of whole planes, or the last axis alone where a row of ranks shares them.
    private func firstLines(of field: borrowing Field<Scalar>) -> FourierField<Scalar> {
        precondition(field.decomposition.isAlike(decomposition))
        return decomposition.grid.row.size == 1 ? transformPlanes(of: field) : transformZ(of: field)
    }

    private func columns(ofLines lines: consuming FourierField<Scalar>) -> FourierField<Scalar> {
        if decomposition.grid.row.size == 1 { return swapped(lines, columnSwap) }
        let pencils = transform(
            yLines, palindrome_forward, swapped(lines, rowSwap), from: yInRow, to: yInColumn,
            (planes, layout.z.count))
        return swapped(pencils, columnSwap)
    }

    private func field(
        ofColumns columns: consuming FourierField<Scalar>, ghosts: GhostWidth, scale: Double
    ) -> Field<Scalar> {
        precondition(columns.decomposition.isAlike(decomposition))
        let pencils = swapped(columns, columnSwap)
        if decomposition.grid.row.size == 1 {
            return inversePlanes(of: pencils, ghosts: ghosts, scale: scale)
        }
        let halfComplex = transform(
            yLines, palindrome_backward, pencils, from: yInColumn, to: yInRow,
            (planes, layout.z.count))
        return inverseZ(of: swapped(halfComplex, rowSwap), ghosts: ghosts, scale: scale)
    }

    private func swapped(
        _ sent: consuming FourierField<Scalar>, _ swap: BlockSwap<Scalar>?
    ) -> FourierField<Scalar> {
        guard let swap else { return sent }
        let received = array()
        unsafe swap.execute(sent.values.start, received.values.start)
        return received
    }
}

// MARK: One axis after the other

extension FourierTransform {
    private func transformX(
        _ spectrum: consuming FourierField<Scalar>, from source: LineLayout, to target: LineLayout,
        _ direction: palindrome_direction
    ) -> FourierField<Scalar> {
        let lines = layout.y.count * layout.z.count
        guard modesAreInPlace else {
            return transform(xLines, direction, spectrum, from: source, to: target, (1, lines))
        }
        phases.measure(.fft) {
            let place = unsafe Place(values: spectrum.values.start, layout: xInModes)
            unsafe xLines.transform(direction, from: place, to: place, planes: 1, lines: lines)
        }
        return spectrum
    }

    private func transform(
        _ plan: LinePlan<Scalar>, _ direction: palindrome_direction,
        _ spectrum: consuming FourierField<Scalar>,
        from source: LineLayout, to target: LineLayout, _ count: (planes: Int, lines: Int)
    ) -> FourierField<Scalar> {
        let result = array()
        phases.measure(.fft) {
            unsafe plan.transform(
                direction, from: Place(values: spectrum.values.start, layout: source),
                to: Place(values: result.values.start, layout: target), planes: count.planes,
                lines: count.lines)
        }
        return result
    }

    private func transformZ(of field: borrowing Field<Scalar>) -> FourierField<Scalar> {
        let result = array()
        phases.measure(.fft) {
            unsafe zLines.transform(
                palindrome_forward, from: realPlace(field),
                to: Place(values: result.values.start, layout: zInRow), planes: planes,
                lines: decomposition.y.count)
        }
        return result
    }

    private func inverseZ(
        of spectrum: consuming FourierField<Scalar>, ghosts: GhostWidth, scale: Double
    ) -> Field<Scalar> {
        let field = Field<Scalar>(decomposition, ghosts: ghosts, for: "field")
        phases.measure(.fft) {
            unsafe zLines.transform(
                palindrome_backward, from: Place(values: spectrum.values.start, layout: zInRow),
                to: realPlace(field), planes: planes, lines: decomposition.y.count, scale: scale)
        }
        return field
    }

    private func realPlace(_ field: borrowing Field<Scalar>) -> Place {
        unsafe Place(
            values: field.values.start + field.ownedOffset,
            layout: LineLayout(
                count: decomposition.shape.z, plane: field.xStride, line: field.yStride, point: 1))
    }
}

// MARK: z and y together, where the row is this rank alone

extension FourierTransform {
    private func transformPlanes(of field: borrowing Field<Scalar>) -> FourierField<Scalar> {
        let result = array()
        let plane = planeScratch()
        phases.measure(.fft) {
            var source = unsafe realPlace(field)
            for x in 0..<planes {
                unsafe source.plane = x
                unsafe zLines.transform(
                    palindrome_forward, from: source,
                    to: Place(values: plane.start, layout: zInRow), planes: 1, lines: decomposition.y.count)
                unsafe yLines.transform(
                    palindrome_forward, from: Place(values: plane.start, layout: yInRow),
                    to: Place(values: result.values.start, layout: yInColumn, plane: x), planes: 1,
                    lines: layout.z.count)
            }
        }
        return result
    }

    private func inversePlanes(
        of spectrum: consuming FourierField<Scalar>, ghosts: GhostWidth, scale: Double
    ) -> Field<Scalar> {
        let field = Field<Scalar>(decomposition, ghosts: ghosts, for: "field")
        let plane = planeScratch()
        phases.measure(.fft) {
            var target = unsafe realPlace(field)
            for x in 0..<planes {
                unsafe target.plane = x
                unsafe yLines.transform(
                    palindrome_backward,
                    from: Place(values: spectrum.values.start, layout: yInColumn, plane: x),
                    to: Place(values: plane.start, layout: yInRow), planes: 1, lines: layout.z.count)
                unsafe zLines.transform(
                    palindrome_backward, from: Place(values: plane.start, layout: zInRow),
                    to: target, planes: 1, lines: decomposition.y.count, scale: scale)
            }
        }
        return field
    }

    private func planeScratch() -> Buffer<Scalar> {
        Buffer(
            count: 2 * layout.z.count * decomposition.y.count, from: decomposition.grid.memory,
            for: "fourier plane")
    }
}
