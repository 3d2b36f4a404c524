/// A picture in numbers: one value per pixel of a plane through the box, rows from the top.
public struct ProjectedMap: Sendable, Equatable {
    /// Pixels per row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// The values, `[row][column]`; the first row is the one with the largest vertical coordinate.
    public let values: [Double]
    /// Sides of the plane, horizontal and vertical [Mpc/h].
    public let sides: SIMD2<Double>
    /// The box's axes that lie horizontally and vertically.
    public let axes: SIMD2<Int>

    /// A map from its values.
    public init(
        width: Int, height: Int, values: [Double], sides: SIMD2<Double>, axes: SIMD2<Int> = [0, 1]
    ) {
        precondition(width > 0 && height > 0 && values.count == width * height)
        self.width = width
        self.height = height
        self.values = values
        self.sides = sides
        self.axes = axes
    }

    /// A map from its columns.
    ///
    /// - Parameters:
    ///   - columns: `[u][v]`, u to the right and v upwards.
    ///   - shape: pixels along u and v.
    public init(
        columns: [Double], shape: SIMD2<Int>, sides: SIMD2<Double>, axes: SIMD2<Int> = [0, 1]
    ) {
        precondition(columns.count == shape.x * shape.y)
        let values = (0..<shape.y).reversed().flatMap { v in
            (0..<shape.x).map { u in columns[u * shape.y + v] }
        }
        self.init(width: shape.x, height: shape.y, values: values, sides: sides, axes: axes)
    }

    /// The values `[u][v]`, u to the right and v upwards.
    public var columns: [Double] {
        (0..<width).flatMap { u in (0..<height).reversed().map { self[u, $0] } }
    }

    /// The value of a pixel.
    public subscript(column: Int, row: Int) -> Double { values[row * width + column] }

    /// The map of a function of the values.
    public func map(_ transform: (Double) -> Double) -> ProjectedMap {
        ProjectedMap(
            width: width, height: height, values: values.map(transform), sides: sides, axes: axes)
    }

    /// The value that a fraction of the pixels does not exceed, linear between pixels.
    ///
    /// - Parameter fraction: 0 for the least value, 1 for the largest.
    public func quantile(_ fraction: Double) -> Double {
        let sorted = values.sorted()
        let place = min(max(fraction, 0), 1) * Double(sorted.count - 1)
        let below = Int(place)
        guard below + 1 < sorted.count else { return sorted[below] }
        return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}

/// How values between pixels are made up.
public enum Interpolation: Sendable, Equatable {
    /// The nearest pixel's: square pixels stay visible.
    case nearest
    /// Straight lines along both axes.
    case linear
    /// Catmull & Rom's cubic, which passes through the pixels without kinks.
    case cubic

    /// The weights of pixels −1, 0, 1 and 2 at a place `t` between pixel 0 and 1.
    func weights(at t: Double) -> [Double] {
        switch self {
        case .nearest: t < 0.5 ? [0, 1, 0, 0] : [0, 0, 1, 0]
        case .linear: [0, 1 - t, t, 0]
        case .cubic:
            [
                0.5 * t * (t * (2 - t) - 1), 0.5 * (t * t * (3 * t - 5) + 2),
                0.5 * t * (t * (4 - 3 * t) + 1), 0.5 * t * t * (t - 1),
            ]
        }
    }
}

extension ProjectedMap {
    /// The map with `factor` times as many pixels along each side; it wraps around, as the box does.
    ///
    /// - Parameters:
    ///   - factor: at least 1.
    ///   - interpolation: how the values between are made up.
    public func magnified(_ factor: Int, by interpolation: Interpolation = .cubic) -> ProjectedMap {
        precondition(factor >= 1)
        guard factor > 1 else { return self }
        // Along the rows, then the same along the columns.
        let wide = Self.stretched(values, count: height, length: width, factor, interpolation)
        let turned = Self.transposed(wide, rows: height, columns: width * factor)
        let tall = Self.stretched(turned, count: width * factor, length: height, factor, interpolation)
        return ProjectedMap(
            width: width * factor, height: height * factor,
            values: Self.transposed(tall, rows: width * factor, columns: height * factor),
            sides: sides, axes: axes)
    }

    /// The map with as few pixels as it takes for the longer side to have at most `pixels`: means over squares,
    /// smaller ones at the far edges where the sides do not divide.
    public func reduced(toAtMost pixels: Int) -> ProjectedMap {
        precondition(pixels > 0)
        let factor = (max(width, height) + pixels - 1) / pixels
        guard factor > 1 else { return self }
        let size = SIMD2((width + factor - 1) / factor, (height + factor - 1) / factor)
        var means: [Double] = []
        means.reserveCapacity(size.x * size.y)
        for top in stride(from: 0, to: height, by: factor) {
            for left in stride(from: 0, to: width, by: factor) {
                let (rows, columns) = (top..<min(top + factor, height), left..<min(left + factor, width))
                let sum = rows.reduce(0.0) { sum, row in columns.reduce(sum) { $0 + self[$1, row] } }
                means.append(sum / Double(rows.count * columns.count))
            }
        }
        return ProjectedMap(width: size.x, height: size.y, values: means, sides: sides, axes: axes)
    }

    /// The difference, pixel by pixel, of two maps of the same plane.
    public static func - (first: ProjectedMap, second: ProjectedMap) -> ProjectedMap {
        precondition(first.width == second.width && first.height == second.height)
        return ProjectedMap(
            width: first.width, height: first.height,
            values: zip(first.values, second.values).map { $0 - $1 },
            sides: first.sides, axes: first.axes)
    }

    /// The factor that makes the longer side at least `pixels` long.
    public func magnification(toReach pixels: Int) -> Int {
        max(1, (pixels + max(width, height) - 1) / max(width, height))
    }

    private static func stretched(
        _ lines: [Double], count: Int, length: Int, _ factor: Int, _ interpolation: Interpolation
    ) -> [Double] {
        // Pixel centres: new pixel i lies at (i + ½)/factor − ½ old pixels.
        let phases = (0..<factor).map { phase in
            let place = (Double(phase) + 0.5) / Double(factor) - 0.5
            let below = place < 0 ? -1 : 0
            return (below: below, weights: interpolation.weights(at: place - Double(below)))
        }
        var result: [Double] = []
        result.reserveCapacity(lines.count * factor)
        for line in 0..<count {
            for pixel in 0..<length {
                for phase in phases {
                    let first = pixel + phase.below + length
                    var value = 0.0
                    for tap in 0..<4 {
                        value +=
                            phase.weights[tap] * lines[line * length + (first + tap - 1 + length) % length]
                    }
                    result.append(value)
                }
            }
        }
        return result
    }

    private static func transposed(_ values: [Double], rows: Int, columns: Int) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(values.count)
        for column in 0..<columns {
            for row in 0..<rows { result.append(values[row * columns + column]) }
        }
        return result
    }
}
