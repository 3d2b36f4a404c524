internal import Background
internal import Configuration
internal import Parallel
internal import Storage
internal import Survey

extension ObservationSection {
    /// What is seen, read from the mask and the radial selection. Collective.
    ///
    /// - Throws: the same on all ranks when a file is missing, damaged, or holds what no selection can be.
    func selectionFunction(over world: Communicator) throws -> SelectionFunction {
        let (sky, completeness) = try mask.map { try Self.mask($0, over: world) } ?? (nil, [])
        return SelectionFunction(
            observer: observer, sky: sky, completeness: completeness,
            radial: try radial.map { try radialSelection($0, over: world) })
    }

    /// A HEALPix map in an HDF5 file, with the attributes `nside` and `ordering`.
    private static func mask(
        _ address: DatasetAddress, over world: Communicator
    ) throws -> (HEALPix?, [Double]) {
        let file = try InputFile(opening: address.file, over: world)
        let found = try file.dataset(address.dataset)
        let ordering = try file.attribute("ordering", of: found.path)?.text
        guard let ordering, ordering.uppercased().hasPrefix("RING") else {
            throw UsageError(
                "\(address): its attribute ordering is \(ordering.map { PlainText.excerpt($0) } ?? "not given"); it must be "
                    + "RING; reorder the map (healpy.reorder(map, n2r=True)) and write the attribute")
        }
        guard let declared = try file.attribute("nside", of: found.path)?.integer else {
            throw UsageError(
                "\(address): has no whole number as attribute nside; it must say the map's nside; write the attribute"
            )
        }
        guard (1...HEALPix.largestSide).contains(declared), found.shape == [12 * declared * declared] else {
            let shape = found.shape.map(String.init).joined(separator: " x ")
            let fitting =
                found.shape.count == 1
                ? HEALPix.side(of: found.shape[0]).map { "is that of nside \($0)" } ?? "is that of no nside"
                : "is no list"
            throw UsageError(
                "\(address): has \(shape) pixels, which \(fitting), and its attribute nside is \(declared); there must be "
                    + "12 nside^2; write the map and its nside again")
        }
        let values = try file.readArray(at: found.path, as: Double.self)
        if let pixel = values.firstIndex(where: { !(0...1).contains($0) }) {
            throw UsageError(
                "\(address): pixel \(pixel) is \(values[pixel]); the completeness must be from 0 to 1; "
                    + (values[pixel] < -1e30
                        ? "set what healpy calls UNSEEN to 0"
                        : values[pixel] > 1 && values[pixel] <= 100
                            ? "divide by 100 if these are percent" : "correct the map"))
        }
        guard values.contains(where: { $0 > 0 }) else {
            throw UsageError("\(address): is 0 everywhere; some of the sky must be seen; correct the map")
        }
        return (HEALPix(side: declared), values)
    }

    /// A table of two columns.
    private func radialSelection(_ path: String, over world: Communicator) throws -> RadialSelection {
        let bytes = try world.fromRoot { try Files.read(path) }
        return try world.agree {
            let text = try PlainText.decoded(bytes) { "\(path):\($0)" }
            let (isDistance, distances) = (radialVariable == .distance, DistanceRedshift(fiducial))
            let name = isDistance ? "r [Mpc/h]" : "z"
            let table = try TextColumns.readPairs(text, source: path, of: "\(name) and the part that is seen")
            guard table.first.count >= 2 else {
                throw UsageError("\(path): has \(table.first.count) rows; it must have at least 2; add rows")
            }
            for (row, line) in table.lines.enumerated() {
                let (place, value) = (table.first[row], table.second[row])
                let most = isDistance ? Double.infinity : DistanceRedshift.largestRedshift
                guard place >= 0, place <= most else {
                    throw UsageError(
                        "\(path):\(line): \(name) is \(place); it must be 0 or more"
                            + (isDistance ? "" : " and at most \(Int(most))") + "; correct the row")
                }
                guard row == 0 || place > table.first[row - 1] else {
                    throw UsageError(
                        "\(path):\(line): \(name) is \(place); it must be larger than that of the row before, "
                            + "\(table.first[row - 1]); sort the rows and remove doubles")
                }
                guard value >= 0 else {
                    throw UsageError(
                        "\(path):\(line): the selection is \(value); it must be 0 or more; correct the row")
                }
            }
            guard table.second.contains(where: { $0 > 0 }) else {
                throw UsageError("\(path): is 0 everywhere; something must be seen; correct the table")
            }
            return RadialSelection(
                distances: isDistance ? table.first : table.first.map(distances.distance),
                values: table.second)
        }
    }
}
