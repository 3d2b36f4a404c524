internal import Mesh
internal import Observables
internal import Parallel
internal import Particles

/// What data, counts and weights must be.
extension Cells {
    /// Requires that all cells hold finite numbers. Collective.
    ///
    /// - Parameter name: of the objective, for the error.
    func requireNumbers(as name: String) throws {
        let wrong = try count { !$0.isFinite }
        guard wrong > 0 else { return }
        throw ObjectiveError(
            "\(name).data holds NaN or infinity at \(wrong) \(cellName)s that count, the first at \(firstPlace { !$0.isFinite }); "
                + "set \(name).weights to 0 there, or give numbers")
    }

    /// Where the first cell is that is such. Collective; there must be one.
    func firstPlace(where isSuch: (Double) -> Bool) -> [Int] {
        switch self {
        case .mesh(let field):
            return field.firstPlace { _, _, _, value in isSuch(Double(value)) }
        case .plane(let pixels):
            return [pixels.firstIndex(where: isSuch) ?? 0]
        }
    }

    /// Where the first cell is that is such, with another's number. Collective; there must be one.
    func firstPlace(with other: borrowing Cells, where isSuch: (Double, Double) -> Bool) -> [Int] {
        var marks = copy()
        marks.combine(other) { isSuch($0, $1) ? 1 : 0 }
        return marks.firstPlace { $0 == 1 }
    }

    /// Requires counts: whole numbers, none of them negative. Collective.
    ///
    /// - Parameters:
    ///   - name: of the objective, for the error.
    ///   - likelihood: that needs them.
    func requireCounts(as name: String, for likelihood: String) throws {
        try requireNumbers(as: name)
        let rule = "\(name).likelihood: \(likelihood) needs counts, whole numbers of at least 0"
        guard try count(where: { $0 < 0 }) == 0 else {
            throw ObjectiveError(
                "\(name).data holds negative numbers, the first at \(firstPlace { $0 < 0 }); \(rule)")
        }
        guard try count(where: { $0 != $0.rounded() }) == 0 else {
            throw ObjectiveError(
                "\(name).data holds fractions, the first at \(firstPlace { $0 != $0.rounded() }); \(rule)")
        }
    }

    /// Requires that nothing was counted where nothing is seen. Collective.
    ///
    /// - Parameters:
    ///   - selection: S of the same cells.
    ///   - name: of the objective, for the error.
    ///   - key: of the selection.
    func requireNone(outside selection: borrowing Cells, as name: String, _ key: String) throws {
        let astray = try sum(with: selection, of: "a count") { $0 > 0 && $1 == 0 ? 1 : 0 }
        guard astray == 0 else {
            let place = firstPlace(with: selection) { $0 > 0 && $1 == 0 }
            throw ObjectiveError(
                "\(name).data holds counts where \(name).\(key) is 0 (\(Int(astray)) cells), the first at \(place); "
                    + "nothing can be seen there; set them to 0, or correct \(name).\(key)")
        }
    }

    /// Requires weights: finite, at least 0, not all 0. Collective.
    ///
    /// - Returns: how many are not 0.
    func requireWeights(as key: String) throws -> Int {
        guard try count(where: { !$0.isFinite }) == 0 else {
            throw ObjectiveError("\(key) holds NaN or infinity; weights must be numbers, at least 0")
        }
        guard try count(where: { $0 < 0 }) == 0 else {
            throw ObjectiveError("\(key) holds negative numbers; weights must be at least 0")
        }
        let positive = try count { $0 > 0 }
        guard positive > 0 else {
            throw ObjectiveError("\(key) is 0 everywhere; at least one \(cellName) must count")
        }
        return positive
    }

    /// How many cells of all ranks are such. Collective.
    func count(where isSuch: (Double) -> Bool) throws -> Int {
        Int(try sum(of: "a count") { isSuch($0) ? 1 : 0 })
    }

    /// What a cell is called.
    var cellName: String {
        switch self {
        case .mesh: "mesh point"
        case .plane: "pixel"
        }
    }
}

extension Field where Element: ParticleScalar {
    /// Where the first point is that is such. Collective; there must be one.
    func firstPlace(where isSuch: (Int, Int, Int, Element) -> Bool) -> [Int] {
        let shape = decomposition.shape
        var first = Int.max
        forEachPoint { x, y, z, value in
            if isSuch(x, y, z, value) { first = min(first, (x * shape.y + y) * shape.z + z) }
        }
        first = decomposition.grid.world.minimum(first)
        return [first / shape.z / shape.y, first / shape.z % shape.y, first % shape.z]
    }
}
