internal import Measurement
public import Mesh
internal import Parallel

/// Where a chain is, between two iterations: everything that the next one depends on, and what it left behind.
public struct MarkovChainState<Scalar: FourierScalar>: ~Copyable {
    /// The point.
    public internal(set) var chain: ChainState<Scalar>
    /// Step and mass.
    public internal(set) var tuning: SamplerTuning<Scalar>
    /// The search for the step.
    public internal(set) var search: StepSearch
    /// The window of the warm-up at hand.
    public internal(set) var window: ModeSpread<Scalar>?
    /// The course so far.
    public internal(set) var history: ChainHistory
    /// Of the white noise since the warm-up.
    public internal(set) var moments: RunningMoments

    /// A state that was kept.
    public init(
        _ chain: consuming ChainState<Scalar>, _ tuning: SamplerTuning<Scalar>, _ search: StepSearch,
        window: consuming ModeSpread<Scalar>?, _ history: ChainHistory, moments: consuming RunningMoments
    ) {
        self.tuning = tuning
        self.search = search
        self.history = history
        self.chain = chain
        self.window = window
        self.moments = moments
    }
}

/// A chain: a sampler, the search for its step and mass in a warm-up, and a record of its course.
///
/// The same bits on any ranks, and whether it was interrupted or not.
public struct MarkovChain<Scalar: FourierScalar> {
    /// What a chain does beside its sampler.
    public struct Settings: Sendable, Equatable {
        /// Iterations of the warm-up.
        public var warmUp: Int
        /// A fixed step, with which nothing adapts; found if nil.
        public var step: Double?
        /// A fixed length; the sampler's usual one if nil.
        public var length: Double?
        /// Whether the mass is measured.
        public var mass: Mass
        /// Where the chain begins.
        public var beginning: Beginning

        /// Where the mass comes from.
        public enum Mass: Sendable, Equatable {
            /// Probed at the start and measured in the warm-up.
            case measured
            /// 1.
            case identity
        }

        /// Settings.
        public init(
            warmUp: Int, step: Double? = nil, length: Double? = nil, mass: Mass = .measured,
            beginning: Beginning = .mode
        ) {
            self.warmUp = warmUp
            self.step = step
            self.length = length
            self.mass = mass
            self.beginning = beginning
        }
    }

    /// How far the first point is from the one that is given.
    public enum Beginning: Sendable {
        /// It is a draw from the prior, and taken as it is.
        case draw
        /// It is a draw from the prior, which data may make a very improbable one: so steep is the posterior there that
        /// trajectories would need hundreds of steps, and so far the way that a warm-up would not be enough. The chain
        /// goes downhill first, and then begins as near a mode.
        case descent
        /// It is near the most probable one: `F⁻¹C^(−½)F w` is added.
        case mode
    }

    private let sampler: any Sampler
    private let settings: Settings
    private let random: ChainRandom
    private let transform: FourierTransform<Scalar>
    private let space: ParameterSpace
    private let sample: ModeSample
    private var warmUp: WarmUp { WarmUp(iterations: settings.warmUp) }

    /// A chain.
    ///
    /// - Parameters:
    ///   - sampler: the method.
    ///   - settings: beside it.
    ///   - random: its numbers.
    ///   - space: the parameters beside the modes.
    ///   - transform: on the particle grid.
    public init(
        by sampler: any Sampler, _ settings: Settings, drawing random: ChainRandom,
        over space: ParameterSpace, _ transform: FourierTransform<Scalar>
    ) {
        self.sampler = sampler
        self.settings = settings
        self.random = random
        self.space = space
        self.transform = transform
        sample = ModeSample(of: transform.decomposition.shape)
    }

    /// The start of the chain. Collective.
    ///
    /// - Parameters:
    ///   - given: a point; see ``Beginning``.
    ///   - density: what is sampled.
    ///   - isStopRequested: asked after each gradient; the same on all ranks.
    /// - Returns: nil where there is no finite loss, or no room on the lattice.
    /// - Throws: ``StopRequest``, `UsageError` when the mass is not finite, and what the density throws; the same on all
    ///   ranks.
    public func start(
        at given: consuming ParameterVector<Scalar>, on density: any SampledDensity<Scalar>,
        stoppingWhen isStopRequested: @escaping () -> Bool = { false }
    ) throws -> MarkovChainState<Scalar>? {
        let density = InterruptibleDensity(density, stoppingWhen: isStopRequested)
        var point = given
        if settings.beginning == .descent {
            guard let below = try Descent(on: transform).from(point, density) else { return nil }
            point = below
        }
        guard let here = try density.evaluate(at: point) else { return nil }
        let mass = try mass(at: point, here, density)
        guard let chain = try firstPoint(from: point, mass, density) else { return nil }
        let dimensions = chain.point.count
        let search = sampler.stepSearch(dimensions: dimensions)
        return MarkovChainState(
            chain,
            SamplerTuning(
                step: settings.step ?? search.step,
                length: settings.length ?? sampler.usualLength(dimensions: dimensions), mass: mass),
            search, window: nil,
            ChainHistory(parameters: space.parameters.map(\.name) + density.leftOutParameters, sample),
            moments: RunningMoments(over: transform.decomposition))
    }

    private func mass(
        at point: borrowing ParameterVector<Scalar>, _ evaluation: borrowing Evaluation<Scalar>,
        _ density: some SampledDensity<Scalar>
    ) throws -> Preconditioner<Scalar> {
        guard settings.mass == .measured else {
            return Preconditioner(
                curvatures: [1], parameterCurvatures: point.parameters.map { _ in 1 }, transform)
        }
        let found: Preconditioner<Scalar>
        do {
            found = try Preconditioner.measured(at: point, evaluation, transform) {
                try density.evaluate(at: $0)
            }
        } catch is NotFiniteError {
            throw Self.massIsNotFinite
        }
        guard (found.curvatures + found.parameterCurvatures).allSatisfy(\.isFinite) else {
            throw Self.massIsNotFinite
        }
        return found
    }

    private static var massIsNotFinite: UsageError {
        UsageError(
            "sampler.mass: the curvature of the posterior at the start is not finite; it must be, to be measured; "
                + "check objective.data and objective.sigma, or use mass: identity")
    }

    /// The first point, nearer to the given one by halves while there is no loss where it should be.
    private func firstPoint(
        from point: borrowing ParameterVector<Scalar>, _ mass: Preconditioner<Scalar>,
        _ density: some SampledDensity<Scalar>
    ) throws -> ChainState<Scalar>? {
        let normals: ParameterVector<Scalar> = random.normals(
            .start, at: 0, over: transform.decomposition, parameters: point.parameters.count)
        let scatter = mass.apply(.inverseSquareRoot, to: normals)
        for share in settings.beginning == .draw ? [0] : [1, 0.5, 0.25, 0.125, 0] {
            var place = point.copy()
            place.add(scatter, times: share)
            if let state = try chainState(at: place, density) { return state }
        }
        return nil
    }

    private func chainState(
        at point: borrowing ParameterVector<Scalar>, _ density: some SampledDensity<Scalar>
    ) throws -> ChainState<Scalar>? {
        guard sampler.usesLattice else {
            guard let evaluation = try density.evaluate(at: point) else { return nil }
            return ChainState(at: point.copy(), evaluation)
        }
        guard let lattice = LatticeVector.position(nearest: point) else { return nil }
        let place = lattice.numbers()
        guard let evaluation = try density.evaluate(at: place) else { return nil }
        return ChainState(at: place, lattice: lattice, evaluation)
    }

    /// One iteration. Collective.
    ///
    /// - Parameters:
    ///   - state: where the chain is; as it was when this throws.
    ///   - density: what is sampled.
    ///   - isStopRequested: asked after each gradient; the same on all ranks.
    /// - Throws: ``StopRequest``, what the density throws and `NotFiniteError`; the same on all ranks.
    public func advance(
        _ state: inout MarkovChainState<Scalar>, on density: any SampledDensity<Scalar>,
        stoppingWhen isStopRequested: @escaping () -> Bool = { false }
    ) throws {
        let density = InterruptibleDensity(density, stoppingWhen: isStopRequested)
        let step = state.tuning.step
        var tuning = state.tuning
        if settings.step == nil && warmUp.contains(state.chain.iteration) {
            tuning.mostError = state.search.mostError
        }
        let draw = try sampler.draw(&state.chain, tuning, random, from: density)
        state.chain.iteration += 1
        let row = ChainHistory.Row(
            draw: draw, logProbability: -state.chain.evaluation.value, step: step,
            parameters: space.values(at: state.chain.point.parameters)
                + draws(of: state.chain.evaluation.leftOut, at: state.chain.iteration))
        state.history.add(
            row, sample.amplitudes(of: transform.forward(keeping: state.chain.point.noise)))
        if warmUp.contains(state.chain.iteration - 1) {
            try adapt(&state, draw)
        } else {
            state.moments.add(state.chain.point.noise)
        }
    }
}

extension MarkovChain {
    /// Of factors that the posterior is integrated over.
    private func draws(of factors: [LeftOutFactor], at iteration: Int) -> [Double] {
        let seed = random.key(.leftOut, at: iteration)
        return factors.enumerated().map { $1.draw(seed: seed, element: $0) }
    }

    /// Looks at the point again: the density is not what it was. Collective.
    ///
    /// - Throws: what the density throws, and `NotFiniteError` where the point has no place in it any more.
    public func renew(
        _ state: inout MarkovChainState<Scalar>, on density: some SampledDensity<Scalar>
    ) throws {
        guard let evaluation = try density.evaluate(at: state.chain.point) else {
            throw NotFiniteError(quantity: "the posterior at the point of a chain")
        }
        state.chain.evaluation = evaluation
    }

    /// What the warm-up does after an iteration.
    private func adapt(_ state: inout MarkovChainState<Scalar>, _ draw: Draw) throws {
        guard settings.step == nil else { return }
        state.search.learn(from: draw)
        state.tuning.step = state.search.step
        if settings.mass == .measured, state.window != nil {
            try state.window?.add(state.chain.point, transform)
        }
        switch warmUp.event(after: state.chain.iteration) {
        case .windowBegins:
            state.window = ModeSpread(from: state.chain.point)
            state.search = state.search.restarted(isLate: false)
            state.tuning.step = state.search.step
        case .windowEnds:
            try useWindow(&state)
            state.window = ModeSpread(from: state.chain.point)
        case .lastWindowEnds:
            try useWindow(&state)
            measureLength(&state)
            state.window = nil
        case .ends:
            state.tuning.step = state.search.settled
            state.window = nil
        case nil: break
        }
    }

    /// Draws that a shell or a parameter must be worth in a window, for its spread to be used.
    private static var leastDraws: Double { 10 }

    /// Draws of a window that bounds C; fewer may be those of a chain that is still on its way down.
    private static var leastWindow: Int { 20 }

    /// The mass of a window that ends.
    ///
    /// A window that is too short for a shell sees less than its spread: 1/variance is then an upper bound of C, and taken, of
    /// ``leastWindow`` draws or more, if it is below what was thought before. The probe at the start is a row norm, far above the curvature of long waves that
    /// a mask hides half of; they would move so slowly under it that no window were ever long enough to find out. A parameter that
    /// is still on its way from where it was begun spreads about that way.
    private func useWindow(_ state: inout MarkovChainState<Scalar>) throws {
        if settings.mass == .measured, let window = state.window.take() {
            let variances = try window.variances(transform)
            let rows = state.history.rows.count
            let range = rows - (window.count - 1)..<rows
            state.tuning.mass = mass(variances, over: range, state.history, state.tuning.mass)
        }
        state.search = state.search.restarted(isLate: true)
        state.tuning.step = state.search.step
    }

    private func mass(
        _ variances: [Double], over range: Range<Int>, _ history: ChainHistory,
        _ known: Preconditioner<Scalar>
    ) -> Preconditioner<Scalar> {
        let count = space.parameters.count
        let isBound = range.count >= Self.leastWindow
        func isKnown(_ series: [[Double]]) -> Bool {
            guard let time = ChainStatistics.autocorrelationTime(of: series) else { return false }
            return Double(range.count) / max(1, time) >= Self.leastDraws
        }
        let shells = variances.dropLast(count).enumerated().map { index, variance -> Double in
            let earlier = known.curvatures[min(index + 1, known.curvatures.count - 1)]
            guard variance > 0 else { return earlier }
            let isUsed = isKnown(history.series(ofShell: index + 1, in: range))
            return max(1, isUsed ? 1 / variance : isBound ? min(earlier, 1 / variance) : earlier)
        }
        let parameters = variances.suffix(count).enumerated().map { index, variance -> Double in
            let earlier = known.parameterCurvatures[index]
            guard variance > 0 else { return earlier }
            let isUsed = isKnown([history.series(ofParameter: index, in: range)])
            if isUsed { return 1 / variance }
            let spread = ChainStatistics.scatterAboutLine(of: history.series(ofParameter: index, in: range))
            let scale = space.parameters[index].scale
            return isBound && spread > 0 ? min(earlier, scale * scale / spread) : earlier
        }
        return Preconditioner(curvatures: [1] + shells, parameterCurvatures: parameters, transform)
    }

    /// L = 0.4 ε τ, τ the mean over shells of the steps between independent points.
    private func measureLength(_ state: inout MarkovChainState<Scalar>) {
        guard sampler.measuresLength, settings.length == nil else { return }
        let rows = state.history.rows.count
        let range = warmUp.iterations * 3 / 8..<rows
        let times = Set(sample.shells).sorted().compactMap {
            ChainStatistics.autocorrelationTime(of: state.history.series(ofShell: $0, in: range))
        }
        guard !times.isEmpty else { return }
        let mean = times.reduce(0, +) / Double(times.count)
        state.tuning.length = max(state.search.settled, 0.4 * state.search.settled * mean)
    }
}
