internal import CFourier
internal import Glibc
internal import Memory
internal import Parallel

/// How the points of lines lie in an array of this rank; see `palindrome_placement`.
struct LineLayout {
    var blocks: [palindrome_block]

    init(_ blocks: [palindrome_block]) { self.blocks = blocks }

    /// Lines that are whole and lie in one piece.
    init(count: Int, offset: Int = 0, plane: Int, line: Int, point: Int) {
        blocks = [palindrome_block(count, at: offset, plane: plane, line: line, point: point)]
    }
}

extension palindrome_block {
    init(_ count: Int, at offset: Int, plane: Int, line: Int, point: Int) {
        self.init(
            count: Int64(count), offset: Int64(offset), plane_stride: Int64(plane), line_stride: Int64(line),
            point_stride: Int64(point))
    }
}

/// The plans for all lines along one axis, with their scratch.
@safe final class LinePlan<Scalar: FourierScalar> {
    private let lines: OpaquePointer

    init(kind: palindrome_line_kind, length: Int, _ planning: TransformPlanning) {
        let lines = unsafe planning.wisdom[keyPath: Scalar.wisdom].withCString { wisdom in
            unsafe palindrome_lines_create(
                Scalar.library, kind, Int64(length),
                palindrome_planning(wisdom: wisdom, is_measured: planning.rigor == .measured ? 1 : 0))
        }
        guard let lines = unsafe lines else {
            MPIRuntime.abort("FFTW has no plan for lines of \(length) points, or no memory for it")
        }
        unsafe self.lines = lines
        if planning.rigor == .measured && !isKnown {
            var wisdom = planning.wisdom
            wisdom[keyPath: Scalar.wisdom] = Scalar.wisdomOfFFTW
            planning.learn(TransformWisdom(single: wisdom.single, double: wisdom.double))
        }
    }

    /// Whether both directions were in the wisdom.
    var isKnown: Bool { unsafe palindrome_lines_are_known(lines) != 0 }

    deinit { unsafe palindrome_lines_destroy(lines) }

    /// An array, how lines lie in it, and the number of its first plane.
    @unsafe struct Place {
        let values: UnsafeMutablePointer<Scalar>
        let layout: LineLayout
        var plane = 0
    }

    func transform(
        _ direction: palindrome_direction, from source: Place, to target: Place, planes: Int,
        lines count: Int,
        scale: Double = 1
    ) {
        unsafe withPlacement(source) { source in
            unsafe withPlacement(target) { target in
                unsafe palindrome_lines_transform(
                    lines, direction, source, target, Int64(planes), Int64(count), scale)
            }
        }
    }

    /// A source of a sum of transforms, and factors for every point of its lines before and after they are transformed.
    @unsafe struct Term {
        let place: Place
        var before: [Double]?
        var after: [Double]?
    }

    /// `target = Σ after · F(before · source)`, summed in order.
    func combine(
        _ direction: palindrome_direction, _ terms: [Term], to target: Place, planes: Int, lines count: Int,
        scale: Double = 1
    ) {
        let blocks = unsafe terms.flatMap { unsafe $0.place.layout.blocks }
        let factors = unsafe terms.flatMap { unsafe ($0.before ?? []) + ($0.after ?? []) }
        unsafe blocks.withUnsafeBufferPointer { blocks in
            unsafe factors.withUnsafeBufferPointer { factors in
                var (block, factor) = (0, 0)
                func next(_ table: [Double]?) -> UnsafePointer<Double>? {
                    guard let table else { return nil }
                    defer { factor += table.count }
                    return unsafe factors.baseAddress! + factor
                }
                let terms = unsafe terms.map { term in
                    let place = unsafe term.place
                    let source = unsafe palindrome_placement(
                        values: place.values, blocks: blocks.baseAddress! + block,
                        block_count: Int64(place.layout.blocks.count), first_plane: Int64(place.plane))
                    unsafe block += place.layout.blocks.count
                    let (before, after) = unsafe (next(term.before), next(term.after))
                    return unsafe palindrome_term(source: source, before: before, after: after)
                }
                unsafe withPlacement(target) { target in
                    unsafe palindrome_lines_combine(
                        lines, direction, terms, Int64(terms.count), target, Int64(planes), Int64(count),
                        scale)
                }
            }
        }
    }

    func filter(_ place: Place, by multiplier: SpectralMultiplier, on layout: FourierLayout) {
        unsafe withPlacement(place) { placement in
            unsafe multiplier.withTables(of: layout) { tables in
                unsafe palindrome_lines_filter(lines, placement, tables)
            }
        }
    }

    /// `target = F⁻¹(m · source)`
    func multiplied(
        _ source: Place, by multiplier: SpectralMultiplier, to target: Place, on layout: FourierLayout
    ) {
        unsafe withPlacement(source) { source in
            unsafe withPlacement(target) { target in
                unsafe multiplier.withTables(of: layout) { tables in
                    unsafe palindrome_lines_multiplied(lines, source, target, tables)
                }
            }
        }
    }

    /// `target += m · F(source)`
    func addMultiplied(
        _ source: Place, by multiplier: SpectralMultiplier, to target: Place, on layout: FourierLayout
    ) {
        unsafe withPlacement(source) { source in
            unsafe withPlacement(target) { target in
                unsafe multiplier.withTables(of: layout) { tables in
                    unsafe palindrome_lines_add_multiplied(lines, source, target, tables)
                }
            }
        }
    }

    private func withPlacement(_ place: Place, _ body: (palindrome_placement) -> Void) {
        unsafe place.layout.blocks.withUnsafeBufferPointer { blocks in
            unsafe body(
                palindrome_placement(
                    values: place.values, blocks: blocks.baseAddress, block_count: Int64(blocks.count),
                    first_plane: Int64(place.plane)))
        }
    }
}

/// The exchange of blocks within a row or a column of ranks: block r goes to rank r.
@safe final class BlockSwap<Scalar: FourierScalar> {
    private let plan: OpaquePointer
    private let ranks: Communicator
    private let bytesSent: Int

    /// Plans the exchange, or nothing if there is nobody or nothing to exchange. Collective.
    init?(among ranks: Communicator, blockCount: Int) {
        guard ranks.size > 1 && blockCount > 0 else { return nil }
        let plan = unsafe palindrome_swap_create(Scalar.library, ranks.fortranHandle, Int64(blockCount))
        guard let plan = unsafe plan else {
            MPIRuntime.abort("FFTW-MPI has no plan for blocks of \(blockCount) complex numbers")
        }
        unsafe self.plan = plan
        self.ranks = ranks
        bytesSent = (ranks.size - 1) * blockCount * 2 * MemoryLayout<Scalar>.size
    }

    deinit { unsafe palindrome_swap_destroy(plan) }

    @unsafe func execute(_ sent: UnsafeMutablePointer<Scalar>, _ received: UnsafeMutablePointer<Scalar>) {
        ranks.phases.measure(.exchange) {
            ranks.book(bytesSent: bytesSent, messages: ranks.size - 1)
            unsafe palindrome_swap_execute(plan, sent, received)
        }
    }
}

extension FourierScalar {
    static var library: palindrome_precision { palindrome_precision(_precision.rawValue) }

    /// Where the wisdom of this precision is.
    static var wisdom: WritableKeyPath<TransformWisdom, String> {
        library == palindrome_single ? \.single : \.double
    }

    /// What FFTW knows now.
    fileprivate static var wisdomOfFFTW: String {
        guard let text = unsafe palindrome_wisdom_create(library) else {
            MPIRuntime.abort("there is no memory for what FFTW has learnt")
        }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }
}

extension SpectralMultiplier {
    /// The tables of the modes that a rank holds, for C.
    func withTables(of layout: FourierLayout, _ body: (UnsafePointer<palindrome_multiplier>) -> Void) {
        let y = layout.y
        let z = layout.z
        func withPointers(
            _ tables: Tables?, _ body: ([UnsafePointer<Double>?]) -> Void
        ) {
            guard let tables else { return unsafe body([nil, nil, nil]) }
            unsafe tables.x.withUnsafeBufferPointer { xTable in
                unsafe tables.y.withUnsafeBufferPointer { yTable in
                    unsafe tables.z.withUnsafeBufferPointer { zTable in
                        unsafe body([
                            xTable.baseAddress!, yTable.baseAddress! + y.lowerBound,
                            zTable.baseAddress! + z.lowerBound,
                        ])
                    }
                }
            }
        }
        unsafe withPointers(factors) { factor in
            unsafe withPointers(denominators) { denominator in
                var tables = unsafe palindrome_multiplier(
                    x_count: Int64(factors.x.count), y_count: Int64(y.count), z_count: Int64(z.count),
                    factor_x: factor[0], factor_y: factor[1], factor_z: factor[2],
                    denominator_x: denominator[0], denominator_y: denominator[1],
                    denominator_z: denominator[2], times_i: Int32(truncatingIfNeeded: timesI & 3))
                unsafe body(&tables)
            }
        }
    }
}
