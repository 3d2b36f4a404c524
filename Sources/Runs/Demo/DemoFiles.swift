internal import Parallel
internal import Storage

/// The configurations and the power spectrum that come inside the program.
enum DemoFiles {
    /// Writes them into a directory, which is made if need be. Collective.
    ///
    /// - Returns: the path of the first run's configuration.
    /// - Throws: on all ranks when they cannot be written.
    static func write(to directory: String, on world: Communicator) throws -> String {
        let files = [
            ("demo.yaml", PackageResources.demo_yaml),
            ("reconstruct.yaml", PackageResources.reconstruct_yaml),
            ("planck18_linear_z0.txt", PackageResources.planck18_linear_z0_txt),
        ]
        try OutputDirectory.make(directory, over: world)
        for (name, bytes) in files { try world.writeFile("\(directory)/\(name)") { bytes } }
        return "\(directory)/demo.yaml"
    }
}
