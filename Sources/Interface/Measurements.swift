// The names and what they mean are those of palindrome.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

internal import Background
public import CInterface
internal import Configuration
internal import Parallel
internal import Runs

@c @implementation public func palindrome_mpi(_ capacity: Int64, _ name: UnsafeMutablePointer<CChar>?) {
    guard let name = unsafe name, capacity > 0 else { return }
    let characters = MPIRuntime.library.utf8.prefix(Int(capacity) - 1)
    for (index, character) in characters.enumerated() { unsafe name[index] = CChar(bitPattern: character) }
    unsafe name[characters.count] = 0
}

@c @implementation public func palindrome_linear_power(
    _ model: OpaquePointer?, _ cosmology: UnsafePointer<Double>?, _ count: Int64,
    _ k: UnsafePointer<Double>?, _ power: UnsafeMutablePointer<Double>?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        guard count >= 0 else { throw UsageError("count is \(count); it must be 0 or more") }
        let wavenumbers = try unsafe numbers(required(k, "k"), count: Int(count))!
        let target = try unsafe required(power, "power")
        let found = try unsafe session.linearPower(
            at: wavenumbers, in: numbers(cosmology, count: Int(palindrome_parameters)))
        for (index, power) in found.enumerated() { unsafe target[index] = power }
    }
}

@c @implementation public func palindrome_growth_at(
    _ model: OpaquePointer?, _ cosmology: UnsafePointer<Double>?, _ scaleFactor: Double,
    _ growth: UnsafeMutablePointer<palindrome_growth>?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let target = try unsafe required(growth, "growth")
        let found = try unsafe session.growth(
            at: scaleFactor, in: numbers(cosmology, count: Int(palindrome_parameters)))
        unsafe target.pointee = palindrome_growth(
            expansion: found.expansionRate, first: found.d1, first_rate: found.d1Prime / found.d1,
            second: found.d2, second_rate: found.d2Prime / found.d2)
    }
}

@c @implementation public func palindrome_power(
    _ model: OpaquePointer?, _ grid: palindrome_grid, _ field: UnsafeRawPointer?, _ dividesWindow: Int32,
    _ spectrum: UnsafeMutablePointer<palindrome_spectrum>?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let (grid, field, target) = try unsafe session.world.agree {
            try unsafe (SessionGrid(grid), required(field, "field"), required(spectrum, "spectrum"))
        }
        let found = try unsafe session.power(of: field, on: grid, dividingWindow: dividesWindow != 0)
        let count = found.powers.count
        try session.world.agree {
            guard unsafe target.pointee.capacity >= count else {
                throw UsageError("spectrum.capacity is too small; it must be at least \(count)")
            }
            _ = try unsafe (
                required(target.pointee.k, "spectrum.k"), required(target.pointee.power, "spectrum.power"),
                required(target.pointee.modes, "spectrum.modes")
            )
        }
        unsafe target.pointee.count = Int64(count)
        unsafe target.pointee.shot_noise = found.shotNoise
        for shell in 0..<count {
            unsafe target.pointee.k[shell] = found.wavenumbers[shell]
            unsafe target.pointee.power[shell] = found.powers[shell]
            unsafe target.pointee.modes[shell] = Int64(found.modes[shell])
        }
    }
}

@c @implementation public func palindrome_total(
    _ model: OpaquePointer?, _ count: Int64, _ terms: UnsafePointer<Double>?,
    _ total: UnsafeMutablePointer<Double>?
) -> Int32 {
    answer {
        let world = try unsafe ModelHandle.object(model, "model").world
        let (terms, total) = try unsafe world.agree {
            guard count >= 0 else { throw UsageError("count is \(count); it must be 0 or more") }
            return try unsafe (required(terms, "terms"), required(total, "total"))
        }
        unsafe total.pointee = try world.exactSum(count: Int(count), of: "the sum") { unsafe terms[$0] }
    }
}

/// The path of a dataset begins with /.
func requireDatasetPath(_ name: String) throws(UsageError) {
    guard name.hasPrefix("/"), name.count > 1 else {
        throw UsageError("the dataset is \(name); it must be a path that begins with /; try /density")
    }
}

/// Where C wants a field to be.
private func address(
    _ pointer: UnsafePointer<palindrome_dataset>?
) throws(UsageError) -> (DatasetAddress, SessionGrid) {
    let dataset = try unsafe required(pointer, "dataset").pointee
    let file = try unsafe required(text(dataset.path), "dataset.path")
    let name = try unsafe required(text(dataset.name), "dataset.name")
    try requireDatasetPath(name)
    return (DatasetAddress(file: file, dataset: name), try unsafe SessionGrid(dataset.grid))
}

@c @implementation public func palindrome_read(
    _ model: OpaquePointer?, _ dataset: UnsafePointer<palindrome_dataset>?, _ field: UnsafeMutableRawPointer?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let (place, target) = try unsafe session.world.agree {
            try unsafe (address(dataset), required(field, "field"))
        }
        try unsafe session.read(place.0, on: place.1, into: target)
    }
}

@c @implementation public func palindrome_write(
    _ model: OpaquePointer?, _ dataset: UnsafePointer<palindrome_dataset>?, _ field: UnsafeRawPointer?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let (place, source) = try unsafe session.world.agree {
            try unsafe (address(dataset), required(field, "field"))
        }
        try unsafe session.write(source, on: place.1, as: place.0)
    }
}
