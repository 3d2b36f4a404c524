internal import Storage

extension InputFile {
    /// A list of numbers, NaN and infinity among them; nil if there is none of that name. Collective.
    func series(_ path: String) throws(StorageError) -> [Double]? {
        guard let found = try describe(path), found.shape.count <= 1 else { return nil }
        return try readArray(at: path, as: Double.self, expecting: .any)
    }
}
