internal import Background

extension ForwardModel {
    /// What a log should say of what the run is made of, a line each: the table that is used, and its σ8.
    public var remarks: [String] { theory.powerModel.remarks + power.remarks }
}
