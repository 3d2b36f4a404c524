extension KernelTimes {
    /// One core of an Intel Xeon of the fourth generation, with both cores of a quiet virtual machine at work (November 2026).
    ///
    /// To measure them anew, on every core of a node that is otherwise idle, for `--times` or for here:
    ///
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --output one
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --set box.mesh_factor=2 --output two
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --set force.levels=2 --output three
    ///     palindrome bench --model default --times one/bench.json two/bench.json three/bench.json
    public static let reference = KernelTimes(
        forward: .init(perParticle: 26.4e-9, perCell: 4.1e-9, perCellAndLevel: 0.38e-9),
        gradient: .init(perParticle: 103e-9, perCell: 18.6e-9, perCellAndLevel: 1.19e-9),
        perMultiplyAdd: 0.037e-9)
}
