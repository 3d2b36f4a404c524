// The names and what they mean are those of palindrome.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

internal import Background
public import CInterface
internal import Configuration
internal import Mesh
internal import Parallel
internal import Runs

/// Makes a model of a configuration that somebody reads. Collective.
private func create(
    on communicator: Int32, _ model: UnsafeMutablePointer<OpaquePointer?>?,
    _ configuration: (Communicator) throws -> RunConfiguration
) -> Int32 {
    answer {
        let model = try unsafe required(model, "model")
        unsafe model.pointee = nil
        let world = try Communicator.adopting(fortranHandle: communicator)
        let session = try configuration(world).session(on: world)
        unsafe model.pointee = ModelHandle(session).given()
    }
}

/// Lines `section.key=value`.
func overrides(_ pointer: UnsafePointer<CChar>?) -> [String] {
    unsafe text(pointer)?.split(separator: "\n").map(String.init) ?? []
}

/// A configuration of a text. Collective.
func configuration(
    _ text: String, _ overrides: [String], on world: Communicator
) throws -> RunConfiguration {
    try world.agree {
        try RunConfiguration(
            bytes: Array(text.utf8), name: "configuration", overrides: overrides, ranks: world.size)
    }
}

@c @implementation public func palindrome_model_create(
    _ text: UnsafePointer<CChar>?, _ overrides: UnsafePointer<CChar>?, _ communicator: Int32,
    _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    unsafe create(on: communicator, model) { world in
        let text = try world.agree { try unsafe required(Interface.text(text), "text") }
        return try unsafe configuration(text, Interface.overrides(overrides), on: world)
    }
}

@c @implementation public func palindrome_model_read(
    _ path: UnsafePointer<CChar>?, _ overrides: UnsafePointer<CChar>?, _ communicator: Int32,
    _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    unsafe create(on: communicator, model) { world in
        let path = try world.agree { try unsafe required(text(path), "path") }
        return try unsafe RunConfiguration(
            reading: path, overrides: Interface.overrides(overrides), on: world)
    }
}

@c @implementation public func palindrome_model_free(_ model: OpaquePointer?) {
    unsafe ModelHandle.free(model)
}

@c @implementation public func palindrome_agree(
    _ model: OpaquePointer?, _ complaint: UnsafePointer<CChar>?
) -> Int32 {
    answer { try unsafe ModelHandle.object(model, "model").agree(on: text(complaint)) }
}

@c @implementation public func palindrome_model_facts(
    _ model: OpaquePointer?, _ facts: UnsafeMutablePointer<palindrome_facts>?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let facts = try unsafe required(facts, "facts")
        let configuration = session.configuration
        let box = configuration.box
        var found = palindrome_facts()
        found.word_bytes = configuration.run.precision == .single ? 4 : 8
        found.steps = Int32(configuration.evolution.scaleFactors.count - 1)
        let size = SIMD3<Double>(box.particles) * box.spacing
        found.box = (size.x, size.y, size.z)
        found.spacing = box.spacing
        found.cell = size.x / Double(box.mesh.x)
        found.memory = Double(session.memory)
        let cosmology = configuration.cosmology
        unsafe withUnsafeMutableBytes(of: &found.cosmology) { bytes in
            let values = unsafe bytes.assumingMemoryBound(to: Double.self)
            for (index, parameter) in CosmologyParameter.allCases.enumerated() {
                unsafe values[index] = cosmology[parameter]
            }
        }
        found.has_sigma8 = cosmology.name(of: .amplitude) == "sigma8" ? 1 : 0
        found.has_objective = configuration.objectives.isEmpty ? 0 : 1
        unsafe facts.pointee = found
    }
}

@c @implementation public func palindrome_share_of(
    _ model: OpaquePointer?, _ grid: palindrome_grid, _ share: UnsafeMutablePointer<palindrome_share>?
) -> Int32 {
    answer {
        let grid = try unsafe ModelHandle.object(model, "model").decomposition(of: SessionGrid(grid))
        let shape = grid.shape
        try unsafe required(share, "share").pointee = palindrome_share(
            shape: (Int64(shape.x), Int64(shape.y), Int64(shape.z)),
            first: (Int64(grid.x.lowerBound), Int64(grid.y.lowerBound), 0),
            count: (Int64(grid.x.count), Int64(grid.y.count), Int64(shape.z)))
    }
}

@c @implementation public func palindrome_scale_factors(
    _ model: OpaquePointer?, _ scaleFactors: UnsafeMutablePointer<Double>?
) -> Int32 {
    answer {
        let found = try unsafe ModelHandle.object(model, "model").configuration.evolution.scaleFactors
        let target = try unsafe required(scaleFactors, "scale_factors")
        for (index, scaleFactor) in found.enumerated() { unsafe target[index] = scaleFactor }
    }
}
