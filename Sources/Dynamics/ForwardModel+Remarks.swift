internal import Background

extension ForwardModel {
    /// What a log should say of what the run is made of, a line each: the table that is used, its σ8, and how transforms are
    /// planned if not as was asked for.
    public var remarks: [String] { theory.powerModel.remarks + power.remarks + mesh.grid.planning.remarks }
}
