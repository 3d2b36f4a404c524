internal import Configuration
internal import Dynamics
internal import Mesh
internal import Parallel
internal import Particles
internal import Storage

/// From where a survey was seen.
extension ObjectiveSection {
    /// The observer that the section names, or the file of the data, in its attribute `observer`. Collective.
    ///
    /// - Throws: `UsageError` on all ranks when neither does, or the two differ.
    func observer(on world: Communicator) throws -> SIMD3<Double> {
        guard case .dataset(let address) = data else {
            preconditionFailure("what lies on the mesh was validated to be a dataset")
        }
        let file = try InputFile(opening: address.file, over: world)
        let found = try file.attribute("observer")
        guard let numbers = found?.reals else {
            guard let observer else {
                throw UsageError(
                    "\(name).observer is not given, and \(address.file) has no attribute observer; with axis: radial it must "
                        + "be known from where is seen; add observer: [x, y, z] in Mpc/h")
            }
            return observer
        }
        guard numbers.count == 3, numbers.allSatisfy(\.isFinite) else {
            throw UsageError(
                "\(address.file): the attribute observer is \(numbers); it must be three numbers in Mpc/h; correct it, or "
                    + "remove it and give \(name).observer")
        }
        let place = SIMD3(numbers[0], numbers[1], numbers[2])
        guard let observer, observer != place else { return place }
        throw UsageError(
            "\(name).observer is [\(observer.x), \(observer.y), \(observer.z)], and \(address.file) says \(numbers) in its "
                + "attribute observer; they must agree; remove \(name).observer")
    }

    /// Requires that the data are of this box, if their file says of which: in its attribute `BoxSize`. Collective.
    ///
    /// - Throws: `UsageError` on all ranks.
    func requireBox(_ sides: SIMD3<Double>, on world: Communicator) throws {
        guard case .dataset(let address) = data else { return }
        let file = try InputFile(opening: address.file, over: world)
        guard let found = try file.attribute("BoxSize")?.reals, !found.isEmpty else { return }
        let given = found.count == 3 ? SIMD3(found[0], found[1], found[2]) : SIMD3(repeating: found[0])
        guard (0..<3).contains(where: { abs(given[$0] - sides[$0]) > 1e-6 * sides[$0] }) else { return }
        throw UsageError(
            "\(address.file): the attribute BoxSize is \(found) Mpc/h; it must be the size of the box "
                + "([\(sides.x), \(sides.y), \(sides.z)]); set box.size, or make the cubes anew")
    }
}
