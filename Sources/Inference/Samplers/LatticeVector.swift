internal import Glibc
public import Mesh
internal import Parallel

/// What a trajectory moves: a vector to which increments are added, and from which they can be taken away again.
protocol TrajectoryVector<Scalar>: ~Copyable {
    associatedtype Scalar: FourierScalar

    /// `self += factor · increment` on this rank; false where that has no place.
    mutating func advance(by increment: borrowing ParameterVector<Scalar>, times factor: Double) -> Bool

    /// Its components as numbers.
    func numbers() -> ParameterVector<Scalar>
}

extension ParameterVector: TrajectoryVector {
    mutating func advance(by increment: borrowing ParameterVector, times factor: Double) -> Bool {
        add(increment, times: factor)
        return true
    }

    func numbers() -> ParameterVector { copy() }
}

/// A vector of whole multiples of units, so that what is added can be taken away to the last bit.
///
///     x ← x + round(factor · increment / unit)
///
/// Each update of a trajectory is then a shear of the lattice, a bijection: there and back no word differs, and a
/// proposal is as probable as its reverse. Numbers of the noise are 32-bit, those beside it 64-bit.
///
/// - Source: as the momenta and positions of particles here; cf. Levesque & Verlet 1993.
public struct LatticeVector<Scalar: FourierScalar>: ~Copyable {
    /// One number per point of the particle grid [units].
    public private(set) var noise: Field<Int32>
    /// Those beside it [parameterUnits].
    public private(set) var parameters: [Int64]
    /// A power of two.
    public let unit: Double
    /// Powers of two.
    public let parameterUnits: [Double]

    /// The unit of white noise, which then has room from −16 to 16.
    public static var positionUnit: Double { 0x1p-27 }
    /// The unit of scaled parameters.
    public static var parameterPositionUnit: Double { 0x1p-40 }

    /// A vector that was kept.
    public init(
        noise: consuming Field<Int32>, parameters: [Int64], unit: Double, parameterUnits: [Double]
    ) {
        precondition(noise.ghosts == .none && parameters.count == parameterUnits.count)
        self.parameters = parameters
        self.unit = unit
        self.parameterUnits = parameterUnits
        self.noise = noise
    }

    /// The lattice point next to a vector; nil on all ranks where one of its components has no place. Collective.
    init?(nearest vector: borrowing ParameterVector<Scalar>, unit: Double, parameterUnits: [Double]) {
        var field = Field<Int32>(vector.noise.decomposition, ghosts: .none, for: "lattice")
        field.fill(with: 0)
        var zero = LatticeVector(
            noise: field, parameters: parameterUnits.map { _ in 0 }, unit: unit,
            parameterUnits: parameterUnits)
        let fits = zero.advance(by: vector, times: 1)
        guard !vector.noise.decomposition.grid.world.any(!fits) else { return nil }
        self = zero
    }

    /// A position next to a vector.
    public static func position(nearest vector: borrowing ParameterVector<Scalar>) -> LatticeVector? {
        LatticeVector(
            nearest: vector, unit: positionUnit,
            parameterUnits: vector.parameters.map { _ in parameterPositionUnit })
    }

    /// A momentum next to a vector, with room for 64 standard deviations.
    static func momentum(
        nearest vector: borrowing ParameterVector<Scalar>, under mass: Preconditioner<Scalar>
    ) -> LatticeVector? {
        func unit(_ curvature: Double, bits: Int) -> Double {
            let room = Int(log2(64 * curvature.squareRoot()).rounded(.up))
            return scalbn(1, Int32(room - bits))
        }
        return LatticeVector(
            nearest: vector, unit: unit(mass.curvatures.max()!, bits: 31),
            parameterUnits: mass.parameterCurvatures.map { unit($0, bits: 50) })
    }

    /// A vector with the same components.
    public func copy() -> LatticeVector {
        LatticeVector(
            noise: noise.copy(for: "lattice"), parameters: parameters, unit: unit,
            parameterUnits: parameterUnits)
    }

    /// Turns a momentum round.
    mutating func negate() {
        var values = noise.values.mutableSpan
        for index in values.indices { values[index] = -values[index] }
        parameters = parameters.map { -$0 }
    }

    /// Components that differ from another's, on this rank.
    public func differences(from other: borrowing LatticeVector) -> Int {
        let (mine, others) = (noise.values.span, other.noise.values.span)
        let noise = mine.indices.count { mine[$0] != others[$0] }
        return noise + zip(parameters, other.parameters).count { $0 != $1 }
    }
}

extension LatticeVector: TrajectoryVector {
    mutating func advance(by increment: borrowing ParameterVector<Scalar>, times factor: Double) -> Bool {
        var fits = Self.add(increment.noise, times: factor / unit, to: &noise)
        for index in parameters.indices {
            let change = (factor / parameterUnits[index] * increment.parameters[index])
                .rounded(.toNearestOrEven)
            // Below 2⁵³ doubles are whole numbers without a gap.
            guard abs(change) < 0x1p53, abs(parameters[index]) < 1 << 60 else {
                fits = false
                continue
            }
            parameters[index] += Int64(change)
        }
        return fits
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private static func add(
        _ increment: borrowing Field<Scalar>, times factor: Double, to field: inout Field<Int32>
    ) -> Bool {
        let increments = increment.values.span
        var values = field.values.mutableSpan
        var fits = true
        for index in values.indices {
            let change = (factor * Double(increments[index])).rounded(.toNearestOrEven)
            let sum = Double(values[index]) + change
            // −2³¹ has no opposite.
            if abs(sum) < 0x1p31 { values[index] = Int32(sum) } else { fits = false }
        }
        return fits
    }

    /// Its components as numbers: in single precision to its rounding.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func numbers() -> ParameterVector<Scalar> {
        var field = Field<Scalar>(noise.decomposition, ghosts: .none, for: "white noise")
        let integers = noise.values.span
        var values = field.values.mutableSpan
        for index in values.indices { values[index] = Scalar(Double(integers[index]) * unit) }
        return ParameterVector(
            noise: field, parameters: zip(parameters, parameterUnits).map { Double($0) * $1 })
    }
}
