internal import CFourier
internal import Memory
internal import Parallel

/// The Fourier transform of fields on one decomposed mesh, the same bits whatever the ranks.
///
/// Three sweeps of transforms over whole lines, along z, y and x, with an exchange of blocks between two
/// sweeps; the arithmetic on a line never depends on which rank holds it. Two arrays of the mesh's size are in
/// use at most. Normalisation is in the inverse.
///
/// - Source: the scheme is that of Pekurovsky 2012 (P3DFFT); transforms and exchanges are FFTW's.
public final class FourierTransform<Scalar: FourierScalar> {
    /// The mesh.
    public let decomposition: Decomposition

    private let sweeps: FourierSweeps<Scalar>
    private let rowExchange: BlockExchange<Scalar>?
    private let columnExchange: BlockExchange<Scalar>?

    private var grid: RankGrid { decomposition.grid }

    /// Plans the transform. Collective.
    public init(_ decomposition: Decomposition) {
        self.decomposition = decomposition
        let grid = decomposition.grid
        let fourier = decomposition.fourier
        sweeps = FourierSweeps(decomposition)
        let arrays = ExchangeArrays<Scalar>(decomposition)
        rowExchange = BlockExchange(over: grid.row, reals: 2 * fourier.rowBlock, arrays)
        columnExchange = BlockExchange(over: grid.column, reals: 2 * fourier.columnBlock, arrays)
    }

    /// The spectrum of a field, not normalised; ghost planes are ignored. Collective.
    ///
    ///     f_k = Σ_q f(q) exp(−i k·q)
    public func forward(_ field: consuming Field<Scalar>) -> FourierField<Scalar> {
        var arrays = toColumns(field)
        grid.phases.measure("fft") {
            if grid.column.size > 1 {
                unsafe sweeps.forwardX(from: arrays.full.start, to: arrays.spare.start)
                arrays.turn()
            } else {
                unsafe sweeps.forwardX(from: arrays.full.start, to: arrays.full.start)
            }
        }
        return FourierField(decomposition, taking: arrays.takeFull())
    }

    /// The field of a spectrum, with undefined ghost planes. Collective.
    ///
    ///     f(q) = 1/N Σ_k w(k) Re(f_k exp(i k·q)),    w the Hermitian weight
    public func inverse(
        _ spectrum: consuming FourierField<Scalar>, ghosts: GhostWidth
    ) -> Field<Scalar> {
        var arrays = ExchangeArrays(decomposition, full: spectrum.takeValues())
        grid.phases.measure("fft") {
            if grid.column.size > 1 {
                unsafe sweeps.inverseX(from: arrays.full.start, to: arrays.spare.start)
                arrays.turn()
            } else {
                unsafe sweeps.inverseX(from: arrays.full.start, to: arrays.full.start)
            }
        }
        return fromColumns(arrays, ghosts: ghosts)
    }

    /// The field whose modes are multiplied, with undefined ghost planes: forward, multiply and inverse with one
    /// sweep along x for both ways, and the same bits. Collective.
    public func filter(
        _ field: consuming Field<Scalar>, by multiplier: SpectralMultiplier, ghosts: GhostWidth
    ) -> Field<Scalar> {
        precondition(multiplier.fits(decomposition.shape))
        let arrays = toColumns(field)
        grid.phases.measure("fft") {
            unsafe sweeps.filterX(multiplier, arrays.full.start)
        }
        return fromColumns(arrays, ghosts: ghosts)
    }

    /// The transpose of ``forward(_:)``: from one number for each stored real and imaginary part,
    ///
    ///     f̄(q) = Σ_k Re(f̄_k exp(i k·q))    over the stored modes, without weights
    ///
    /// so that `Σ_k Re(f̄_k* f_k) = Σ_q f̄(q) f(q)`. Collective.
    public func forwardTranspose(
        _ cotangent: consuming FourierField<Scalar>, ghosts: GhostWidth
    ) -> Field<Scalar> {
        var spectrum = cotangent
        let count = Scalar(decomposition.pointCount)
        spectrum.mapModes { _, _, z, real, imaginary in
            let scale = count / Scalar(decomposition.hermitianWeight(z: z))
            return (scale * real, scale * imaginary)
        }
        return inverse(spectrum, ghosts: ghosts)
    }

    /// The transpose of ``inverse(_:ghosts:)``: `f̄_k = w(k)/N Σ_q f̄(q) exp(−i k·q)`. Collective.
    public func inverseTranspose(_ cotangent: consuming Field<Scalar>) -> FourierField<Scalar> {
        var spectrum = forward(cotangent)
        let count = Scalar(decomposition.pointCount)
        spectrum.mapModes { _, _, z, real, imaginary in
            let scale = Scalar(decomposition.hermitianWeight(z: z)) / count
            return (scale * real, scale * imaginary)
        }
        return spectrum
    }

    /// Transforms along z and y into the blocks of the column.
    private func toColumns(_ field: consuming Field<Scalar>) -> ExchangeArrays<Scalar> {
        let blocks = ExchangeArrays<Scalar>.block(decomposition)
        grid.phases.measure("fft") {
            unsafe sweeps.forwardZ(
                field.values.start + field.ownedOffset, field.xStride, field.yStride, blocks.start)
        }
        _ = consume field  // its memory serves the spare array
        var arrays = ExchangeArrays(decomposition, full: blocks)
        exchange(rowExchange, &arrays)
        grid.phases.measure("fft") {
            unsafe sweeps.forwardY(from: arrays.full.start, to: arrays.spare.start)
            arrays.turn()
        }
        exchange(columnExchange, &arrays)
        return arrays
    }

    /// Transforms along y and z what stands in the blocks of the column.
    private func fromColumns(
        _ blocks: consuming ExchangeArrays<Scalar>, ghosts: GhostWidth
    ) -> Field<Scalar> {
        var arrays = blocks
        exchange(columnExchange, &arrays)
        grid.phases.measure("fft") {
            unsafe sweeps.inverseY(from: arrays.full.start, to: arrays.spare.start)
            arrays.turn()
        }
        exchange(rowExchange, &arrays)
        let full = arrays.takeFull()  // the spare array's memory serves the field
        let field = Field<Scalar>(decomposition, ghosts: ghosts, for: "field")
        grid.phases.measure("fft") {
            unsafe sweeps.inverseZ(
                full.start, scale: 1 / Double(decomposition.pointCount),
                field.values.start + field.ownedOffset, field.xStride, field.yStride)
        }
        return field
    }

    private func exchange(_ exchange: BlockExchange<Scalar>?, _ arrays: inout ExchangeArrays<Scalar>) {
        guard let exchange else { return }
        grid.phases.measure("exchange") {
            unsafe exchange.execute(from: arrays.full.start, to: arrays.spare.start)
            arrays.turn()
        }
    }
}

/// The two arrays between which sweeps and exchanges go back and forth.
struct ExchangeArrays<Scalar: FourierScalar>: ~Copyable {
    /// Where the data is.
    var full: Buffer<Scalar>
    /// Where it goes next.
    var spare: Buffer<Scalar>

    init(_ decomposition: Decomposition) {
        self.init(decomposition, full: Self.block(decomposition))
    }

    init(_ decomposition: Decomposition, full: consuming Buffer<Scalar>) {
        self.full = full
        spare = Self.block(decomposition)
    }

    /// One array.
    static func block(_ decomposition: Decomposition) -> Buffer<Scalar> {
        Buffer(count: 2 * decomposition.fourier.capacity, from: decomposition.grid.memory, for: "exchange")
    }

    /// The data has gone to the other array.
    mutating func turn() { swap(&full, &spare) }

    /// The data's array; the other one is given back.
    consuming func takeFull() -> Buffer<Scalar> { full }
}
