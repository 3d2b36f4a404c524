extension KernelTimes {
    /// One core of an AMD EPYC of the fourth generation (Zen 4), with both cores of a quiet virtual machine at work.
    ///
    /// A filter's multiplication with an addition was measured on a core of a Xeon of the fifth generation that others
    /// used too.
    ///
    /// To measure them anew, on every core of a node that is otherwise idle, for `--times` or for here:
    ///
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --output one
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --set box.mesh_factor=2 --output two
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --set force.levels=2 --output three
    ///     palindrome bench --model default --times one/bench.json two/bench.json three/bench.json
    public static let reference = KernelTimes(
        forward: .init(perParticle: 24e-9, perCell: 2.3e-9, perCellAndLevel: 0.26e-9),
        gradient: .init(perParticle: 94e-9, perCell: 11.5e-9, perCellAndLevel: 0.75e-9),
        perMultiplyAdd: 0.03e-9)
}
