public import Mesh

extension Workload {
    /// What a rank sends in a run forwards, from the first force to the end of the last step.
    ///
    /// - Parameters:
    ///   - forces: force evaluations.
    ///   - position: the rank's place in the grid.
    public func traffic(forwards forces: Int, at position: SIMD2<Int>) -> MeshTraffic {
        let work = force.work(on: meshShare(at: position))
        return forces * (work.solution + work.readOut)
    }

    /// What a rank sends in a run forwards and back, with one density objective at the end of the last step.
    ///
    /// - Parameters:
    ///   - forces: force evaluations on the way forwards.
    ///   - again: how many of them the way back solves again; the last may still be known where it begins.
    ///   - position: the rank's place in the grid.
    public func traffic(
        gradientOf forces: Int, solving again: Int, at position: SIMD2<Int>
    ) -> MeshTraffic {
        let share = meshShare(at: position)
        let work = force.work(on: share)
        let objective = MeshTraffic(
            ghosts: share.depositGhosts(.cloudInCell) + share.fieldGhosts(.cloudInCell))
        return traffic(forwards: forces, at: position) + objective + again * work.solution
            + forces * work.transpose
    }
}
