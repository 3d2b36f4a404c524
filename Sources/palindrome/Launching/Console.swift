internal import Glibc

/// The two streams of the process, a line at a time, so that a log can be followed while it grows.
///
/// A reader that went away (`palindrome … | head`) does not end a run: SIGPIPE is ignored, and so is what
/// cannot be written.
enum Console {
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes to the standard output and ends the line.
    static func say(_ text: String) { put(text + "\n", on: STDOUT_FILENO) }

    /// Writes one line to the standard error.
    static func complain(_ message: String) {
        let line = String(message.map { $0.isNewline ? " " : $0 })
        put("palindrome: \(line)\n", on: STDERR_FILENO)
    }

    /// Writes over the current line of a terminal.
    static func overwrite(_ text: String) { put("\r\u{1B}[K" + text, on: STDERR_FILENO) }

    /// Whether a person watches.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    private static func put(_ text: String, on stream: Int32) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { all in
                unsafe write(stream, all.baseAddress! + done, all.count - done)
            }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { return }
            done += written
        }
    }
}
