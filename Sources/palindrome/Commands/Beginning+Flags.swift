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
        case .fresh: "Start at the beginning; refuse if an unfinished run is in the output directory."
        case .resume: "Go on from the newest checkpoint, or start if there is none."
        case .overwrite: "Start at the beginning and forget the checkpoints of an unfinished run."
        }
    }
}
