public import Gravity

/// How gravity is computed.
public struct ForceSection: Sendable, Equatable {
    /// The discrete Laplacian and gradient, by FastPM's names.
    public enum Kernel: String, CaseIterable, Sendable, Named {
        /// −k² and the four-point difference.
        case spectralFourPoint = "1_4"
        /// −k² sinc²(w/2) and the four-point difference.
        case finiteDifferenceFourPoint = "3_4"
        /// The fourth-order Laplacian and the four-point difference.
        case fourthOrderFourPoint = "5_4"
        /// −k² sinc²(w/2) and ik.
        case finiteDifferenceSpectral = "3_2"
        /// −k² and ik, as pmwd.
        case naive
        /// `1_4` with both cloud-in-cell windows divided out.
        case gadget
        /// `naive` with both cloud-in-cell windows divided out.
        case eastwood
    }

    /// How exact a pyramid's short range is.
    public enum Accuracy: String, CaseIterable, Sendable, Named {
        /// Force errors of 3e-4.
        case standard = "default"
        /// Wider filters: 1e-4.
        case accurate
    }

    /// The kernel.
    public var kernel: Kernel
    /// Meshes below the force mesh, each of half as many points along a side; 0 is the single mesh.
    public var levels: Int
    /// How exact the short range is, if there are levels.
    public var accuracy: Accuracy

    init(_ section: SectionReader) {
        kernel = section.choice("kernel", default: .spectralFourPoint)
        levels = section.whole("levels", 0...3, default: 0)
        accuracy = section.choice("accuracy", default: .standard)
        section.require("accuracy", is: accuracy.rawValue, levels > 0, "levels: 1 or more")
    }

    /// The law; that of a single mesh if there is no such pyramid, which is reported.
    public var plan: any ForcePlan {
        if levels > 0, let pyramid = pyramid(of: levels) { return pyramid }
        return discretisation
    }

    // A single mesh is named as it always was, so that what was stopped can go on.
    var entries: [ResolvedEntry] {
        [.init("kernel", kernel.rawValue)]
            + (levels == 0
                ? [] : [.init("levels", "\(levels)"), .init("accuracy", accuracy.rawValue)])
    }

    private var discretisation: ForceKernel { ForceKernel(named: kernel.rawValue)! }

    private func pyramid(of levels: Int) -> PyramidPlan? {
        PyramidPlan(
            kernel: discretisation, levels: levels, accuracy: accuracy == .standard ? .standard : .accurate)
    }
}

// MARK: What a pyramid needs

extension ForceSection {
    /// Reports why there is no such pyramid, if there is none.
    ///
    /// - Parameters:
    ///   - mesh: the force mesh.
    ///   - ranks: the grid that will share it.
    func check(mesh: SIMD3<Int>, ranks: SIMD2<Int>, _ section: SectionReader) {
        guard levels > 0 else { return }
        guard let plan = pyramid(of: levels) else { return reportMissingFilters(section) }
        let most = (1..<levels).last { pyramid(of: $0)?.misfit(on: mesh, over: ranks) == nil } ?? 0
        let fewer = most == 0 ? "leave force.levels out" : "use at most \(most) level\(most == 1 ? "" : "s")"
        let (rule, remedy): (String, String)
        switch plan.misfit(on: mesh, over: ranks) {
        case nil: return
        case .indivisible(let side, let divisor):
            let below = side / divisor * divisor
            rule = "every side of the force mesh (\(shown(mesh))) must be a multiple of \(divisor)"
            remedy =
                below == 0
                ? "\(fewer), or a side of \(divisor)"
                : "\(fewer), or a side of \(below) or \(below + divisor)"
        case .shorterThanFilter(let side, let filter):
            rule =
                "each mesh above the coarsest must have \(filter) points along a side for its filter, not \(side)"
            remedy = "\(fewer), or a larger mesh"
        case .moreRanksThanPlanes(let count, let planes):
            rule = "each of \(count) ranks must own a plane of the coarsest mesh, which has \(planes)"
            remedy = "\(fewer), or at most \(planes) ranks along x and y"
        }
        section.conflict("levels", is: "\(levels)", rule, remedy)
    }

    private func reportMissingFilters(_ section: SectionReader) {
        let fitted: [Kernel] = [.spectralFourPoint, .finiteDifferenceFourPoint, .fourthOrderFourPoint]
        if fitted.contains(kernel) {
            section.conflict(
                "accuracy", is: accuracy.rawValue,
                "it must be default with kernel \(kernel.rawValue) and \(levels) level\(levels == 1 ? "" : "s")",
                "use default, or kernel 1_4 with 1 or 2 levels")
        } else {
            section.conflict(
                "levels", is: "\(levels)",
                "it must be 0 with kernel \(kernel.rawValue), which needs the modes of the whole mesh",
                "use kernel \(fitted.map(\.rawValue).joined(separator: " or "))")
        }
    }
}
