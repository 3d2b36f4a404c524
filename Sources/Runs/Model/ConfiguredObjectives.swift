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
        JointLikelihood(try objectives.map { try $0.comparison(of: model) })
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
        let comparison =
            switch kind {
            case .density:
                try onMesh(MatterDensity(on: transform, cell: cell), of: model)
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

    private func biasModel<Scalar: StorableScalar>(_: Scalar.Type) -> (any BiasModel<Scalar>)? {
        switch bias {
        case .none: nil
        case .powerLaw: PowerLawBias(amplitude: biasAmplitude, exponent: biasExponent)
        }
    }

    private func makeLikelihood<Scalar: StorableScalar>(
        of data: consuming Cells<Scalar>, _ weights: consuming Cells<Scalar>?, on grid: CellGrid<Scalar>
    ) throws -> any Inference.Likelihood<Scalar> {
        switch likelihood {
        case .gaussian:
            try GaussianLikelihood(data: data, weights: weights, sigma: sigma, on: grid, named: name)
        case .poisson:
            try PoissonLikelihood(counts: data, selection: weights, on: grid, named: name)
        case .logNormal:
            preconditionFailure("masses of haloes have a comparison of their own")
        }
    }

    /// A comparison of fields on the force mesh. Collective.
    private func onMesh<Scalar: StorableScalar>(
        _ observable: any Observable<Scalar>, of model: ForwardModel<Scalar>
    ) throws -> Comparison<Scalar> {
        let data = Cells.mesh(try read(data, over: model.mesh) as Field<Scalar>)
        var weights: Cells<Scalar>?
        if let source = self.weights { weights = .mesh(try read(source, over: model.mesh)) }
        return Comparison(
            at: a, observable, bias: biasModel(Scalar.self),
            try makeLikelihood(of: data, weights, on: observable.grid))
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
