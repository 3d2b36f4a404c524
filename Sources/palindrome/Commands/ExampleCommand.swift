internal import ArgumentParser
internal import Runs

/// `palindrome example`.
struct ExampleCommand: RankCommand {
    static let configuration = CommandConfiguration(
        commandName: "example",
        abstract: "Print a configuration with every key, its default and what it means.",
        discussion: """
            It is a whole run as it stands; keep what you change:

              palindrome example > run.yaml
              palindrome simulate run.yaml --dry-run
            """)

    mutating func run(in context: RunContext) throws -> Ending {
        if context.world.isRoot { context.log.say(Example.configuration) }
        return .finished
    }
}
