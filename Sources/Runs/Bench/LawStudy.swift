internal import Configuration
internal import Mesh
internal import Parallel
internal import Records
internal import Storage

extension RunConfiguration {
    /// Measures the single mesh and all pyramids that fit, in turn, on all ranks. Collective.
    ///
    /// - Returns: the single mesh first, the others with how far they are from it.
    /// - Throws: the same on all ranks; `UsageError` when there is no pyramid to measure.
    func measureLaws(_ plan: BenchPlan, on world: Communicator) throws -> [BenchRecord.Measurement] {
        switch run.precision {
        case .single: try measureLaws(Float.self, plan, on: world)
        case .double: try measureLaws(Double.self, plan, on: world)
        }
    }

    private func measureLaws<Scalar: StorableScalar>(
        _: Scalar.Type, _ plan: BenchPlan, on world: Communicator
    ) throws -> [BenchRecord.Measurement] {
        let shape = rankGrid(for: world.size)
        let laws = underEachLaw(on: shape)
        guard laws.count > 1 else {
            throw UsageError(
                "--laws: there is no pyramid for kernel \(force.kernel.rawValue) on a mesh of "
                    + "\(box.mesh.x) x \(box.mesh.y) x \(box.mesh.z) over \(shape.x) x \(shape.y) ranks; "
                    + "use kernel 1_4, 3_4 or 5_4, even sides of 12 or more, and fewer ranks than half a side"
            )
        }
        // One grid for all, so that they share one pool of memory.
        let grid = try makeRankGrid(on: world)
        var runs = try laws.enumerated().map { number, law in
            var plan = plan
            plan.isFirst = plan.isFirst && number == 0
            return try BenchRun<Scalar>(law, plan, over: grid)
        }
        let noise: Field<Scalar> = try whiteNoise(over: runs[0].model.particleGrid)
        for number in runs.indices { try runs[number].warmUp(with: noise) }
        // In turn, so that whatever else the machine does falls on all.
        for _ in 0..<plan.repeats {
            for number in runs.indices { try runs[number].addRepeat(with: noise) }
        }
        let reference = try LawReference(runs[0].model, from: noise)
        let fidelities = try runs.enumerated().map { number, run in
            number == 0
                ? nil
                : try reference.fidelity(
                    of: run.model, under: run.configuration.force.plan, from: noise)
        }
        return try zip(runs, fidelities).map { try $0.measurement(with: noise, fidelity: $1) }
    }
}
