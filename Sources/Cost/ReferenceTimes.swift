extension KernelTimes {
    /// One core of an AMD EPYC of the fourth generation (Zen 4, a virtual machine that others used too): good to a third.
    ///
    /// To measure them anew, on every core of a node that is otherwise idle, for `--times` or for here:
    ///
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --output one
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --set box.mesh_factor=2 --output two
    ///     palindrome bench --model default --times one/bench.json two/bench.json
    public static let reference = KernelTimes(
        forward: .init(perParticle: 27e-9, perCell: 8e-9, perCellAndLevel: 0.32e-9),
        gradient: .init(perParticle: 116e-9, perCell: 25e-9, perCellAndLevel: 0.9e-9))
}
