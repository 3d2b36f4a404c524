internal import Parallel
internal import Storage

/// The configurations and the power spectrum that come inside the program.
enum DemoFiles {
    /// Writes those of the demonstration into a directory, which is made if need be. Collective.
    ///
    /// - Returns: the path of the first run's configuration.
    /// - Throws: as ``lay(_:in:_:on:)``.
    static func write(to directory: String, _ beginning: Beginning, on world: Communicator) throws -> String {
        try lay(
            [
                ("demo.yaml", PackageResources.demo_yaml),
                ("reconstruct.yaml", PackageResources.reconstruct_yaml),
                ("planck18_linear_z0.txt", PackageResources.planck18_linear_z0_txt),
            ], in: directory, beginning, on: world)
        return "\(directory)/demo.yaml"
    }

    /// Writes files that people edit into a directory, which is made if need be; edits are not lost. Collective.
    ///
    /// - Parameter beginning: what becomes of files that are there: they must be what would be written, they stay as they
    ///   are, or they are replaced.
    /// - Throws: on all ranks when one was edited and shall not be replaced, or cannot be written.
    static func lay(
        _ files: [(name: String, bytes: [UInt8])], in directory: String, _ beginning: Beginning,
        on world: Communicator
    ) throws {
        try OutputDirectory.make(directory, over: world)
        for (name, bytes) in files where beginning != .overwrite {
            let path = "\(directory)/\(name)"
            let isOther = try world.agree {
                try world.isRoot && Files.exists(path) && Files.read(path) != bytes
            }
            guard beginning == .fresh && world.any(isOther) else { continue }
            throw UsageError(
                "\(path): was changed, and a demonstration made anew would undo that and what came of it; run it as it is "
                    + "by itself, or add --overwrite")
        }
        for (name, bytes) in files {
            let path = "\(directory)/\(name)"
            if beginning != .resume || !world.any(world.isRoot && Files.exists(path)) {
                try world.writeFile(path) { bytes }
            }
        }
    }
}
