// The names and what they mean are those of palindrome.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

public import CInterface
internal import Inference
internal import Mesh
internal import Parallel
internal import Runs

@c @implementation public func palindrome_posterior_create(
    _ model: OpaquePointer?, _ text: UnsafePointer<CChar>?, _ overrides: UnsafePointer<CChar>?,
    _ posterior: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let target = try unsafe session.world.agree { try unsafe required(posterior, "posterior") }
        unsafe target.pointee = nil
        let text = unsafe Interface.text(text) ?? session.configuration.resolvedText
        let configuration = try unsafe configuration(
            text, Interface.overrides(overrides), on: session.world)
        let made = try session.posterior(configuration)
        unsafe target.pointee = PosteriorHandle(made, keeping: made.parameters.map(\.name)).given()
    }
}

@c @implementation public func palindrome_posterior_free(_ posterior: OpaquePointer?) {
    unsafe PosteriorHandle.free(posterior)
}

@c @implementation public func palindrome_posterior_parameters(
    _ posterior: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?,
    _ parameters: UnsafeMutablePointer<palindrome_sought>?
) -> Int32 {
    answer {
        let handle = try unsafe PosteriorHandle.handle(posterior, "posterior")
        let found = handle.object.parameters
        try unsafe required(count, "count").pointee = Int64(found.count)
        guard let target = unsafe parameters else { return }
        for (index, parameter) in found.enumerated() {
            unsafe target[index] = palindrome_sought(
                name: handle.strings[index].start, start: parameter.start, scale: parameter.scale,
                lower: parameter.bounds.lowerBound, upper: parameter.bounds.upperBound)
        }
    }
}

@c @implementation public func palindrome_posterior_stages(
    _ posterior: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?,
    _ radii: UnsafeMutablePointer<Double>?
) -> Int32 {
    answer {
        let found = try unsafe PosteriorHandle.object(posterior, "posterior").radii
        try unsafe required(count, "count").pointee = Int64(found.count)
        guard let target = unsafe radii else { return }
        for (index, radius) in found.enumerated() { unsafe target[index] = radius }
    }
}

@c @implementation public func palindrome_posterior_start(
    _ posterior: OpaquePointer?, _ noise: UnsafeMutableRawPointer?
) -> Int32 {
    answer {
        let posterior = try unsafe PosteriorHandle.object(posterior, "posterior")
        let noise = try unsafe posterior.session.world.agree { try unsafe required(noise, "noise") }
        try unsafe posterior.start(into: noise)
    }
}

@c @implementation public func palindrome_posterior_enter(
    _ posterior: OpaquePointer?, _ radius: Double, _ freeParameters: Int32
) -> Int32 {
    answer {
        let posterior = try unsafe PosteriorHandle.object(posterior, "posterior")
        guard radius >= 0 && radius.isFinite else {
            throw UsageError("the radius is \(radius); it must be finite, 0 or more; try 0")
        }
        posterior.enter(smoothing: radius, freely: freeParameters != 0)
    }
}

@c @implementation public func palindrome_posterior_gradient(
    _ posterior: OpaquePointer?, _ noise: UnsafeRawPointer?, _ parameters: UnsafePointer<Double>?,
    _ slope: UnsafeMutablePointer<palindrome_slope>?
) -> Int32 {
    answer {
        let posterior = try unsafe PosteriorHandle.object(posterior, "posterior")
        let count = posterior.parameters.count
        let (noise, scaled, slope, gradient) = try unsafe posterior.session.world.agree {
            let slope = try unsafe required(slope, "slope")
            let scaled =
                count == 0
                ? [] : try unsafe numbers(required(parameters, "parameters"), count: count)!
            if count > 0 { _ = try unsafe required(slope.pointee.parameters, "slope.parameters") }
            return try unsafe (
                required(noise, "noise"), scaled, slope, required(slope.pointee.noise, "slope.noise")
            )
        }
        let found = try unsafe posterior.evaluate(at: noise, scaled, into: gradient)
        unsafe slope.pointee.value = found?.value ?? .infinity
        guard let slopes = unsafe slope.pointee.parameters else { return }
        for index in 0..<count { unsafe slopes[index] = found?.slopes[index] ?? 0 }
    }
}
