internal import Parallel

/// Something wrong with one value: where, key, value, rule, remedy.
struct Problem: Error, Sendable {
    let place: Place
    /// Everything after the place.
    let text: String

    /// `key is value; rule; remedy`.
    init(at place: Place, _ key: String, is value: String, _ rule: String, _ remedy: String) {
        self.init(at: place, "\(key) is \(value); \(rule); \(remedy)")
    }

    init(at place: Place, _ text: String) {
        self.place = place
        self.text = text
    }

    /// The one line.
    var error: UsageError { UsageError("\(place): \(text)") }
}
