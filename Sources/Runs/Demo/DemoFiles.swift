internal import Parallel
internal import Storage

/// The configurations and the power spectrum that come inside the program.
enum DemoFiles {
    /// Writes them into a directory, which is made if need be. Collective.
    ///
    /// - Returns: the path of the first run's configuration.
    /// - Throws: on all ranks when they cannot be written.
    static func write(to directory: String, on world: Communicator) throws -> String {
        let path = "\(directory)/demo.yaml"
        try OutputDirectory.prepare(directory, over: world)
        try world.onRoot {
            try Files.write(PackageResources.demo_yaml, into: path)
            try Files.write(PackageResources.reconstruct_yaml, into: "\(directory)/reconstruct.yaml")
            try Files.write(
                PackageResources.planck18_linear_z0_txt, into: "\(directory)/planck18_linear_z0.txt")
        }
        return path
    }
}
