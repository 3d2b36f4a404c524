extension Double {
    /// 2^exponent, exact; 0 or infinity beyond the range of exponents.
    @inlinable
    public static func powerOfTwo(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
    }
}
