public import Parallel

/// A mass function of haloes as the text file `halo_mass_a1.0000.txt`: a commented header and four columns.
public struct MassFunctionTable: Sendable, Equatable {
    /// A bin of mass.
    public struct Bin: Sendable, Equatable {
        /// Its lowest mass [Msun/h].
        public var lowest: Double
        /// Its highest [Msun/h].
        public var highest: Double
        /// Haloes.
        public var count: Int
        /// Haloes that there should be; NaN if that is not known.
        public var expected: Double

        /// A bin.
        public init(lowest: Double, highest: Double, count: Int, expected: Double) {
            self.lowest = lowest
            self.highest = highest
            self.count = count
            self.expected = expected
        }

        /// The middle of its masses on a logarithmic axis [Msun/h].
        public var mass: Double { (lowest * highest).squareRoot() }
    }

    /// The scale factor.
    public var scaleFactor: Double
    /// The volume of the box [(Mpc/h)³].
    public var volume: Double
    /// In ascending order.
    public var bins: [Bin]

    /// A table.
    public init(at scaleFactor: Double, in volume: Double, _ bins: [Bin]) {
        self.scaleFactor = scaleFactor
        self.volume = volume
        self.bins = bins
    }

    /// The name of the file for a moment, by its label such as `a1.0000`.
    public static func name(_ label: String) -> String { "halo_mass_\(label).txt" }

    /// Numbers of particles where bins begin, a fifth of a decade apart, the last beyond all haloes.
    public static func edges(from minimum: Int, through longest: Int) -> [Int] {
        var edges = [minimum]
        while edges.last! <= longest {
            edges.append(max(edges.last! + 1, Int((Double(edges.last!) * 1.584_893_192).rounded())))
        }
        return edges
    }

    /// The file's content; numbers are written so that reading them gives the same bits.
    public var text: String {
        """
        # haloes by mass at a = \(scaleFactor)
        # volume: \(volume) (Mpc/h)^3
        # expected: Watson et al. 2013, MNRAS 433, 1230, friends of friends with b = 0.2
        # lowest mass, highest mass [Msun/h], haloes, expected haloes

        """ + bins.map { "\($0.lowest) \($0.highest) \($0.count) \($0.expected)\n" }.joined()
    }

    /// Reads the file's content.
    ///
    /// - Parameters:
    ///   - text: four columns below a commented header.
    ///   - scaleFactor: the moment, from the file's name.
    ///   - source: the file, for the error.
    /// - Throws: `UsageError` when a row is not four numbers, or the header has no volume.
    public init(parsing text: String, scaleFactor: Double, source: String) throws(UsageError) {
        self.scaleFactor = scaleFactor
        var (volume, bins): (Double?, [Bin]) = (nil, [])
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(separator: " ")
            if words.starts(with: ["#", "volume:"]) {
                volume = words.dropFirst(2).first.flatMap { Double($0) }
            }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 4, let lowest = Double(words[0]), let highest = Double(words[1]),
                let count = Int(words[2]), let expected = Double(words[3]), lowest > 0, highest > lowest
            else {
                throw UsageError(
                    "\(source):\(index + 1): '\(line.prefix(60))'; it must be four numbers: two masses, haloes, "
                        + "expected haloes; remove the file to leave it out")
            }
            bins.append(Bin(lowest: lowest, highest: highest, count: count, expected: expected))
        }
        guard let volume, volume > 0 else {
            throw UsageError("\(source): its header has no volume; remove the file to leave it out")
        }
        (self.volume, self.bins) = (volume, bins)
    }
}
