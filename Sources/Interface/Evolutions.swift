// The names and what they mean are those of palindrome.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

public import CInterface
internal import Mesh
internal import Parallel
internal import Runs

@c @implementation public func palindrome_evolution_begin(
    _ model: OpaquePointer?, _ universe: UnsafePointer<palindrome_universe>?,
    _ times: UnsafePointer<palindrome_times>?, _ evolution: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    answer {
        let session = try unsafe ModelHandle.object(model, "model")
        let (universe, times, evolution) = try unsafe session.world.agree {
            try unsafe (
                Interface.universe(universe), Interface.times(times), required(evolution, "evolution")
            )
        }
        unsafe evolution.pointee = nil
        let run = try session.run(from: universe, stoppingAt: times)
        unsafe evolution.pointee = RunHandle(run).given()
    }
}

@c @implementation public func palindrome_evolution_next(
    _ evolution: OpaquePointer?, _ scaleFactor: UnsafeMutablePointer<Double>?
) -> Int32 {
    answer {
        let run = try unsafe RunHandle.object(evolution, "evolution")
        let target = try unsafe run.session.world.agree { try unsafe required(scaleFactor, "scale_factor") }
        unsafe target.pointee = 0
        unsafe target.pointee = try run.next() ?? 0
    }
}

@c @implementation public func palindrome_evolution_density(
    _ evolution: OpaquePointer?, _ density: UnsafeMutableRawPointer?
) -> Int32 {
    answer {
        let run = try unsafe RunHandle.object(evolution, "evolution")
        let density = try unsafe run.session.world.agree { try unsafe required(density, "density") }
        try unsafe run.density(into: density)
    }
}

@c @implementation public func palindrome_evolution_particles(
    _ evolution: OpaquePointer?, _ positions: UnsafeMutablePointer<Double>?,
    _ velocities: UnsafeMutablePointer<Double>?, _ ids: UnsafeMutablePointer<Int64>?
) -> Int32 {
    answer {
        let run = try unsafe RunHandle.object(evolution, "evolution")
        // Whether there is anything to send home must be the same on all ranks.
        let isWanted = unsafe positions != nil || velocities != nil
        if run.session.world.any(isWanted) {
            try unsafe run.particles(positions: positions, velocities: velocities)
        }
        guard let ids = unsafe ids else { return }
        let grid = run.session.particleGrid
        var next = 0
        for x in grid.x {
            for y in grid.y {
                for z in 0..<grid.shape.z {
                    unsafe ids[next] = Int64((x * grid.shape.y + y) * grid.shape.z + z)
                    next += 1
                }
            }
        }
    }
}

@c @implementation public func palindrome_evolution_haloes(
    _ evolution: OpaquePointer?, _ haloes: UnsafeMutablePointer<palindrome_haloes>?
) -> Int32 {
    answer {
        let run = try unsafe RunHandle.object(evolution, "evolution")
        let target = try unsafe run.session.world.agree { try unsafe required(haloes, "haloes") }
        let found = try run.haloes()
        unsafe target.pointee.total = Int64(found.total)
        unsafe target.pointee.count = Int64(found.own.count)
        let (masses, lengths) = unsafe (target.pointee.masses, target.pointee.lengths)
        let (positions, velocities) = unsafe (target.pointee.positions, target.pointee.velocities)
        for (row, halo) in found.own.enumerated() {
            if let masses = unsafe masses { unsafe masses[row] = halo.mass }
            if let lengths = unsafe lengths { unsafe lengths[row] = Int64(halo.length) }
            for axis in 0..<3 {
                if let positions = unsafe positions { unsafe positions[3 * row + axis] = halo.position[axis] }
                if let velocities = unsafe velocities {
                    unsafe velocities[3 * row + axis] = halo.velocity[axis]
                }
            }
        }
    }
}

@c @implementation public func palindrome_evolution_free(_ evolution: OpaquePointer?) {
    unsafe RunHandle.free(evolution)
}
