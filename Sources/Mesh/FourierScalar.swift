internal import CFourier

/// The scalars that have a Fourier transform: `Float` and `Double`.
public protocol FourierScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
    /// The C functions of this precision.
    static var _fourierKernels: _FourierKernels<Self> { get }
}

/// The C functions of one precision.
@safe public struct _FourierKernels<Scalar> {
    typealias Layout = palindrome_sweep_layout
    typealias Source = UnsafePointer<Scalar>
    typealias Target = UnsafeMutablePointer<Scalar>

    let create: (Int64, Int64, Int64) -> OpaquePointer?
    let destroy: (OpaquePointer?) -> Void
    let forwardZ: (OpaquePointer?, Layout, Source?, Int64, Int64, Target?) -> Void
    let forwardY: (OpaquePointer?, Layout, Source?, Target?) -> Void
    let forwardX: (OpaquePointer?, Layout, Source?, Target?) -> Void
    let filterX: (OpaquePointer?, Layout, palindrome_multiplier, Target?) -> Void
    let inverseX: (OpaquePointer?, Layout, Source?, Target?) -> Void
    let inverseY: (OpaquePointer?, Layout, Source?, Target?) -> Void
    let inverseZ: (OpaquePointer?, Layout, Source?, Double, Target?, Int64, Int64) -> Void
    let multiply: (Layout, palindrome_multiplier, Target?) -> Void
    let createExchange: (Int32, Int32, Int64, Target?, Target?) -> OpaquePointer?
    let exchange: (OpaquePointer?, Target?, Target?) -> Void
    let destroyExchange: (OpaquePointer?) -> Void
}

extension Float: FourierScalar {
    /// The C functions of single precision.
    public static var _fourierKernels: _FourierKernels<Float> {
        unsafe _FourierKernels(
            create: palindrome_sweeps_create_f32, destroy: palindrome_sweeps_destroy_f32,
            forwardZ: palindrome_forward_z_f32, forwardY: palindrome_forward_y_f32,
            forwardX: palindrome_forward_x_f32, filterX: palindrome_filter_x_f32,
            inverseX: palindrome_inverse_x_f32, inverseY: palindrome_inverse_y_f32,
            inverseZ: palindrome_inverse_z_f32, multiply: palindrome_multiply_f32,
            createExchange: palindrome_exchange_create_f32, exchange: palindrome_exchange_execute_f32,
            destroyExchange: palindrome_exchange_destroy_f32)
    }
}

extension Double: FourierScalar {
    /// The C functions of double precision.
    public static var _fourierKernels: _FourierKernels<Double> {
        unsafe _FourierKernels(
            create: palindrome_sweeps_create_f64, destroy: palindrome_sweeps_destroy_f64,
            forwardZ: palindrome_forward_z_f64, forwardY: palindrome_forward_y_f64,
            forwardX: palindrome_forward_x_f64, filterX: palindrome_filter_x_f64,
            inverseX: palindrome_inverse_x_f64, inverseY: palindrome_inverse_y_f64,
            inverseZ: palindrome_inverse_z_f64, multiply: palindrome_multiply_f64,
            createExchange: palindrome_exchange_create_f64, exchange: palindrome_exchange_execute_f64,
            destroyExchange: palindrome_exchange_destroy_f64)
    }
}
