extension KernelTimes {
    /// Measured on two busy cores of an AMD EPYC of the fourth generation (Zen 4, virtual), with
    ///
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5
    ///     mpirun -n 2 palindrome bench --set evolution.steps=5 --set box.mesh_factor=2
    public static let reference = KernelTimes(
        forward: .init(perParticle: 38e-9, perCell: 4e-9, perCellAndLevel: 0.3e-9),
        gradient: .init(perParticle: 100e-9, perCell: 12e-9, perCellAndLevel: 0.9e-9))
}
