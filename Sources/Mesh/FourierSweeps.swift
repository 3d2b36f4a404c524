internal import CFourier
internal import Memory
internal import Parallel

/// This rank's geometry as the C library wants it; owns the lists it points to.
@safe final class SweepLayout {
    let layout: palindrome_sweep_layout
    private let lists: UnsafeMutablePointer<Int64>

    init(_ decomposition: Decomposition) {
        let fourier = decomposition.fourier
        let (shape, position) = (decomposition.shape, decomposition.grid.position)
        let partitions = [fourier.xBlocks, fourier.yPencils, fourier.yBlocks, fourier.zBlocks]
        let starts = partitions.map { blocks in [0] + blocks.map { Int64($0.upperBound) } }
        let lists = UnsafeMutablePointer<Int64>.allocate(capacity: starts.reduce(0) { $0 + $1.count })
        unsafe self.lists = lists
        var next = unsafe lists
        func partition(_ index: Int) -> palindrome_partition {
            let list = unsafe next
            for (offset, start) in starts[index].enumerated() { unsafe list[offset] = start }
            unsafe next += starts[index].count
            return unsafe palindrome_partition(parts: Int32(partitions[index].count), starts: list)
        }
        unsafe layout = palindrome_sweep_layout(
            nx: Int64(shape.x), ny: Int64(shape.y), nz: Int64(shape.z), column_rank: Int32(position.x),
            row_rank: Int32(position.y), x: partition(0), y: partition(1), ky: partition(2),
            kz: partition(3), row_block: Int64(fourier.rowBlock), column_block: Int64(fourier.columnBlock))
    }

    deinit {
        unsafe lists.deallocate()
    }
}

/// The sweeps of transforms along each axis of a mesh.
@safe final class FourierSweeps<Scalar: FourierScalar> {
    private let plans: OpaquePointer
    private let geometry: SweepLayout
    private let kernels = Scalar._fourierKernels

    init(_ decomposition: Decomposition) {
        let shape = decomposition.shape
        let made = unsafe kernels.create(Int64(shape.x), Int64(shape.y), Int64(shape.z))
        guard let plans = unsafe made else {
            MPIRuntime.abort("FFTW cannot plan transforms of a \(shape.x) x \(shape.y) x \(shape.z) mesh")
        }
        unsafe self.plans = plans
        geometry = SweepLayout(decomposition)
    }

    deinit {
        unsafe kernels.destroy(plans)
    }

    @unsafe func forwardZ(
        _ field: UnsafePointer<Scalar>, _ xStride: Int, _ yStride: Int, _ blocks: UnsafeMutablePointer<Scalar>
    ) {
        unsafe kernels.forwardZ(plans, geometry.layout, field, Int64(xStride), Int64(yStride), blocks)
    }

    @unsafe func forwardY(from: UnsafePointer<Scalar>, to: UnsafeMutablePointer<Scalar>) {
        unsafe kernels.forwardY(plans, geometry.layout, from, to)
    }

    @unsafe func forwardX(from: UnsafePointer<Scalar>, to: UnsafeMutablePointer<Scalar>) {
        unsafe kernels.forwardX(plans, geometry.layout, from, to)
    }

    @unsafe func inverseX(from: UnsafePointer<Scalar>, to: UnsafeMutablePointer<Scalar>) {
        unsafe kernels.inverseX(plans, geometry.layout, from, to)
    }

    @unsafe func inverseY(from: UnsafePointer<Scalar>, to: UnsafeMutablePointer<Scalar>) {
        unsafe kernels.inverseY(plans, geometry.layout, from, to)
    }

    @unsafe func inverseZ(
        _ blocks: UnsafePointer<Scalar>, scale: Double, _ field: UnsafeMutablePointer<Scalar>, _ xStride: Int,
        _ yStride: Int
    ) {
        unsafe kernels.inverseZ(
            plans, geometry.layout, blocks, scale, field, Int64(xStride), Int64(yStride))
    }

    @unsafe func filterX(_ multiplier: SpectralMultiplier, _ blocks: UnsafeMutablePointer<Scalar>) {
        unsafe multiplier.withTables { tables in
            unsafe kernels.filterX(plans, geometry.layout, tables, blocks)
        }
    }
}

extension SpectralMultiplier {
    /// The tables as the C library wants them, for the time of a call.
    @unsafe func withTables(_ body: (palindrome_multiplier) -> Void) {
        let empty = Tables(x: [], y: [], z: [])
        let below = denominators ?? empty
        unsafe factors.x.withUnsafeBufferPointer { fx in
            unsafe factors.y.withUnsafeBufferPointer { fy in
                unsafe factors.z.withUnsafeBufferPointer { fz in
                    unsafe below.x.withUnsafeBufferPointer { dx in
                        unsafe below.y.withUnsafeBufferPointer { dy in
                            unsafe below.z.withUnsafeBufferPointer { dz in
                                let isQuotient = denominators != nil
                                unsafe body(
                                    palindrome_multiplier(
                                        fx: fx.baseAddress, fy: fy.baseAddress, fz: fz.baseAddress,
                                        dx: isQuotient ? dx.baseAddress : nil, dy: dy.baseAddress,
                                        dz: dz.baseAddress, power: Int32(timesI)))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The exchange of equal blocks among the ranks of a row or a column, which FFTW does as the transpose of a
/// matrix of blocks.
@safe final class BlockExchange<Scalar: FourierScalar> {
    private let plan: OpaquePointer
    private let communicator: Communicator
    private let bytesSent: Int
    private let kernels = Scalar._fourierKernels

    /// Plans the exchange; nil if there is nothing to exchange. Collective.
    ///
    /// - Parameters:
    ///   - communicator: the group.
    ///   - reals: real numbers per block.
    ///   - arrays: like those that will be exchanged.
    init?(
        over communicator: Communicator, reals: Int, _ arrays: borrowing ExchangeArrays<Scalar>
    ) {
        guard communicator.size > 1, reals > 0 else { return nil }
        let made = unsafe kernels.createExchange(
            communicator.fortranHandle, Int32(communicator.size), Int64(reals), arrays.full.start,
            arrays.spare.start)
        guard let plan = unsafe made else { MPIRuntime.abort("FFTW cannot plan an exchange of blocks") }
        unsafe self.plan = plan
        self.communicator = communicator
        bytesSent = (communicator.size - 1) * reals * MemoryLayout<Scalar>.stride
    }

    deinit {
        guard MPIRuntime.isActive else { return }
        unsafe kernels.destroyExchange(plan)
    }

    @unsafe func execute(from: UnsafeMutablePointer<Scalar>, to: UnsafeMutablePointer<Scalar>) {
        communicator.book(bytesSent: bytesSent, messages: communicator.size - 1)
        unsafe kernels.exchange(plan, from, to)
    }
}
