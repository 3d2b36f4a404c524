internal import Glibc
internal import Parallel
internal import Storage

/// Files that the tests read, in the repository itself; a missing one is a failure.
public enum TestData {
    /// The path of a file in `Tests/Resources`.
    public static func path(_ name: String) -> String {
        let path = directory + "/Resources/" + name
        guard unsafe access(path, R_OK) == 0 else { fatalError("the test data \(path) is missing") }
        return path
    }

    private static var directory: String {
        #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
    }
}

/// Reference values of an independent code: pmwd's universes A and B in double precision, and the values of
/// `jax.random.normal`. Every method is called by all ranks.
public struct Golden {
    private let path: String
    private let world = Communicator.world()

    /// The file `name` of `Tests/Resources`, such as `golden_A_exact.h5`.
    public init(_ name: String) throws {
        path = TestData.path(name)
    }

    /// A whole dataset on every rank, in C order; complex values as two, a scalar as one.
    public func values(_ dataset: String) throws -> [Double] {
        try open().readArray(at: dataset)
    }

    /// The points of a dataset along each axis.
    public func shape(_ dataset: String) throws -> [Int] {
        try open().dataset(dataset).shape
    }

    /// A number that is an attribute.
    public func attribute(_ name: String) throws -> Double {
        try attributes(name)[0]
    }

    /// Numbers that are an attribute.
    public func attributes(_ name: String) throws -> [Double] {
        guard let numbers = try open().attribute(name)?.reals else {
            throw UsageError("\(path): there are no numbers \(name)")
        }
        return numbers
    }

    private func open() throws -> InputFile {
        try InputFile(opening: path, over: world)
    }
}
