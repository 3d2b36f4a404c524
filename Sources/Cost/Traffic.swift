public import Mesh

extension Workload {
    /// What a rank sends in a run forwards, from the first force to the end of the last step.
    ///
    /// - Parameters:
    ///   - forces: force evaluations, one more than steps.
    ///   - position: the rank's place in the grid.
    public func traffic(forwards forces: Int, at position: SIMD2<Int>) -> MeshTraffic {
        let work = force.work(on: meshShare(at: position))
        return forces * (work.solution + work.readOut)
    }

    /// What a rank sends in a run forwards and back, with one density objective at the end of the last step.
    ///
    /// The last force of the way forwards serves the first step of the way back.
    public func traffic(gradientOf forces: Int, at position: SIMD2<Int>) -> MeshTraffic {
        let share = meshShare(at: position)
        let work = force.work(on: share)
        let objective = MeshTraffic(
            ghosts: share.depositGhosts(.cloudInCell) + share.fieldGhosts(.cloudInCell))
        return traffic(forwards: forces, at: position) + objective + (forces - 1) * work.solution
            + forces * work.transpose
    }
}
