internal import Configuration
internal import Dynamics
internal import Figures
internal import Inference
internal import Measurement
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles
internal import Storage
internal import Text

/// What a reconstruction leaves of the picture that its particles form: datasets under `/picture`, PNG files, and
/// numbers in the log.
struct PictureOutputs<Scalar: StorableScalar> {
    private let plane: PixelPlane
    private let target: [Double]
    private let weights: [Double]?
    private let found: [Double]
    /// The picture at some ends of steps, the start and the end among them.
    private let frames: [(scaleFactor: Double, values: [Double])]
    private let likeness: PictureLikeness
    private let box: SIMD3<Double>
    private let world: Communicator

    /// The pictures that are drawn.
    static var names: [String] {
        ["picture_target.png", "picture_found.png", "picture_difference.png", "picture_frames.png"]
    }

    /// Frames of the way, at most.
    private static var mostFrames: Int { 6 }

    /// Runs white noise forwards and looks at it. Collective.
    ///
    /// - Parameters:
    ///   - plane: the pixels.
    ///   - likelihood: which knows the data.
    ///   - noise: white noise on the particle grid.
    ///   - model: its universe.
    ///   - scaleFactors: the ends of the steps, the start first.
    init(
        of plane: PixelPlane, against likelihood: any Likelihood<Scalar>, _ noise: consuming Field<Scalar>,
        under model: ForwardModel<Scalar>, through scaleFactors: [Double]
    ) throws {
        let last = scaleFactors.count - 1
        let intervals = min(Self.mostFrames - 1, last)
        let wanted = (0...intervals).map { $0 * last / intervals }
        var frames: [(scaleFactor: Double, values: [Double])] = []
        var evolution = try model.observing(wanted.map { scaleFactors[$0] }).start(from: noise)
        try evolution.finish { observation, particles in
            let values = try particles.projectedDensity(on: plane)
            frames.append((observation.scaleFactor, values))
        }
        self.plane = plane
        target = likelihood.copyOfData().pixels
        weights = likelihood.copyOfWeights()?.pixels
        self.frames = frames
        found = frames.last!.values
        likeness = PictureLikeness(of: found, to: target)
        box = model.box.size
        world = model.mesh.grid.world
    }

    /// Writes `/picture/target`, `found`, `frames` and `frame_scale_factors`, and how alike the first two are.
    func write(to file: inout OutputFile) throws {
        let sides = sides
        func labels(_ description: String, _ indices: String) -> Labels {
            .plane("\(description), \(indices)", sides: sides, axes: plane.axes)
        }
        let shape = [plane.shape.x, plane.shape.y]
        try file.write(
            target, shape: shape, at: "/picture/target",
            labels: labels("the data, projected density / mean", "[u][v]"))
        if let weights {
            try file.write(
                weights, shape: shape, at: "/picture/weights",
                labels: labels("the weights of the data", "[u][v]"))
        }
        try file.write(
            found, shape: shape, at: "/picture/found",
            labels: labels("projected density / mean at the end", "[u][v]"))
        try file.write(
            frames.flatMap(\.values), shape: [frames.count] + shape, at: "/picture/frames",
            labels: labels("projected density / mean on the way", "[frame][u][v]"))
        try file.write(
            frames.map(\.scaleFactor), at: "/picture/frame_scale_factors",
            labels: Labels(units: "1", description: "scale factors of the frames"))
        file.set("picture_mean_squared_error", to: .real(likeness.meanSquaredError))
        file.set("picture_relative_error", to: .real(likeness.relativeError))
        file.set("picture_correlation", to: .real(likeness.correlation))
    }

    /// Draws `picture_target.png`, `picture_found.png`, `picture_difference.png` and `picture_frames.png`. Collective.
    func draw(in directory: String) throws {
        let (target, result) = (map(of: target), map(of: found))
        let stretch = Stretch.picture(of: target)
        try write("picture_target", target, stretch, .density, in: directory)
        try write("picture_found", result, stretch, .density, in: directory)
        let difference = result - target
        try write("picture_difference", difference, .residual(of: difference), .residual, in: directory)
        try world.writeFile("\(directory)/picture_frames.png") {
            let pictures = frames.map {
                Picture(of: map(of: $0.values), stretch, in: .density, pixels: 384, by: .nearest)
            }
            return try Picture(beside: pictures, gap: 8).png()
        }
    }

    /// The numbers for a record; those that a picture without any contrast has not are left out.
    var results: [String: Double] {
        [
            "picture_mean_squared_error": likeness.meanSquaredError,
            "picture_relative_error": likeness.relativeError, "picture_correlation": likeness.correlation,
        ].filter { $0.value.isFinite }
    }

    /// Says how alike the pictures are.
    func tell(in context: RunContext) {
        context.say(
            "picture: mean squared error \(fixed(likeness.meanSquaredError, 5)), which is "
                + "\(fixed(likeness.relativeError, 5)) of the picture's variance; correlation "
                + "\(fixed(likeness.correlation, 5))")
    }

    private var sides: SIMD2<Double> { [box[plane.axes.x], box[plane.axes.y]] }

    private func map(of values: [Double]) -> ProjectedMap {
        ProjectedMap(
            columns: values, shape: plane.shape, sides: sides, axes: plane.axes)
    }

    private func write(
        _ name: String, _ map: ProjectedMap, _ stretch: Stretch, _ colours: ColourMap, in directory: String
    ) throws {
        try world.writeFile("\(directory)/\(name).png") {
            try Picture(of: map, stretch, in: colours, pixels: 768, by: .nearest).png()
        }
    }
}
