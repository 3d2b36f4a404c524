public import Mesh
internal import Parallel

/// Galaxies of a mock, each rank its own, in whatever order.
public struct MockGalaxies: Sendable {
    /// Rows that they take in a catalogue of all ranks' galaxies.
    public internal(set) var rows: [Int] = []
    /// Where they seem to be [Mpc/h].
    public internal(set) var positions: [SIMD3<Double>] = []
    /// How many were expected here, given what there is.
    public internal(set) var expectations: [Double] = []

    /// None.
    init() {}
}

/// Galaxies that follow matter, as many in each cell as chance has it.
///
///     N ~ Poisson(λ),    λ = S N̄ B(ρ)
///
/// with S the selection of a cell, N̄ the number in a cell where B is 1, and ρ the density of matter as it is seen, in
/// redshift space if that is asked for: the very model that a Poisson likelihood of counts supposes. A galaxy of a cell
/// lies near one of its 4³ sub-points, taken in proportion to the selection there.
public struct MatterTracers: Sendable, Equatable {
    /// The cells.
    public let mesh: ObservationMesh
    /// n̄, where B is 1 and all is seen [(h/Mpc)³].
    public let numberDensity: Double
    /// B.
    public let bias: TracerBias
    /// Chance.
    public let random: SurveyRandom

    /// More in a cell are not drawn.
    public static let mostPerCell = Double(1 << 19)

    /// Tracers of matter.
    public init(on mesh: ObservationMesh, numberDensity: Double, bias: TracerBias, random: SurveyRandom) {
        self.mesh = mesh
        self.numberDensity = numberDensity
        self.bias = bias
        self.random = random
    }

    /// N̄, where B is 1 and all is seen: what `objective.bias_amplitude` is of these galaxies.
    public var numberPerCell: Double { numberDensity * mesh.cellVolume }

    /// λ of each cell.
    ///
    /// - Parameters:
    ///   - density: ρ/ρ̄ of the cells.
    ///   - selection: S of the cells, over the same ranks.
    /// - Throws: `UsageError` on all ranks when so many are expected in a cell that chance has no part in it.
    public func expectation(
        at density: borrowing Field<Float>, seen selection: borrowing Field<Float>
    ) throws -> Field<Double> {
        let decomposition = selection.decomposition
        var expected = Field<Double>(decomposition, ghosts: .none, for: "expected counts")
        var largest = 0.0
        expected.mapPoints { x, y, z, _ in
            let share = Double(selection[x, y, z])
            let mean = share > 0 ? share * numberPerCell * bias(Double(density[x, y, z])) : 0
            largest = mean.isNaN ? .infinity : max(largest, mean)
            return mean
        }
        largest = decomposition.grid.world.maximum(largest)
        guard largest <= Self.mostPerCell else {
            throw UsageError(
                "mock.number_density is \(numberDensity); it must leave at most \(Int(Self.mostPerCell)) galaxies in a "
                    + "cell, and \(largest) are expected in one; try a smaller one, or more cells")
        }
        return expected
    }

    /// Draws them. Collective.
    ///
    /// Rows are those of the cells in their order, so that a catalogue is the same on any ranks.
    ///
    /// - Parameters:
    ///   - expected: λ of each cell.
    ///   - function: what is seen at a place.
    public func draw(
        expecting expected: borrowing Field<Double>, by function: SelectionFunction
    ) -> MockGalaxies {
        let decomposition = expected.decomposition
        var galaxies = MockGalaxies()
        var columns = [Int](repeating: 0, count: mesh.shape.x * mesh.shape.y)
        for x in decomposition.x {
            for y in decomposition.y {
                let first = mesh.number(of: [x, y, 0])
                let means = (0..<mesh.shape.z).map { expected[x, y, $0] }
                let numbers = random.poisson(means, from: first)
                for (z, number) in numbers.enumerated() where number > 0 {
                    place(number, in: [x, y, z], expecting: means[z], by: function, into: &galaxies)
                }
                columns[x * mesh.shape.y + y] = numbers.reduce(0, +)
            }
        }
        galaxies.rows = rows(of: columns, over: decomposition)
        return galaxies
    }

    /// The rows of this rank's galaxies, column by column. Collective.
    private func rows(of columns: [Int], over decomposition: Decomposition) -> [Int] {
        var rows: [Int] = []
        var next = 0
        for (column, number) in decomposition.grid.world.sum(columns).enumerated() {
            if columns[column] > 0 { rows.append(contentsOf: next..<next + number) }
            next += number
        }
        return rows
    }

    private func place(
        _ number: Int, in cell: SIMD3<Int>, expecting mean: Double, by function: SelectionFunction,
        into galaxies: inout MockGalaxies
    ) {
        let shares = function.values(in: cell, of: mesh)
        let whole = shares.reduce(0, +)
        for galaxy in 0..<number {
            let numbers = random.place(cell: mesh.number(of: cell), galaxy: galaxy)
            let point = Self.choice(among: shares, at: numbers[0] * whole)
            let offset = SIMD3(numbers[1], numbers[2], numbers[3]) / Double(ObservationMesh.subdivision)
            let place = mesh.place(in: cell, at: ObservationMesh.corner(ofPart: point) + offset)
            // Not beyond the edge of what is seen, nor, by rounding, in the next cell.
            let isGood = function.value(at: place) > 0 && mesh.cell(at: place) == cell
            galaxies.positions.append(isGood ? place : mesh.subpoint(point, of: cell))
            galaxies.expectations.append(mean)
        }
    }

    /// The first of some shares up to which their sum exceeds a number.
    private static func choice(among shares: [Double], at number: Double) -> Int {
        var sum = 0.0
        for (index, share) in shares.enumerated() where share > 0 {
            sum += share
            if number < sum { return index }
        }
        return shares.lastIndex { $0 > 0 } ?? 0
    }
}

/// Haloes that are seen, each or not, as chance has it.
///
/// A halo is seen with the probability C φ at the place where it seems to be.
public struct SeenHaloes: Sendable, Equatable {
    /// Those seen, by their number among those given, ascending.
    public let chosen: [Int]
    /// Where they seem to be [Mpc/h].
    public let positions: [SIMD3<Double>]
    /// How many were expected to be.
    public let expected: Double

    /// Looks at haloes.
    ///
    /// - Parameters:
    ///   - positions: where they seem to be, in the box [Mpc/h].
    ///   - mesh: of whose cells those that are not seen at all have none.
    ///   - function: what is seen at a place, at most 1.
    ///   - random: chance.
    public init(
        among positions: [SIMD3<Double>], of mesh: ObservationMesh, by function: SelectionFunction,
        random: SurveyRandom
    ) {
        let chances = random.chances(of: positions.count)
        var chosen: [Int] = []
        var expected = 0.0
        for (halo, position) in positions.enumerated() {
            guard let cell = mesh.cell(at: position) else { continue }
            let share = function.value(at: position)
            guard share > 0, function.mean(in: cell, of: mesh) > 0 else { continue }
            expected += share
            if chances[halo] < share { chosen.append(halo) }
        }
        self.chosen = chosen
        self.positions = chosen.map { positions[$0] }
        self.expected = expected
    }
}
