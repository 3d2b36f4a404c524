public import ArgumentParser
public import Runs

/// Runs know no command line, so that the ways to begin become flags here.
extension Beginning: EnumerableFlag {
    /// The name of a flag.
    public static func name(for value: Beginning) -> NameSpecification {
        switch value {
        case .fresh: .customLong("fresh")
        case .resume: .customLong("resume")
        case .overwrite: .customLong("overwrite")
        }
    }

    /// What the flag does.
    public static func help(for value: Beginning) -> ArgumentHelp? {
        switch value {
        case .fresh: "Start at the beginning; refuse if a run is in the output directory, finished or not."
        case .resume:
            "Go on from the newest checkpoint, or start if there is none; leave a finished run as it is."
        case .overwrite:
            "Remove what an earlier run of this command left in the output directory, and start at the beginning."
        }
    }
}
