public import Numerics

/// Each function is its value and its slope; `chain` does the rest.
extension Dual: ElementaryFunctions {
    /// e^x.
    public static func exp(_ x: Dual) -> Dual {
        let value = Double.exp(x.value)
        return chain(value, slope: value, x)
    }

    /// e^x − 1.
    public static func expMinusOne(_ x: Dual) -> Dual {
        chain(Double.expMinusOne(x.value), slope: Double.exp(x.value), x)
    }

    /// Hyperbolic cosine.
    public static func cosh(_ x: Dual) -> Dual { chain(Double.cosh(x.value), slope: Double.sinh(x.value), x) }

    /// Hyperbolic sine.
    public static func sinh(_ x: Dual) -> Dual { chain(Double.sinh(x.value), slope: Double.cosh(x.value), x) }

    /// Hyperbolic tangent; slope 1 − tanh².
    public static func tanh(_ x: Dual) -> Dual {
        let value = Double.tanh(x.value)
        return chain(value, slope: (1 - value) * (1 + value), x)
    }

    /// Cosine.
    public static func cos(_ x: Dual) -> Dual { chain(Double.cos(x.value), slope: -Double.sin(x.value), x) }

    /// Sine.
    public static func sin(_ x: Dual) -> Dual { chain(Double.sin(x.value), slope: Double.cos(x.value), x) }

    /// Tangent; slope 1 + tan².
    public static func tan(_ x: Dual) -> Dual {
        let value = Double.tan(x.value)
        return chain(value, slope: 1 + value * value, x)
    }

    /// Natural logarithm.
    public static func log(_ x: Dual) -> Dual { chain(Double.log(x.value), slope: 1 / x.value, x) }

    /// ln(1 + x).
    public static func log(onePlus x: Dual) -> Dual {
        chain(Double.log(onePlus: x.value), slope: 1 / (1 + x.value), x)
    }

    /// Inverse hyperbolic cosine.
    public static func acosh(_ x: Dual) -> Dual {
        chain(Double.acosh(x.value), slope: 1 / Double.sqrt((x.value - 1) * (x.value + 1)), x)
    }

    /// Inverse hyperbolic sine.
    public static func asinh(_ x: Dual) -> Dual {
        chain(Double.asinh(x.value), slope: 1 / Double.sqrt(1 + x.value * x.value), x)
    }

    /// Inverse hyperbolic tangent.
    public static func atanh(_ x: Dual) -> Dual {
        chain(Double.atanh(x.value), slope: 1 / ((1 - x.value) * (1 + x.value)), x)
    }

    /// Inverse cosine.
    public static func acos(_ x: Dual) -> Dual {
        chain(Double.acos(x.value), slope: -1 / Double.sqrt((1 - x.value) * (1 + x.value)), x)
    }

    /// Inverse sine.
    public static func asin(_ x: Dual) -> Dual {
        chain(Double.asin(x.value), slope: 1 / Double.sqrt((1 - x.value) * (1 + x.value)), x)
    }

    /// Inverse tangent.
    public static func atan(_ x: Dual) -> Dual {
        chain(Double.atan(x.value), slope: 1 / (1 + x.value * x.value), x)
    }

    /// x^y for x > 0; d(x^y) = x^y (y dx / x + ln x dy).
    public static func pow(_ x: Dual, _ y: Dual) -> Dual {
        let value = Double.pow(x.value, y.value)
        return chain(value, value * y.value / x.value, x, value * Double.log(x.value), y)
    }

    /// x^n.
    public static func pow(_ x: Dual, _ n: Int) -> Dual {
        let slope = n == 0 ? 0 : Double(n) * Double.pow(x.value, n - 1)
        return chain(Double.pow(x.value, n), slope: slope, x)
    }

    /// Square root.
    public static func sqrt(_ x: Dual) -> Dual {
        let value = Double.sqrt(x.value)
        return chain(value, slope: 0.5 / value, x)
    }

    /// The n-th root.
    public static func root(_ x: Dual, _ n: Int) -> Dual {
        let value = Double.root(x.value, n)
        return chain(value, slope: value / (Double(n) * x.value), x)
    }
}
