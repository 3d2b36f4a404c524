internal import Parallel

// Kicks and drifts may work with other momenta p′ than p = a² dx/dt: p = f p′ at one moment, f the same for all.

extension ParticleSet {
    /// Lets somebody look at the particles with units in which the momenta are f times as much.
    ///
    /// - Parameters:
    ///   - factor: f, so that the momenta seen are p = f p′.
    ///   - look: sees them; the integers are the same.
    public mutating func seen<Result>(
        withMomentaTimes factor: Double, by look: (borrowing ParticleSet) throws -> Result
    ) rethrows -> Result {
        let own = units
        units = own.multiplyingMomenta(by: factor)
        defer { units = own }
        return try look(self)
    }

    /// The same on the way back: who looks adds to the cotangents of what is seen.
    ///
    ///     p̄′ += f p̄,    f̄ = Σ p̄ · p′    of what is added
    ///
    /// Collective.
    ///
    /// - Parameters:
    ///   - factor: f, not 0.
    ///   - cotangents: of the particles as kicks and drifts have them.
    ///   - look: adds to cotangents of positions and of p.
    /// - Returns: f̄, the same bits on any ranks.
    /// - Throws: ``NotFiniteError`` on all ranks, and what `look` throws.
    public mutating func seen(
        withMomentaTimes factor: Double, carrying cotangents: inout CotangentSet<Scalar>,
        by look: (borrowing ParticleSet, inout CotangentSet<Scalar>) throws -> Void
    ) throws -> Double {
        // Those that are there already are expressed by p too, instead of being kept aside in arrays of their own.
        let before = try momentumProduct(with: cotangents)
        cotangents.multiplyMomenta(by: 1 / factor, count: count)
        try seen(withMomentaTimes: factor) { try look($0, &cotangents) }
        cotangents.multiplyMomenta(by: factor, count: count)
        return (try momentumProduct(with: cotangents) - before) / factor
    }

    /// `Σ p̄ · p`. Collective.
    private func momentumProduct(with cotangents: borrowing CotangentSet<Scalar>) throws -> Double {
        let kernels = Scalar._particleKernels
        let (momenta, bars) = unsafe (momentumStarts, cotangents.momentumStarts)
        let total = try Total(
            largest: unsafe kernels.largestDriftProduct(Int64(count), momenta, bars),
            named: "the derivative by a factor of momenta", over: grid.world
        ) { sum in
            unsafe sum.add { unsafe kernels.exactDriftProducts(Int64(count), momenta, bars, $0, $1) }
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
