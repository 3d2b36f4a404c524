/// What a rank computes with: the kernels that work on its large arrays, as values.
///
/// A grid of ranks holds one table and hands it to whoever asks for it by what he has at hand (a set of particles, a
/// field, a mesh), so that another processor needs another table, given to the grid when that is made, and nothing
/// else. A kernel is called once per array, never per particle or point.
///
/// - In it is what reads or writes arrays of as many elements as a rank has particles or points: deposits, kicks,
///   drifts and their adjoints, routing and ordering, resampling and short-range filters, exact sums, groups of
///   friends, networks.
/// - Not in it, and called by their C names: how much scratch a kernel wants and where a row of a rim begins, which
///   are arithmetic on a few integers; random numbers from a counter, which define a universe and are drawn once, row
///   by row; the logarithm and the exponential of one number. Nor are the transforms, which are FFTW's.
///
/// What a kernel takes are structs of CKernels, which the owners of the data make; its headers say what each must do.
/// Kernels of both precisions have one shape: a kernel knows what its arrays hold. Sums must be the same integers, or
/// runs lose their independence of ranks.
public struct KernelTable {
    /// Those that end in `_f32`.
    package var single: PrecisionKernels
    /// Those that end in `_f64`.
    package var double: PrecisionKernels
    /// Sums of numbers and of integers.
    package var sums: SumKernels
    /// Who goes where.
    package var order: OrderKernels
    /// Friends of friends.
    package var groups: GroupKernels
    /// Layers of networks, which are in double precision.
    package var networks: NetworkKernels

    /// The kernels of CSupport/CKernels: a table to start from when only some are others.
    public static var c: KernelTable {
        KernelTable(
            single: PrecisionKernels(particles: .f32, products: .f32, meshes: .f32, rows: .f32),
            double: PrecisionKernels(particles: .f64, products: .f64, meshes: .f64, rows: .f64),
            sums: .c, order: .c, groups: .c, networks: .c)
    }
}

/// The kernels of one precision.
public struct PrecisionKernels {
    /// State and cotangents of particles, and what they give to meshes and read there.
    package var particles: ParticleKernels
    /// Exact sums of products.
    package var products: ProductKernels
    /// From mesh to mesh.
    package var meshes: MeshKernels
    /// Rows of a field as networks read and write them.
    package var rows: RowKernels
}

/// A number that kernels come for: `Float` or `Double`.
public protocol KernelScalar: BitwiseCopyable {
    /// Its own in a table.
    static func kernels(in table: KernelTable) -> PrecisionKernels
}

extension Float: KernelScalar {
    /// Those of single precision.
    public static func kernels(in table: KernelTable) -> PrecisionKernels { table.single }
}

extension Double: KernelScalar {
    /// Those of double precision.
    public static func kernels(in table: KernelTable) -> PrecisionKernels { table.double }
}
