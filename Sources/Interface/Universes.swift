// The names and what they mean are those of palindrome.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

public import CInterface
internal import Glibc
internal import Parallel
internal import Runs

/// White noise and cosmology that C points to.
func universe(_ pointer: UnsafePointer<palindrome_universe>?) throws(UsageError) -> SessionUniverse {
    let universe = try unsafe required(pointer, "universe").pointee
    return try unsafe SessionUniverse(
        noise: required(universe.noise, "noise"),
        cosmology: numbers(universe.cosmology, count: Int(palindrome_parameters)))
}

/// Times that C points to; none if it does not.
func times(_ pointer: UnsafePointer<palindrome_times>?) throws(UsageError) -> [Double] {
    guard let times = unsafe pointer?.pointee else { return [] }
    let count = unsafe times.count
    guard (1...1 << 20).contains(count) else {
        throw UsageError("times.count is \(count); it must be at least 1; give NULL for the end")
    }
    return try unsafe numbers(required(times.scale_factors, "scale_factors"), count: Int(count))!
}

@c @implementation public func palindrome_white_noise(
    _ model: OpaquePointer?, _ seed: UnsafePointer<UInt64>?, _ noise: UnsafeMutableRawPointer?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let noise = try unsafe session.world.agree { try unsafe required(noise, "noise") }
        try unsafe session.whiteNoise(seed: seed?.pointee, into: noise)
    }
}

@c @implementation public func palindrome_density(
    _ model: OpaquePointer?, _ universe: UnsafePointer<palindrome_universe>?,
    _ density: UnsafeMutableRawPointer?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let (universe, density) = try unsafe session.world.agree {
            try unsafe (Interface.universe(universe), required(density, "density"))
        }
        try unsafe session.density(of: universe, into: density)
    }
}

/// What a loss says that failed.
private struct Complaint: ReportedError {
    let message: String
    var fault: Fault { .user }
}

/// A callback of C as a loss.
private func loss(_ callback: @escaping palindrome_loss, _ context: UnsafeMutableRawPointer?) -> SessionLoss {
    { densities, cotangents in
        let places = unsafe densities.map { unsafe UnsafeRawPointer?($0) }
        let targets = unsafe cotangents.map { unsafe UnsafeMutableRawPointer?($0) }
        var value = 0.0
        let code = unsafe places.withUnsafeBufferPointer { places in
            unsafe targets.withUnsafeBufferPointer { targets in
                unsafe callback(context, places.baseAddress, targets.baseAddress, &value)
            }
        }
        guard code != 0 else { return value }
        let words = unsafe palindrome_take_complaint()
        defer { unsafe free(words) }
        throw unsafe Complaint(message: text(words) ?? "the loss returned \(code)")
    }
}

@c @implementation public func palindrome_value_and_gradient(
    _ model: OpaquePointer?, _ universe: UnsafePointer<palindrome_universe>?,
    _ times: UnsafePointer<palindrome_times>?, _ loss: palindrome_loss?,
    _ context: UnsafeMutableRawPointer?, _ gradient: UnsafeMutablePointer<palindrome_gradient>?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let (universe, times, callback, gradient, noise) = try unsafe session.world.agree {
            let gradient = try unsafe required(gradient, "gradient")
            return try unsafe (
                Interface.universe(universe), Interface.times(times), required(loss, "loss"), gradient,
                required(gradient.pointee.noise, "gradient.noise")
            )
        }
        palindrome_complain(nil)
        let found = try unsafe session.gradient(
            at: universe, of: times, into: noise, Interface.loss(callback, context))
        unsafe set(gradient, to: found)
    }
}

@c @implementation public func palindrome_pull_back_particles(
    _ model: OpaquePointer?, _ universe: UnsafePointer<palindrome_universe>?,
    _ times: UnsafePointer<palindrome_times>?, _ cotangents: UnsafePointer<palindrome_cotangents>?,
    _ gradient: UnsafeMutablePointer<palindrome_gradient>?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let (universe, times, cotangents, gradient, noise) = try unsafe session.world.agree {
            let gradient = try unsafe required(gradient, "gradient")
            return try unsafe (
                Interface.universe(universe), Interface.times(times), required(cotangents, "cotangents"),
                gradient, required(gradient.pointee.noise, "gradient.noise")
            )
        }
        let found = try unsafe session.pullBack(
            (0..<max(1, times.count)).map {
                unsafe SessionCotangents(positions: cotangents[$0].positions, momenta: cotangents[$0].momenta)
            }, to: universe, of: times, into: noise)
        unsafe set(gradient, to: found)
    }
}

/// Tells C a gradient.
private func set(_ gradient: UnsafeMutablePointer<palindrome_gradient>, to found: SessionGradient) {
    unsafe gradient.pointee.value = found.value
    unsafe gradient.pointee.differing_words = Int64(found.differingWords)
    unsafe withUnsafeMutableBytes(of: &gradient.pointee.cosmology) { bytes in
        let values = unsafe bytes.assumingMemoryBound(to: Double.self)
        for (index, derivative) in found.parameters.enumerated() { unsafe values[index] = derivative }
    }
}
