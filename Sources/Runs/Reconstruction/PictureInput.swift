internal import Configuration
internal import Figures
internal import Observables
internal import Parallel
internal import Storage

/// Numbers of a plane of pixels, `[u][v]`, the same on all ranks.
struct PictureInput {
    let shape: SIMD2<Int>
    let values: [Double]

    /// Reads a PNG file's grey from 0 to 1, or a dataset `[u][v]` as it stands. Collective.
    ///
    /// In a picture u runs from left to right and v from bottom to top.
    ///
    /// - Throws: the same on all ranks when the file cannot be read, is no picture, or has too many pixels.
    init(
        _ source: ObjectiveSection.Source, ink: ObjectiveSection.Ink, on world: Communicator
    ) throws {
        switch source {
        case .picture(let path):
            let bytes = try world.fromRoot { try Files.read(path) }
            let picture = try world.agree {
                try GreyPicture(png: bytes, source: path, over: ink == .dark ? 255 : 0)
            }
            shape = [picture.width, picture.height]
            values = Self.values(of: picture, ink)
        case .dataset(let address):
            let file = try InputFile(opening: address.file, over: world)
            let found = try file.dataset(address.dataset)
            guard found.shape.count == 2 else {
                throw UsageError(
                    "\(address): has \(found.shape.count) axes; it must have 2, the pixels along the other two "
                        + "axes of the box; use another dataset")
            }
            shape = SIMD2(found.shape[0], found.shape[1])
            values =
                found.count <= PixelPlane.mostPixels
                ? try file.readArray(at: address.dataset, expecting: .any) : []
        }
        guard shape.x > 0, shape.y > 0, shape.x <= PixelPlane.mostPixels / shape.y else {
            throw UsageError(
                "\(source): has \(shape.x) x \(shape.y) pixels; at least 1 and at most "
                    + "\(PixelPlane.mostPixels) can be compared; make it smaller")
        }
    }

    private static func values(of picture: GreyPicture, _ ink: ObjectiveSection.Ink) -> [Double] {
        (0..<picture.width).flatMap { u in
            (0..<picture.height).map { v in
                let grey = Double(picture.bytes[(picture.height - 1 - v) * picture.width + u]) / 255
                return ink == .bright ? grey : 1 - grey
            }
        }
    }
}
