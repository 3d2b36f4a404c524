/// Keys that act only beside others.
extension ObjectiveSection {
    /// Keys that act only beside others.
    func checkCompany(_ section: SectionReader) {
        section.require("axis", is: axis.rawValue, kind.traits.hasAxis, Kind.company(where: \.hasAxis))
        if axis == .radial && kind != .redshiftSpaceDensity {
            section.conflict(
                "axis", is: "radial", "it must be x, y or z with kind: \(kind.rawValue)",
                "try z, or kind: redshift-space-density")
        }
        section.require("observer", is: "given", axis == .radial, "axis: radial")
        section.require("ink", is: ink.rawValue, kind.traits.isPicture, Kind.company(where: \.isPicture))
        checkBias(section)
        checkLikelihood(section)
        guard !kind.traits.makesHaloes else { return checkHaloes(section) }
        if kind.traits.hasEitherSign {
            let company = "with kind: \(kind.rawValue), which has either sign"
            if bias != .none {
                section.conflict("bias", is: bias.rawValue, "it must be none \(company)", "remove bias")
            }
            if likelihood != .gaussian {
                section.conflict(
                    "likelihood", is: likelihood.rawValue, "it must be gaussian \(company)",
                    "remove likelihood")
            }
        } else if likelihood.isOfCounts && bias == .none {
            section.conflict(
                "likelihood", is: likelihood.rawValue,
                "it must come with a bias, since matter leaves cells empty where something may be counted",
                "add bias: power-law")
        }
    }

    private func checkBias(_ section: SectionReader) {
        let powers = "bias: " + Bias.allCases.filter(\.isPowerLaw).map(\.rawValue).joined(separator: " or ")
        let any = "bias: " + Bias.allCases.filter { $0 != .none }.map(\.rawValue).joined(separator: " or ")
        section.require("bias_amplitude", is: "\(biasAmplitude)", bias != .none, any)
        section.require("bias_exponent", is: "\(biasExponent)", bias.isPowerLaw, powers)
        let (isTruncated, truncated) = (bias == .truncatedPowerLaw, "bias: truncated-power-law")
        section.require("bias_threshold", is: "\(biasThreshold)", isTruncated, truncated)
        section.require("bias_steepness", is: "\(biasSteepness)", isTruncated, truncated)
        for (index, key) in ["bias_b1", "bias_b2", "bias_bs2", "bias_nabla"].enumerated() {
            section.require(key, is: "\(biasCoefficients[index])", bias == .lagrangian, "bias: lagrangian")
        }
        if bias == .lagrangian && kind == .projectedDensity {
            section.conflict(
                "bias", is: "lagrangian", "it must come with kind: density or redshift-space-density",
                "try bias: power-law")
        }
    }

    private func checkLikelihood(_ section: SectionReader) {
        let hasErrors = !likelihood.isOfCounts
        section.require("sigma", is: "\(sigma)", hasErrors, Likelihood.withErrors)
        section.require("errors", is: errors.rawValue, hasErrors, Likelihood.withErrors)
        if kind.traits.makesHaloes {
            for key in ["density_floor", "coarsen"] where section.has(key) {
                section.conflict(
                    key, is: "given", "it has no meaning with kind: \(kind.rawValue)", "remove it")
            }
        } else {
            section.require(
                "errors", is: errors.rawValue, errors != .byMass, Kind.company(where: \.makesHaloes))
        }
        section.require(
            "smoothing", is: "\(smoothing)", hasErrors || smoothing == 0, Likelihood.withErrors)
        section.require(
            "density_floor", is: "\(densityFloor)", likelihood == .logNormal, "likelihood: log-normal")
        section.require(
            "dispersion", is: "\(dispersion)", likelihood == .negativeBinomial,
            "likelihood: negative-binomial")
        section.require("patches", is: "given", likelihood == .patches, "likelihood: patches")
        section.exclude("weights", "selection", "of counts, selection is the part that is seen")
        if section.has("selection") && !likelihood.isOfCounts {
            section.conflict(
                "selection", is: "given", "it must come with counts",
                "give weights, or likelihood: poisson")
        }
        if likelihood.isOfCounts && kind.traits.isPicture && likelihood == .patches {
            section.conflict(
                "likelihood", is: "patches", "it must be of cells of a mesh", "try likelihood: poisson")
        }
    }

    /// Whether cells of the observation are whole blocks of the force mesh's.
    func checkCoarsening(_ section: SectionReader, _ mesh: SIMD3<Int>) {
        guard coarsen > 1 else { return }
        guard !kind.traits.isPicture else {
            section.conflict(
                "coarsen", is: "\(coarsen)",
                "it must be 1 with kind: projected-density, whose data say how many "
                    + "pixels there are", "remove it")
            return
        }
        guard mesh % SIMD3(repeating: coarsen) == .zero else {
            let usable = (1...coarsen).last { mesh % SIMD3(repeating: $0) == .zero }!
            section.conflict(
                "coarsen", is: "\(coarsen)",
                "it must divide the sides of the force mesh (\(mesh.x) x \(mesh.y) x \(mesh.z))",
                "try \(usable)")
            return
        }
    }
}
