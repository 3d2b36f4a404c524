public import Mesh

/// S, how much of what is there is seen: C(n̂) φ(r), the completeness in a direction times that at a distance.
public struct SelectionFunction: Sendable {
    /// Where the observer is [Mpc/h].
    public let observer: SIMD3<Double>
    /// The pixels of the mask; nil if the whole sky is seen.
    public let sky: HEALPix?
    /// C of each pixel, 0 to 1.
    public let completeness: [Double]
    /// φ; nil if it is 1.
    public let radial: RadialSelection?

    /// A selection.
    ///
    /// - Precondition: one number of the completeness for each pixel.
    public init(observer: SIMD3<Double>, sky: HEALPix?, completeness: [Double], radial: RadialSelection?) {
        precondition(completeness.count == sky?.pixelCount ?? 0)
        self.observer = observer
        self.sky = sky
        self.completeness = completeness
        self.radial = radial
    }

    /// C towards a place.
    public func angular(towards position: SIMD3<Double>) -> Double {
        guard let sky else { return 1 }
        let way = position - observer
        // The observer's own place is in no direction: that of the pole will do.
        return completeness[sky.pixel(towards: way == .zero ? SIMD3(0, 0, 1) : way)]
    }

    /// φ at a place.
    public func radial(at position: SIMD3<Double>) -> Double {
        guard let radial else { return 1 }
        let way = position - observer
        return radial.value(at: (way * way).sum().squareRoot())
    }

    /// C φ at a place.
    public func value(at position: SIMD3<Double>) -> Double {
        let share = radial(at: position)
        return share == 0 ? 0 : share * angular(towards: position)
    }

    /// C φ at the 4³ sub-points of a cell.
    func values(in cell: SIMD3<Int>, of mesh: ObservationMesh) -> [Double] {
        (0..<ObservationMesh.pointCount).map { value(at: mesh.subpoint($0, of: cell)) }
    }

    /// S of a cell: the mean over its 4³ sub-points, 0 in the border.
    public func mean(in cell: SIMD3<Int>, of mesh: ObservationMesh) -> Float {
        guard !mesh.isInBorder(cell) else { return 0 }
        var sum = 0.0
        for point in 0..<ObservationMesh.pointCount { sum += value(at: mesh.subpoint(point, of: cell)) }
        return Float(sum / Double(ObservationMesh.pointCount))
    }

    /// S of every cell.
    ///
    /// - Parameters:
    ///   - mesh: the cells.
    ///   - decomposition: of the same shape.
    public func field(of mesh: ObservationMesh, over decomposition: Decomposition) -> Field<Float> {
        var field = Field<Float>(decomposition, ghosts: .none, for: "selection")
        field.mapPoints { x, y, z, _ in mean(in: [x, y, z], of: mesh) }
        return field
    }
}
