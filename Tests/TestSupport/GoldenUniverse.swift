public import Background
public import Dynamics
internal import Gravity
internal import InitialConditions
public import Mesh
public import Parallel
public import Particles

/// One of the reference runs made with an independent code, and the model that should reproduce it.
public struct GoldenUniverse {
    /// The file.
    public let file: Golden
    /// Particle grid and mesh.
    public let box: Box
    /// Cosmological parameters.
    public let parameters: CosmologyParameters
    /// Start and end of every step.
    public let scaleFactors: [Double]

    /// The run called `A` or `B`.
    public init(_ name: String) throws {
        file = try Golden("golden_\(name)_exact.h5")
        let particles = try file.attributes("ptcl_grid_shape").map { Int($0) }
        let mesh = try file.attributes("mesh_shape").map { Int($0) }
        box = Box(
            particles: [particles[0], particles[1], particles[2]],
            spacing: try file.attribute("ptcl_spacing"), mesh: [mesh[0], mesh[1], mesh[2]])
        parameters = CosmologyParameters(
            amplitude: .scalar(try file.attribute("A_s_1e9") * 1e-9),
            spectralIndex: try file.attribute("n_s"), omegaMatter: try file.attribute("Omega_m"),
            omegaBaryon: try file.attribute("Omega_b"), h: try file.attribute("h"),
            omegaCurvature: try file.attribute("Omega_k"), w0: try file.attribute("w_0"),
            wa: try file.attribute("w_a"))
        scaleFactors = try file.values("nbody/a")
    }

    /// The model of the run, on some ranks.
    public func model<Scalar: ParticleScalar>(
        _ scalar: Scalar.Type, order: Int = 2, observing observed: [Double]? = nil, on grid: RankGrid
    ) throws -> ForwardModel<Scalar> {
        try ForwardModel(
            box, in: (parameters, .eisensteinHu),
            startingWith: PerturbationOrder(rawValue: order)!,
            following: EvolutionPlan(
                through: scaleFactors, by: FastPM(midpoint: .arithmetic),
                observing: observed ?? [scaleFactors.last!]),
            under: ForceKernel(named: "naive")!, on: grid)
    }

    /// The run's white noise.
    public func noise<Scalar: FourierScalar>(over decomposition: Decomposition) throws -> Field<Scalar> {
        try field("white_noise", over: decomposition)
    }

    /// A dataset as a field.
    public func field<Scalar: FourierScalar>(
        _ name: String, over decomposition: Decomposition
    ) throws -> Field<Scalar> {
        let values = try file.values(name)
        var field = Field<Scalar>(decomposition, ghosts: .none, for: "reference")
        let shape = decomposition.shape
        for x in decomposition.x {
            for y in decomposition.y {
                for z in 0..<shape.z {
                    let target = field.offset(x: x, y: y, z: z)
                    var span = field.values.mutableSpan
                    span[target] = Scalar(values[(x * shape.y + y) * shape.z + z])
                }
            }
        }
        return field
    }

    /// The sum of the datasets `prefix1 … prefixN`.
    public func lagrangianSum(_ prefix: String, upTo order: Int) throws -> [Double] {
        var sum = try file.values("\(prefix)1")
        if order == 2 {
            let second = try file.values("\(prefix)2")
            for index in sum.indices { sum[index] += second[index] }
        }
        return sum
    }

    /// The relative L2 errors, over all ranks, of a state against displacements and momenta `[N][3]`.
    public func relativeErrors<Scalar: ParticleScalar>(
        of state: borrowing LagrangianBlock<Scalar>, displacement: [Double], momentum: [Double]
    ) -> (displacement: Double, momentum: Double) {
        let grid = state.decomposition
        let units = state.units
        var squares = SIMD4<Double>.zero
        var local = 0
        for x in grid.x {
            for y in grid.y {
                for z in 0..<grid.shape.z {
                    let particle = (x * grid.shape.y + y) * grid.shape.z + z
                    let origin = [x, y, z]
                    for axis in 0..<3 {
                        let lattice = Double(origin[axis]) * box.spacing
                        let position = units.length(state.position[axis].span[local], along: axis)
                        var moved = position - lattice
                        moved -= (moved / box.size[axis]).rounded() * box.size[axis]
                        let expected = displacement[3 * particle + axis]
                        var error = moved - expected
                        error -= (error / box.size[axis]).rounded() * box.size[axis]
                        let speed = units.momentum(state.momentum[axis].span[local])
                        let expectedSpeed = momentum[3 * particle + axis]
                        squares += SIMD4(
                            error * error, expected * expected,
                            (speed - expectedSpeed) * (speed - expectedSpeed), expectedSpeed * expectedSpeed)
                    }
                    local += 1
                }
            }
        }
        let world = grid.grid.world
        let sums = world.sum([squares.x, squares.y, squares.z, squares.w].map { Int128($0 * 1e25) })
        return (
            (Double(sums[0]) / Double(sums[1])).squareRoot(), (Double(sums[2]) / Double(sums[3])).squareRoot()
        )
    }
}
