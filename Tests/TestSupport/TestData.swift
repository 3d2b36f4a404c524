internal import Glibc
public import Parallel
public import Storage

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

/// Reference values of an independent code (pmwd in double precision): golden A and B, and the values of `jax.random.normal`.
public struct Golden {
    private let path: String
    private let communicator: Communicator

    /// The file `name` of `Tests/Resources`, such as `golden_A_exact.h5`.
    public init(_ name: String, over communicator: Communicator) {
        path = TestData.path(name)
        self.communicator = communicator
    }

    /// A whole dataset on every rank, in C order; complex values as two.
    public func array<Element: StorageElement>(
        _ dataset: String, as type: Element.Type = Double.self
    ) throws -> [Element] {
        try InputFile(opening: path, over: communicator).readArray(at: dataset)
    }

    /// The points of a dataset along each axis.
    public func shape(_ dataset: String) throws -> [Int] {
        try InputFile(opening: path, over: communicator).dataset(dataset).shape
    }

    /// A number that is a dataset.
    public func value(_ dataset: String) throws -> Double {
        try array(dataset)[0]
    }

    /// A number that is an attribute.
    public func attribute(_ name: String, of object: String = "/") throws -> Double {
        let value = try InputFile(opening: path, over: communicator).attribute(name, of: object)
        guard let number = value?.real else {
            throw UsageError("\(path): there is no number \(name) of \(object)")
        }
        return number
    }
}
