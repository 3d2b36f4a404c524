public import Observables
public import Parallel
public import Storage

/// Two trained networks in a file.
///
/// Root: `format`, R1, R2, smoothing, cell [Mpc/h], mesh_factor, scale_factor, number_density, assignment, and the orders
/// of features and neighbours. `/position` and `/mass`: input_mean, input_std, output_mean, output_std and
/// `/layers/0/weight` `[out][in]`, `bias` …; the attribute `activation` of a weight. `/noise/M0_0` …: the
/// residuals, see ``HaloResidual``, with M0 and width as attributes of `edges`.
public enum NetworkFile {
    /// What its attribute `format` says.
    public static let format = "palindrome-bias-network 1"
    /// How masses are put on cells.
    public static let assignment = "cloud-in-cell"
    private static let features = "d, d_R1, d_R1 - d_R2"
    private static let neighbours = "[feature][x][y][z], offsets -1, 0, 1"
    /// More layers than any network here has, and more units than a layer.
    private static let (mostLayers, mostUnits) = (16, 4096)

    /// Adds networks to a file. Collective.
    public static func write(_ networks: HaloNetworks, to file: inout OutputFile) throws(StorageError) {
        file.set("format", to: .text(format))
        file.set("R1", to: .real(networks.radii.x))
        file.set("R2", to: .real(networks.radii.y))
        file.set("smoothing", to: .real(networks.smoothing))
        file.set("cell", to: .real(networks.cell))
        file.set("mesh_factor", to: .real(networks.meshFactor))
        file.set("scale_factor", to: .real(networks.scaleFactor))
        file.set("number_density", to: .real(networks.numberDensity))
        file.set("assignment", to: .text(assignment))
        file.set("features", to: .text(features))
        file.set("neighbours", to: .text(neighbours))
        try write(networks.position, in: "/position", units: "1", to: &file)
        try write(networks.mass, in: "/mass", units: "1e10 Msun/h", to: &file)
        for (number, residual) in networks.residuals.enumerated() {
            try write(residual, in: "/noise/M0_\(number)", to: &file)
        }
    }

    private static func write(
        _ network: DenseNetwork, in group: String, units: String, to file: inout OutputFile
    ) throws(StorageError) {
        for (name, values, units) in [
            ("input_mean", network.inputMean, "1"), ("input_std", network.inputDeviation, "1"),
            ("output_mean", [network.outputMean], units), ("output_std", [network.outputDeviation], units),
        ] {
            try file.write(
                values, at: "\(group)/\(name)", labels: Labels(units: units, description: "standardisation"))
        }
        for (number, layer) in network.layers.enumerated() {
            try file.write(
                layer.weights, shape: [layer.outputs, layer.inputs], at: "\(group)/layers/\(number)/weight",
                labels: Labels(
                    units: "1", description: "[out][in]",
                    more: ["activation": .text(layer.activation.rawValue)]))
            try file.write(
                layer.biases, at: "\(group)/layers/\(number)/bias",
                labels: Labels(units: "1", description: "[out]"))
        }
    }

    private static func write(
        _ residual: HaloResidual, in group: String, to file: inout OutputFile
    ) throws(StorageError) {
        for (name, values, units, description) in [
            ("edges", residual.edges, "1e10 Msun/h", "of bins of the smoothed mass of the data"),
            ("mean", residual.mean, "1", "of ln(M_data + M0) - ln(M_model + M0) in each bin"),
            ("sigma", residual.sigma, "1", "its standard deviation"),
            ("power_k", residual.wavenumbers, "h/Mpc", "of the shells"),
            ("power", residual.powers, "1", "of (difference - mean)/sigma, 1 for independent cells"),
        ] {
            try file.write(
                values, at: "\(group)/\(name)",
                labels: Labels(
                    units: units, description: description,
                    more: name == "edges"
                        ? ["M0": .real(residual.softening), "width": .real(residual.width)] : [:]))
        }
    }

    /// Reads networks. Collective.
    ///
    /// - Throws: on all ranks when it is no such file, damaged, or its numbers do not make networks.
    public static func read(_ path: String, over world: Communicator) throws -> HaloNetworks {
        let file = try InputFile(opening: path, over: world)
        guard try file.attribute("format")?.text == format else {
            throw StorageError(
                .otherFormat, fault: .user,
                "\(path): is no network of haloes (its format is not '\(format)'); give a file that "
                    + "`palindrome train` wrote")
        }
        func number(_ name: String) throws(StorageError) -> Double {
            guard let value = try file.attribute(name)?.real, value.isFinite, value > 0 else {
                throw fault(file, "its \(name) is missing or not a positive number")
            }
            return value
        }
        guard try file.attribute("assignment")?.text == assignment else {
            throw fault(file, "its assignment is not \(assignment), the only one here")
        }
        for (name, wanted) in [("features", features), ("neighbours", neighbours)]
        where try file.attribute(name)?.text != wanted {
            throw fault(file, "its \(name) are not '\(wanted)'")
        }
        let position = try network("/position", inputs: 81, in: file)
        let mass = try network("/mass", inputs: 3, in: file)
        var networks = HaloNetworks(
            position: position, mass: mass, radii: [try number("R1"), try number("R2")],
            smoothing: try number("smoothing"), cell: try number("cell"),
            meshFactor: try number("mesh_factor"), scaleFactor: try number("scale_factor"),
            numberDensity: try number("number_density"))
        let groups = try file.groups()
        var number = 0
        while groups.contains("/noise/M0_\(number)") {
            networks.residuals.append(try residual("/noise/M0_\(number)", in: file))
            number += 1
        }
        return networks
    }

    private static func network(
        _ group: String, inputs: Int, in file: borrowing InputFile
    ) throws -> DenseNetwork {
        func values(_ name: String, _ count: Int) throws -> [Double] {
            let found = try file.dataset("\(group)/\(name)")
            guard found.count == count else {
                throw fault(file, "\(group)/\(name) holds \(found.count) numbers where \(count) are due")
            }
            return try file.readArray(at: "\(group)/\(name)")
        }
        var layers: [DenseNetwork.Layer] = []
        var units = inputs
        while try file.describe("\(group)/layers/\(layers.count)/weight") != nil {
            let name = "\(group)/layers/\(layers.count)/weight"
            let shape = try file.dataset(name).shape
            guard shape.count == 2, shape[1] == units, (1...mostUnits).contains(shape[0]),
                layers.count < mostLayers
            else {
                throw fault(
                    file,
                    "\(name) has the shape \(shape), which does not follow the \(units) numbers before it")
            }
            let word = try file.attribute("activation", of: name)?.text ?? ""
            guard let activation = DenseNetwork.Activation(rawValue: word) else {
                throw fault(
                    file,
                    "\(name) has no activation that is known here ("
                        + DenseNetwork.Activation.allCases.map(\.rawValue).joined(separator: ", ") + ")")
            }
            layers.append(
                DenseNetwork.Layer(
                    inputs: units, outputs: shape[0], weights: try file.readArray(at: name),
                    biases: try values("layers/\(layers.count)/bias", shape[0]), activation))
            units = shape[0]
        }
        guard units == 1, !layers.isEmpty else {
            throw fault(file, "\(group) ends in \(layers.isEmpty ? 0 : units) numbers; it must end in one")
        }
        let deviations = try values("input_std", inputs)
        guard deviations.allSatisfy({ $0 > 0 }) else {
            throw fault(file, "\(group)/input_std holds numbers that are not above 0")
        }
        return DenseNetwork(
            layers: layers, inputMean: try values("input_mean", inputs), inputDeviation: deviations,
            outputMean: try values("output_mean", 1)[0], outputDeviation: try values("output_std", 1)[0])
    }

    private static func residual(_ group: String, in file: borrowing InputFile) throws -> HaloResidual {
        func values(_ name: String) throws(StorageError) -> [Double] {
            try file.readArray(at: "\(group)/\(name)")
        }
        let (edges, mean, sigma) = (try values("edges"), try values("mean"), try values("sigma"))
        let (k, power) = (try values("power_k"), try values("power"))
        guard let softening = try file.attribute("M0", of: "\(group)/edges")?.real, softening > 0,
            let width = try file.attribute("width", of: "\(group)/edges")?.real, width > 0,
            mean.count == edges.count + 1, sigma.count == mean.count, sigma.allSatisfy({ $0 > 0 }),
            !k.isEmpty, k.count == power.count, power.allSatisfy({ $0 > 0 }),
            zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }),
            zip(k, k.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw fault(file, "\(group) holds no statistics of residuals") }
        return HaloResidual(
            softening: softening, width: width, edges: edges, mean: mean, sigma: sigma, wavenumbers: k,
            powers: power)
    }

    private static func fault(_ file: borrowing InputFile, _ what: String) -> StorageError {
        StorageError(.unreadable, fault: .user, "\(file.path): \(what); train it anew, or use another copy")
    }
}

extension HaloNetworks {
    /// Refuses a run that networks were not made for.
    ///
    /// - Parameters:
    ///   - key: that names them.
    ///   - path: their file.
    public func require(
        cell: Double, meshFactor: Double, scaleFactor: Double, key: String, path: String
    ) throws(UsageError) {
        func require(_ name: String, _ own: Double, _ run: Double, _ remedy: String) throws(UsageError) {
            guard abs(own - run) > 1e-6 * abs(own) else { return }
            throw UsageError(
                "\(key): \(path) was trained with \(name) \(own), and this run has \(run); \(remedy), or train "
                    + "networks for it")
        }
        try require("a mesh cell [Mpc/h] of", self.cell, cell, "change box.spacing")
        try require("box.mesh_factor", self.meshFactor, meshFactor, "change box.mesh_factor")
        try require(
            "a scale factor of", self.scaleFactor, scaleFactor, "change objective.a or evolution.a_stop")
    }
}
