internal import CBuild
internal import CStorage
internal import Parallel

/// Where a file comes from: what it takes to make it again. Written as attributes of every file, and the same
/// wherever and on however many ranks the run was.
public struct Provenance: Sendable, Equatable {
    /// The version of the program.
    public var codeVersion: String
    /// The compiler and the libraries it was built with.
    public var build: String
    /// `"single"` or `"double"`.
    public var precision: String
    /// The seed of the white noise; nil if the noise came from a file.
    public var seed: Int?
    /// The resolved configuration, as YAML.
    public var configuration: String
    /// The parameters of the cosmology by name, such as `Omega_m`.
    public var cosmology: [String: Double]
    /// The wisdom by which FFTW planned, a `TransformWisdom`'s text; nil if by none.
    public var wisdom: String?

    /// The version of this code.
    public static let currentVersion = "0.1.0"

    /// The compiler and the libraries of this program, and the commit it was built from where that is known.
    public static var currentBuild: String {
        #if DEBUG
            let mode = "debug"
        #else
            let mode = "release"
        #endif
        let library = unsafe String(cString: palindrome_hdf5_library())
        let commit = unsafe String(cString: palindrome_build_commit())
        // "Clang 21.0.0 (ADDRESS COMMIT)", of which the address says nothing.
        let clang = unsafe String(cString: palindrome_build_compiler()).split { " ()".contains($0) }
            .filter { !$0.contains("://") }.map { $0.prefix(12) }.joined(separator: " ")
        let parts = [
            commit.isEmpty ? "" : "commit \(commit)", compiler, clang, mode, MPIRuntime.library, library,
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// The language tells its version only by comparison; Clang beside it tells the very commit.
    private static var compiler: String {
        #if compiler(>=6.6)
            "Swift 6.6 or later"
        #elseif compiler(>=6.5)
            "Swift 6.5"
        #elseif compiler(>=6.4)
            "Swift 6.4"
        #elseif compiler(>=6.3.3)
            "Swift 6.3.3 or later"
        #elseif compiler(>=6.3.2)
            "Swift 6.3.2"
        #elseif compiler(>=6.3.1)
            "Swift 6.3.1"
        #else
            "Swift 6.3 or earlier"
        #endif
    }

    /// What this program says of its files.
    public init(
        precision: String, seed: Int?, configuration: String, cosmology: [String: Double],
        codeVersion: String = currentVersion, build: String = currentBuild
    ) {
        self.codeVersion = codeVersion
        self.build = build
        self.precision = precision
        self.seed = seed
        self.configuration = configuration
        self.cosmology = cosmology
    }

    /// What a file says; nil if it was not written by this program.
    ///
    /// - Throws: ``StorageError`` when the file is damaged.
    public init?(of file: borrowing InputFile) throws(StorageError) {
        guard let codeVersion = try file.attribute("code_version")?.text,
            let build = try file.attribute("build")?.text,
            let precision = try file.attribute("precision")?.text,
            let configuration = try file.attribute("configuration")?.text
        else { return nil }
        let seed = try file.attribute("seed")?.integer
        var cosmology: [String: Double] = [:]
        if try file.groups().contains(Self.cosmologyGroup) {
            for name in try file.attributeNames(of: Self.cosmologyGroup) {
                cosmology[name] = try file.attribute(name, of: Self.cosmologyGroup)?.real
            }
        }
        self.init(
            precision: precision, seed: seed, configuration: configuration, cosmology: cosmology,
            codeVersion: codeVersion, build: build)
        wisdom = try file.attribute(Self.wisdomAttribute)?.text
    }

    /// What a file says that is of no run.
    static func writeCode(to file: borrowing OutputFile) {
        file.set("code", to: .text("palindrome"))
        file.set("code_version", to: .text(currentVersion))
        file.set("build", to: .text(currentBuild))
    }

    func write(to file: borrowing OutputFile) {
        file.set("code", to: .text("palindrome"))
        file.set("code_version", to: .text(codeVersion))
        file.set("build", to: .text(build))
        file.set("precision", to: .text(precision))
        if let seed { file.set("seed", to: .integer(seed)) }
        if let wisdom { file.set(Self.wisdomAttribute, to: .text(wisdom)) }
        file.set("configuration", to: .text(configuration))
        for (name, value) in cosmology.sorted(by: { $0.key < $1.key }) {
            file.set(name, to: .real(value), on: Self.cosmologyGroup)
        }
    }

    private static let wisdomAttribute = "fftw_wisdom"
    private static let cosmologyGroup = "/Cosmology"
}
