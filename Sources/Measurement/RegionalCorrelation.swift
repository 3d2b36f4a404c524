public import Mesh
public import Parallel

/// How alike two fields are in a part of the box and in the rest of it, scale by scale.
///
///     r(band, V) = Σ_{x ∈ V} a(x) b(x) / √(Σ_{x ∈ V} a(x)² Σ_{x ∈ V} b(x)²)
///
/// where a and b hold the modes of one band of wavenumbers alone: what is told apart is space, of which a band of |k| of width
/// Δk sees no more than 1/Δk. Bands are shells 1, 2, 3, 4–5, 6–7, 8–10, 11–15 …, each half an octave. Sums are exact, so the
/// numbers are the same bits on any number of ranks.
public struct RegionalCorrelation: Sendable, Equatable {
    /// A band.
    public struct Band: Sendable, Equatable {
        /// Its shells, see `SphericalShells`.
        public let shells: Range<Int>
        /// r in the part; NaN where a field has no power there.
        public let inside: Double
        /// r in the rest of the box.
        public let outside: Double
    }

    /// From the longest waves on.
    public let bands: [Band]

    /// Compares two fields. Collective.
    ///
    /// - Parameters:
    ///   - first: a_k, the field that is judged.
    ///   - second: b_k, the truth, on the same mesh.
    ///   - transform: of that mesh.
    ///   - box: its sides, in any unit.
    ///   - region: not 0 in the part V, on the points of the mesh, without ghosts.
    /// - Throws: `NotFiniteError` on all ranks when a mode is NaN or infinite.
    public init<Scalar: FourierScalar, Mark: FourierScalar>(
        of first: borrowing FourierField<Scalar>, with second: borrowing FourierField<Scalar>,
        _ transform: FourierTransform<Scalar>, box: SIMD3<Double>, in region: borrowing Field<Mark>
    ) throws(NotFiniteError) {
        let shells = SphericalShells(shape: transform.decomposition.shape, box: box)
        let marks = region.values.span
        var bands: [Band] = []
        for band in Self.bands(upTo: shells.count) {
            let one = transform.inverse(first.part(band, of: shells), ghosts: .none)
            let other = transform.inverse(second.part(band, of: shells), ghosts: .none)
            let (a, b) = (one.values.span, other.values.span)
            func correlation(_ isInside: Bool) throws(NotFiniteError) -> Double {
                func sum(_ term: (Int) -> Double) throws(NotFiniteError) -> Double {
                    try transform.decomposition.grid.world.exactSum(
                        count: marks.count, of: "a correlation"
                    ) { (marks[$0] != 0) == isInside ? term($0) : 0 }
                }
                let cross = try sum { Double(a[$0]) * Double(b[$0]) }
                let powers = (
                    try sum { Double(a[$0]) * Double(a[$0]) }, try sum { Double(b[$0]) * Double(b[$0]) }
                )
                return cross / (powers.0.squareRoot() * powers.1.squareRoot())
            }
            bands.append(
                Band(shells: band, inside: try correlation(true), outside: try correlation(false)))
        }
        self.bands = bands
    }

    /// Half octaves, the last up to the last shell.
    static func bands(upTo count: Int) -> [Range<Int>] {
        var edges: [Int] = []
        var edge = 1.0
        while edge.rounded() <= Double(count) {
            if edges.last != Int(edge.rounded()) { edges.append(Int(edge.rounded())) }
            edge *= 2.0.squareRoot()
        }
        return zip(edges, edges.dropFirst() + [count + 1]).map { $0..<$1 }
    }
}

extension FourierField {
    /// The modes of some shells; 0 elsewhere.
    fileprivate func part(_ band: Range<Int>, of shells: SphericalShells) -> FourierField {
        var part = copy(for: "a correlation")
        part.mapModes { x, y, z, real, imaginary in
            let square = shells.squares.x[x] + shells.squares.y[y] + shells.squares.z[z]
            return band.contains(SphericalShells.shell(ofSquare: square)) ? (real, imaginary) : (0, 0)
        }
        return part
    }
}
