/// The annotated configuration, `jobscripts/example.yaml`.
public enum Example {
    /// Its text.
    public static var configuration: String {
        var text = String(decoding: PackageResources.example_yaml, as: UTF8.self)
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
