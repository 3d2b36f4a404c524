internal import Background
internal import Configuration
internal import Mesh
internal import Parallel
internal import Storage
internal import Survey

/// The galaxies of a catalogue, each rank a run of its rows.
struct CatalogueInput {
    /// Rows of all ranks.
    let total: Int
    /// Where this rank's galaxies are [Mpc/h].
    let positions: [SIMD3<Double>]
    /// What the log should say of them.
    let remarks: [String]

    /// A text of more bytes is better an HDF5 file.
    private static let longestText = 64 << 20

    /// Reads a catalogue. Collective.
    ///
    /// - Throws: the same on all ranks when there is none, it cannot be read, or a row of it is of no galaxy.
    init(of observation: ObservationSection, over world: Communicator) throws {
        guard let catalogue = observation.catalogue else {
            throw UsageError(
                "\(observation.section).catalogue is not given; it must name the galaxies; add catalogue: "
                    + "\"galaxies.txt\"")
        }
        let rows: Rows =
            switch catalogue {
            case .text(let path): try Self.rows(ofText: path, observation, over: world)
            case .group(let address): try Self.rows(of: address, observation, over: world)
            }
        guard rows.total > 0 else {
            throw UsageError(
                "\(rows.source): has no galaxies; it must have at least one row; give another catalogue")
        }
        total = rows.total
        switch observation.coordinates {
        case .box:
            positions = rows.columns[0].indices.map {
                SIMD3(rows.columns[0][$0], rows.columns[1][$0], rows.columns[2][$0])
            }
            remarks = []
        case .sky:
            positions = try world.agree { try Self.positions(of: rows, observation) }
            remarks = Self.suspicions(of: rows, observation, over: world)
        }
    }

    /// This rank's run of rows.
    private struct Rows {
        let source: String
        let total: Int
        let first: Int
        let columns: [[Double]]
        /// The line of each, in a text.
        var lines: [Int]?

        /// What a message says of a row.
        func place(_ row: Int) -> String {
            lines.map { "\(source):\($0[row])" } ?? "\(source): row \(first + row)"
        }
    }

    private static func rows(
        ofText path: String, _ observation: ObservationSection, over world: Communicator
    ) throws -> Rows {
        var lines: [Int] = []
        // Read and understood once; all have it then, and each takes its part.
        let bytes = try world.fromRoot {
            let bytes = try Files.read(path)
            guard bytes.count <= longestText else {
                throw UsageError(
                    "\(path): has more than \(longestText >> 20) MiB; a text must have at most that; write the columns to an "
                        + "HDF5 file")
            }
            let text = try PlainText.decoded(bytes) { "\(path):\($0)" }
            let found = try TextColumns.read(
                text, named: observation.columns, source: path, key: "\(observation.section).columns")
            lines = found.lines
            let numbers = found.columns.flatMap { $0 } + lines.map(Double.init)
            return unsafe numbers.withUnsafeBytes { unsafe Array($0) }
        }
        let numbers = unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: Double.self)) }
        let total = numbers.count / 4
        let run = Decomposition.block(world.rank, of: world.size, length: total)
        func column(_ index: Int) -> [Double] {
            Array(numbers[index * total + run.lowerBound..<index * total + run.upperBound])
        }
        return Rows(
            source: path, total: total, first: run.lowerBound, columns: (0..<3).map(column),
            lines: column(3).map { Int($0) })
    }

    private static func rows(
        of address: DatasetAddress, _ observation: ObservationSection, over world: Communicator
    ) throws -> Rows {
        let file = try InputFile(opening: address.file, over: world)
        let group = address.dataset == "/" ? "" : address.dataset
        let paths = observation.columns.map { "\(group)/\($0)" }
        let counts = try paths.map { try file.rowCount(of: $0) }
        guard Set(counts).count == 1 else {
            throw UsageError(
                "\(address.file): \(paths.joined(separator: ", ")) have \(counts.map(String.init).joined(separator: ", ")) rows; "
                    + "they must have as many each; write the catalogue again")
        }
        let run = RowRun(
            Decomposition.block(world.rank, of: world.size, length: counts[0]), of: counts[0])
        return Rows(
            source: address.description, total: counts[0], first: run.rows.lowerBound,
            columns: try counts[0] > 0 ? paths.map { try file.read(run, at: $0) } : [[], [], []])
    }

    /// From angles and redshifts to places. Not collective.
    private static func positions(
        of rows: Rows, _ observation: ObservationSection
    ) throws(UsageError) -> [SIMD3<Double>] {
        let distances = DistanceRedshift(observation.fiducial)
        let names = observation.columns
        var positions: [SIMD3<Double>] = []
        positions.reserveCapacity(rows.columns[0].count)
        for row in rows.columns[0].indices {
            let (alpha, delta, redshift) = (rows.columns[0][row], rows.columns[1][row], rows.columns[2][row])
            func wrong(_ name: String, _ value: Double, _ rule: String, _ remedy: String) -> UsageError {
                UsageError("\(rows.place(row)): \(name) is \(value); it must be \(rule); \(remedy)")
            }
            guard (-360...360).contains(alpha) else {
                throw wrong(names[0], alpha, "degrees from -360 to 360", "correct or remove the row")
            }
            guard (-90...90).contains(delta) else {
                throw wrong(names[1], delta, "degrees from -90 to 90", "correct or remove the row")
            }
            guard redshift > 0, redshift <= DistanceRedshift.largestRedshift else {
                throw wrong(
                    names[2], redshift, "above 0 and at most \(Int(DistanceRedshift.largestRedshift))",
                    redshift > 0 ? "divide by 299792.458 if these are velocities in km/s" : "remove the row")
            }
            let sky = SkyCoordinates(rightAscension: alpha, declination: delta)
            positions.append(observation.observer + distances.distance(at: redshift) * sky.direction)
        }
        return positions
    }

    /// What looks like other units than degrees. Collective.
    private static func suspicions(
        of rows: Rows, _ observation: ObservationSection, over world: Communicator
    ) -> [String] {
        let (alpha, delta) = (rows.columns[0], rows.columns[1])
        let none = -Double.infinity
        let extremes = world.maximum([
            alpha.map(abs).max() ?? none, delta.map(abs).max() ?? none,
        ])
        // A catalogue of a few galaxies, or of a small field, says nothing.
        guard rows.total >= 20 else { return [] }
        let (name, other) = (observation.columns[0], observation.columns[1])
        if extremes[0] <= 2 * .pi, extremes[1] <= 0.5 * .pi {
            return [
                "warning: no \(name) is above \(extremes[0]) and no \(other) above \(extremes[1]); they are taken as degrees: "
                    + "multiply by 180/pi if they are radians"
            ]
        }
        if extremes[0] <= 24, extremes[1] > 24 {
            return [
                "warning: no \(name) is above \(extremes[0]), while \(other) reaches \(extremes[1]); it is taken as degrees: "
                    + "multiply by 15 if it is hours"
            ]
        }
        return []
    }
}
