public import Mesh
public import Parallel
public import Particles

/// Numbers on the cells of an observation: what is predicted, the data, their weights, derivatives.
///
/// Sums over cells are the same bits on any number of ranks, and so are all functions of single cells.
public enum Cells<Scalar: ParticleScalar>: ~Copyable {
    /// On a mesh, each rank its block, without ghost planes.
    case mesh(Field<Scalar>)
    /// On a plane of pixels, `[u][v]`, the whole of it on every rank.
    case plane([Double])

    /// The same numbers again.
    public func copy() -> Cells {
        switch self {
        case .mesh(let field): .mesh(field.copy(for: "observation"))
        case .plane(let pixels): .plane(pixels)
        }
    }

    /// Replaces each number by a function of it.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public mutating func map(_ body: (Double) -> Double) {
        switch consume self {
        case .mesh(var field):
            do {
                var values = field.values.mutableSpan
                for index in values.indices { values[index] = Scalar(body(Double(values[index]))) }
            }
            self = .mesh(field)
        case .plane(var pixels):
            for index in pixels.indices { pixels[index] = body(pixels[index]) }
            self = .plane(pixels)
        }
    }

    /// Replaces each number by a function of it and of the number of the same cell elsewhere.
    ///
    /// - Precondition: of the same cells.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public mutating func combine(_ other: borrowing Cells, _ body: (Double, Double) -> Double) {
        switch consume self {
        case .mesh(var field):
            other.withMesh { others in
                var values = field.values.mutableSpan
                let others = others.values.span
                for index in values.indices {
                    values[index] = Scalar(body(Double(values[index]), Double(others[index])))
                }
            }
            self = .mesh(field)
        case .plane(var pixels):
            let others = other.pixels
            for index in pixels.indices { pixels[index] = body(pixels[index], others[index]) }
            self = .plane(pixels)
        }
    }

    /// Multiplies each number by one rounded to the precision of the cells.
    public mutating func scale(by factor: Double) {
        let rounded = isMesh ? Double(Scalar(factor)) : factor
        map { $0 * rounded }
    }

    private var isMesh: Bool {
        switch self {
        case .mesh: true
        case .plane: false
        }
    }

    /// The pixels of a plane.
    ///
    /// - Precondition: it is one.
    public var pixels: [Double] {
        switch self {
        case .mesh: preconditionFailure("cells of a mesh where those of a plane are due")
        case .plane(let pixels): pixels
        }
    }

    /// Reads the field of a mesh.
    ///
    /// - Precondition: it is one.
    @inlinable
    public func withMesh<Result: ~Copyable, Failure: Error>(
        _ body: (borrowing Field<Scalar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self {
        case .mesh(let field): return try body(field)
        case .plane: preconditionFailure("cells of a plane where those of a mesh are due")
        }
    }

    /// Takes the field of a mesh out.
    ///
    /// - Precondition: it is one.
    public consuming func takeField() -> Field<Scalar> {
        switch consume self {
        case .mesh(let field): return field
        case .plane: preconditionFailure("cells of a plane where those of a mesh are due")
        }
    }
}

extension Cells {
    /// `Σ t(x)` over all cells of all ranks. Collective.
    ///
    /// - Parameters:
    ///   - quantity: what is summed, for the error.
    ///   - term: a function of a cell's number; asked for twice each.
    /// - Throws: ``NotFiniteError`` on all ranks.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func sum(of quantity: String, _ term: (Double) -> Double) throws(NotFiniteError) -> Double {
        switch self {
        case .mesh(let field):
            let values = field.values.span
            return try field.decomposition.grid.world.exactSum(count: values.count, of: quantity) {
                term(Double(values[$0]))
            }
        case .plane(let pixels):
            let sum = pixels.reduce(0) { $0 + term($1) }
            guard sum.isFinite else { throw NotFiniteError(quantity: quantity) }
            return sum
        }
    }

    /// `Σ t(x, y)` over all cells of all ranks, see ``sum(of:_:)``. Collective.
    ///
    /// - Precondition: both of the same cells.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func sum(
        with other: borrowing Cells, of quantity: String, _ term: (Double, Double) -> Double
    ) throws(NotFiniteError) -> Double {
        switch self {
        case .mesh(let field):
            return try other.withMesh { others throws(NotFiniteError) in
                let (values, others) = (field.values.span, others.values.span)
                return try field.decomposition.grid.world.exactSum(count: values.count, of: quantity) {
                    term(Double(values[$0]), Double(others[$0]))
                }
            }
        case .plane(let pixels):
            let sum = zip(pixels, other.pixels).reduce(0) { $0 + term($1.0, $1.1) }
            guard sum.isFinite else { throw NotFiniteError(quantity: quantity) }
            return sum
        }
    }
}
