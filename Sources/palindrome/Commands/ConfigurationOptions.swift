internal import ArgumentParser
internal import Configuration
internal import Parallel
internal import Runs

/// A configuration file and what is changed in it.
struct ConfigurationOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The configuration, a YAML file; an empty one is a whole run.", valueName: "config"),
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Give a key another value, as in --set box.particles=64 or --set \"output.snapshots=[0.5, 1]\"; "
                + "several are allowed.",
            valueName: "section.key=value"))
    var overrides: [String] = []

    /// Reads the file on rank 0 and validates it on all.
    func load(on world: Communicator) throws(AgreedFailure) -> RunConfiguration {
        try RunConfiguration(reading: file, overrides: overrides, on: world)
    }
}
