internal import CKernels
internal import Parallel

// Kicks and drifts may work with other momenta p′ than p = a² dx/dt: p = f p′ at one moment, f the same for all.

extension ParticleSet {
    /// Lets somebody look at the particles with units in which the momenta are f times as much.
    ///
    /// - Parameters:
    ///   - factor: f, so that the momenta seen are p = f p′.
    ///   - look: sees them; the integers are the same.
    public mutating func seen<Result: ~Copyable>(
        withMomentaTimes factor: Double, by look: (inout ParticleSet) throws -> Result
    ) rethrows -> Result {
        let own = units
        units = own.multiplyingMomenta(by: factor)
        defer { units = own }
        return try look(&self)
    }

    // On the way back who looks adds to the cotangents of p:
    //
    //     p̄′ += f p̄,    f̄ = Σ p̄ · p′    of what is added
    //
    // Those that are there already are expressed by p meanwhile, instead of being kept aside in arrays of their own.

    /// Expresses the cotangents of p′ as those of p = f p′. Collective.
    ///
    /// - Parameter factor: f, not 0.
    /// - Returns: what ``expressBack(_:fromMomentaTimes:since:)`` needs to know.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public func express(
        _ cotangents: inout CotangentSet<Scalar>, byMomentaTimes factor: Double
    ) throws -> Double {
        let product = try momentumProduct(with: cotangents)
        cotangents.multiplyMomenta(by: 1 / factor, count: count)
        return product
    }

    /// Expresses the cotangents of p as those of p′ again. Collective.
    ///
    /// - Returns: f̄ of what was added in between, the same bits on any ranks.
    /// - Throws: ``NotFiniteError`` on all ranks.
    public func expressBack(
        _ cotangents: inout CotangentSet<Scalar>, fromMomentaTimes factor: Double, since before: Double
    ) throws -> Double {
        cotangents.multiplyMomenta(by: factor, count: count)
        return (try momentumProduct(with: cotangents) - before) / factor
    }

    /// `Σ p̄ · p`. Collective.
    private func momentumProduct(with cotangents: borrowing CotangentSet<Scalar>) throws -> Double {
        let kernels = kernels
        let (particles, bars) = (forKernel, cotangents.forKernel.momentum)
        let total = try Total(
            largest: kernels.largestMomentumProduct(particles, bars),
            named: "the derivative by a factor of momenta", over: grid
        ) { sum in
            unsafe sum.add { unsafe kernels.exactMomentumProducts(particles, bars, [$0.0, $0.1], $1) }
        }
        return total.sum * units.momentum
    }
}

extension CotangentSet {
    /// Multiplies those of momenta by a number, in double, rounded once.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    fileprivate mutating func multiplyMomenta(by factor: Double, count: Int) {
        for axis in 0..<3 {
            var values = momentum[axis].mutableSpan
            for slot in 0..<count { values[slot] = Scalar(Double(values[slot]) * factor) }
        }
    }
}
