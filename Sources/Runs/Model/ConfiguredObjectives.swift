internal import Configuration
internal import Dynamics
internal import Inference
internal import Mesh
internal import Observables
internal import Parallel
internal import Particles
internal import Storage

extension RunConfiguration {
    /// The scale factors at which the objectives look, increasing.
    var observedScaleFactors: [Double] { Set(objectives.map(\.a)).sorted() }

    /// Everything that was observed. Collective.
    ///
    /// - Parameter model: observes at ``observedScaleFactors``.
    /// - Precondition: there is an objective.
    /// - Throws: the same on all ranks when files cannot be read or hold no usable numbers.
    func jointLikelihood<Scalar: StorableScalar>(
        of model: ForwardModel<Scalar>
    ) throws -> JointLikelihood<Scalar> {
        try model.mesh.grid.phases.measure(.preparation) {
            JointLikelihood(try objectives.map { try $0.comparison(of: model) })
        }
    }

    /// What is done, stage by stage.
    ///
    /// - Precondition: there is an objective.
    var annealingStages: [AnnealingStage] {
        let haloes = objectives.lazy.compactMap(\.haloes).first
        return optimizer!.stages.map { stage in
            AnnealingStage(
                smoothing: stage.smoothing * simulationBox.cell, iterations: stage.iterations,
                tolerance: stage.tolerance,
                haloes: haloes.map {
                    HaloView(
                        softening: stage.softening ?? $0.softening, width: stage.width ?? $0.width)
                })
        }
    }

    /// Refuses stages that a likelihood cannot follow. Collective.
    ///
    /// - Throws: the same on all ranks when nothing is known of errors in the view of a stage.
    func requireViews<Scalar: StorableScalar>(of likelihood: JointLikelihood<Scalar>) throws {
        for case let view? in annealingStages.map(\.haloes) { try likelihood.look(through: view) }
    }

    /// Whether white noise is a unit normal.
    var whiteNoisePrior: WhiteNoisePrior { objectives.allSatisfy(\.prior) ? .unitNormal : .none }

    /// The parameters that are sought beside the modes.
    var parameterSpace: ParameterSpace { parameterSpace(of: reconstruct?.vary ?? []) }

    /// The space of some parameters beside the modes.
    func parameterSpace(of vary: [ReconstructSection.Varied]) -> ParameterSpace {
        ParameterSpace(
            vary.map { varied in
                let subject: SoughtParameter.Subject =
                    switch varied.subject {
                    case .cosmology(let parameter): .cosmology(parameter)
                    case .observation(let index): .observation(index)
                    }
                return SoughtParameter(
                    varied.name, of: subject, from: varied.start,
                    prior: varied.prior.map { .init(mean: $0.mean, sigma: $0.sigma) }, within: varied.bounds,
                    scale: varied.scale)
            }, own: objectives.ownParameters.map(\.value))
    }
}

/// Where names become types. To add an observable, a bias model or a likelihood: a type, its name in
/// `ObjectiveSection`, and a line here.
extension ObjectiveSection {
    /// The comparison that a section describes. Collective.
    ///
    /// - Throws: the same on all ranks when files cannot be read or hold no usable numbers.
    func comparison<Scalar: StorableScalar>(of model: ForwardModel<Scalar>) throws -> Comparison<Scalar> {
        let (transform, cell) = (model.layout.meshTransform, model.box.cell)
        if likelihood.isOfCounts { try requireBox(model.box.size, on: model.mesh.grid.world) }
        let comparison =
            switch kind {
            case .density where bias == .lagrangian:
                try onMesh(lagrangian(.real, of: model), of: model)
            case .redshiftSpaceDensity where bias == .lagrangian && axis != .radial:
                try onMesh(lagrangian(.axis(axis.number), of: model), of: model)
            case .density:
                try onMesh(MatterDensity(on: transform, cell: cell), of: model)
            case .redshiftSpaceDensity where axis == .radial:
                try fromObserver(of: model)
            case .redshiftSpaceDensity:
                try onMesh(
                    RedshiftSpaceDensity(along: axis.number, on: transform, cell: cell), of: model)
            case .momentumDensity:
                try onMesh(MomentumDensity(along: axis.number, on: transform, cell: cell), of: model)
            case .projectedDensity:
                try onPlane(of: model)
            case .haloes:
                try ofHaloes(haloes!, of: model)
            }
        comparison.smooth(by: smoothing)
        return comparison
    }

    /// A density as redshifts show it to an observer. Collective.
    private func fromObserver<Scalar: StorableScalar>(
        of model: ForwardModel<Scalar>
    ) throws -> Comparison<Scalar> {
        let observer = try observer(on: model.mesh.grid.world)
        let observable: any Observable<Scalar> =
            bias == .lagrangian
            ? lagrangian(.observer(observer), of: model)
            : RadialRedshiftSpaceDensity(
                from: observer, on: model.layout.meshTransform, cell: model.box.cell)
        return try onMesh(observable, of: model, from: observer)
    }

    /// Particles weighted by the linear density where they began; counts need weights that are positive.
    private func lagrangian<Scalar: StorableScalar>(
        _ sight: LagrangianTracerDensity<Scalar>.Sight, of model: ForwardModel<Scalar>
    ) -> LagrangianTracerDensity<Scalar> {
        LagrangianTracerDensity(
            biasCoefficients, likelihood == .gaussian ? .linear : .exponential, seen: sight,
            on: model.layout.meshTransform, cell: model.box.cell)
    }

    private func biasModel<Scalar: StorableScalar>(_: Scalar.Type) -> (any BiasModel<Scalar>)? {
        switch bias {
        case .none: nil
        case .powerLaw: PowerLawBias(amplitude: biasAmplitude, exponent: biasExponent)
        case .truncatedPowerLaw:
            TruncatedPowerLawBias(
                amplitude: biasAmplitude, exponent: biasExponent, threshold: biasThreshold,
                steepness: biasSteepness)
        case .lagrangian: AmplitudeBias(biasAmplitude, above: likelihood == .gaussian ? 0 : 0.01)
        }
    }

    private func makeLikelihood<Scalar: StorableScalar>(
        of data: consuming Cells<Scalar>, _ weights: consuming Cells<Scalar>?, on grid: CellGrid<Scalar>
    ) throws -> any Inference.Likelihood<Scalar> {
        let size: ErrorSize = errors == .known ? .known : .sought
        switch likelihood {
        case .gaussian:
            return try GaussianLikelihood(
                data: data, weights: weights, sigma: sigma, size, on: grid, named: name)
        case .logNormal:
            return try LogNormalLikelihood(
                data: data, weights: weights, (sigma, size), above: densityFloor, on: grid, named: name)
        case .poisson:
            return try PoissonLikelihood(
                counts: data, selection: weights, on: grid, named: name, selectedBy: weightsKey)
        case .negativeBinomial:
            return try NegativeBinomialLikelihood(
                counts: data, selection: weights, dispersion: dispersion, on: grid, named: name,
                selectedBy: weightsKey)
        case .patches:
            guard case .mesh(let transform, _) = grid else {
                preconditionFailure("patches were validated to be on a mesh")
            }
            return try PatchLikelihood(
                counts: data, selection: weights,
                patches: .mesh(try patchNumbers(over: transform.decomposition)),
                on: grid, named: name, selectedBy: weightsKey)
        }
    }

    /// The number of each cell's patch; without a file all are one. Collective.
    private func patchNumbers<Scalar: StorableScalar>(over cells: Decomposition) throws -> Field<Scalar> {
        if let patches { return try read(patches, over: cells) }
        var numbers = Field<Scalar>(cells, ghosts: .none, for: "patches")
        numbers.fill(with: 0)
        return numbers
    }

    /// A comparison of fields on the force mesh, or on one of its blocks. Collective.
    private func onMesh<Scalar: StorableScalar>(
        _ observable: any Observable<Scalar>, of model: ForwardModel<Scalar>,
        from observer: SIMD3<Double>? = nil
    ) throws -> Comparison<Scalar> {
        let seen = coarsen == 1 ? observable : try CellMeans(of: observable, over: coarsen)
        guard case .mesh(let transform, let cell) = seen.grid else {
            preconditionFailure("what lies on a mesh is observed on one")
        }
        let mesh = transform.decomposition
        var warnings = [sparsity(model.box, cells: mesh.pointCount)].compactMap(\.self)
        let data: Field<Scalar> = try read(self.data, over: mesh)
        var weights: Field<Scalar>?
        if let source = self.weights { weights = try read(source, over: mesh) }
        if let observer {
            guard weights != nil else { throw RadialPadding.missing("\(name).\(weightsKeyWanted)") }
            try RadialPadding.require(in: weights!, named: "\(name).\(weightsKey)")
            let middle = Double(coarsen - 1) / 2 * model.box.cell
            if let warning = RadialPadding.warning(
                in: weights!, beside: (observer - middle) / cell, named: "\(name).\(weightsKey)")
            {
                warnings.append(warning)
            }
        }
        var cells: Cells<Scalar>?
        if let found = weights.take() { cells = .mesh(found) }
        return Comparison(
            at: a, seen, bias: biasModel(Scalar.self),
            try makeLikelihood(of: .mesh(data), cells, on: seen.grid), warnings: warnings)
    }

    /// The key by which a selection should be given.
    private var weightsKeyWanted: String {
        weights == nil && likelihood.isOfCounts ? "selection" : weightsKey
    }

    /// A warning of counts in cells that hold few particles.
    private func sparsity(_ box: Box, cells: Int) -> String? {
        let (particles, least) = (box.particles.x * box.particles.y * box.particles.z, 8)
        guard likelihood.isOfCounts, particles < least * cells else { return nil }
        let share = Double(particles) / Double(cells)
        return
            "warning: \(name): a cell has \(share) particles on average; with fewer than \(least) many are empty where "
            + "objects were counted, and gradients are stiff; raise \(name).coarsen, or box.particles"
    }

    private func read<Scalar: StorableScalar>(
        _ source: Source, over mesh: Decomposition
    ) throws -> Field<Scalar> {
        guard case .dataset(let address) = source else {
            preconditionFailure("what lies on the mesh was validated to be a dataset")
        }
        let file = try InputFile(opening: address.file, over: mesh.grid.world)
        // What counts is decided by the weights.
        return try file.readField(
            at: address.dataset, over: mesh, ghosts: .none, for: "data", expecting: .any)
    }

    /// A comparison of pictures, of which data decide how many pixels there are. Collective.
    private func onPlane<Scalar: StorableScalar>(of model: ForwardModel<Scalar>) throws -> Comparison<Scalar>
    {
        let world = model.mesh.grid.world
        let picture = try PictureInput(data, ink: ink, on: world)
        let values = try world.agree { try self.data.normalised(picture.values) }
        var weights: Cells<Scalar>?
        if let source = self.weights {
            // A mask is bright where pixels count, whatever the ink.
            let found = try PictureInput(source, ink: .bright, on: world)
            guard found.shape == picture.shape else {
                throw UsageError(
                    "\(name).weights has \(found.shape.x) x \(found.shape.y) pixels; it must have those of "
                        + "\(name).data (\(picture.shape.x) x \(picture.shape.y))")
            }
            weights = .plane(found.values)
        }
        let observable = ProjectedDensity<Scalar>(
            on: PixelPlane(across: axis.number, shape: picture.shape), box: model.box.size)
        return Comparison(
            at: a, observable, bias: biasModel(Scalar.self),
            try makeLikelihood(of: .plane(values), weights, on: observable.grid))
    }
}

extension ObjectiveSection.Source {
    /// The grey of a picture brought to a mean of 1; a dataset as it stands.
    ///
    /// - Throws: `UsageError` when there is nothing to see.
    fileprivate func normalised(_ values: [Double]) throws(UsageError) -> [Double] {
        guard case .picture(let path) = self else { return values }
        let mean = values.reduce(0, +) / Double(values.count)
        guard values.contains(where: { $0 != values[0] }) else {
            throw UsageError("\(path): all pixels are the same; there must be something to see; use another")
        }
        return values.map { $0 / mean }
    }
}
