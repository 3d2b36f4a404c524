/// The page: masthead, contents, sections.
struct Page {
    let masthead: Masthead
    let notes: [String]
    let sections: [any ReportSection]

    func html() throws -> HTML {
        let contents = sections.map { section -> HTML in
            "<li><a href=\"#\(section.identifier)\">\(section.heading)</a></li>"
        }
        let notes = notes.map { note -> HTML in "<p class=\"note\" role=\"note\">\(note)</p>" }
        let body = try sections.map { section -> HTML in
            """
            <section id="\(section.identifier)" aria-labelledby="\(section.identifier)-heading">
            <h2 id="\(section.identifier)-heading">\(section.heading)</h2>
            \(try section.content())
            </section>
            """
        }
        // The policy holds the page to its word: whatever it showed from outside would be refused.
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta name="generator" content="palindrome" />
            <link rel="icon" href="data:," />
            <title>\(masthead.title) · Palindrome</title>
            <style>\(Stylesheet.text)</style>
            </head>
            <body>
            \(try masthead.html())
            <nav aria-label="Contents"><ol>
            \(contents)
            </ol></nav>
            <main>
            \(notes)
            \(body)
            </main>
            <footer><p>\(masthead.colophon)</p></footer>
            </body>
            </html>

            """
    }
}
