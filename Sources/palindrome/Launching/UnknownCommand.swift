internal import ArgumentParser
internal import Parallel

/// A first word that is no command, and the command that was probably meant.
struct UnknownCommand: ReportedError {
    let message: String
    var fault: Fault { .user }

    /// Nil if there is no such word.
    init?(_ arguments: [String]) {
        guard let word = arguments.dropFirst().first, !word.hasPrefix("-") else { return nil }
        let known = Palindrome.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard word != "help", !known.contains(word) else { return nil }
        let shown = PlainText.excerpt(word)
        // Shells and hurried people cut words off.
        let begun = word.count >= 2 ? known.filter { $0.hasPrefix(word.lowercased()) } : []
        if let meant = begun.count == 1 ? begun[0] : Spelling.probable(for: word, among: known) {
            message = "there is no command '\(shown)'; did you mean \(meant)?"
        } else {
            message = "there is no command '\(shown)'; the commands are \(known.joined(separator: ", "))"
        }
    }
}
