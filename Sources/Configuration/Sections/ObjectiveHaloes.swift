extension ObjectiveSection {
    /// How masses of haloes are compared with those that networks make.
    public struct Haloes: Sendable, Equatable {
        /// Where networks come from.
        public enum Network: Sendable, Equatable {
            /// Those that come with the package.
            case shipped
            /// A file that `palindrome train` wrote.
            case file(String)
        }

        /// The networks.
        public internal(set) var network: Network
        /// Whether residuals are divided by the root of their power.
        public internal(set) var whitens: Bool
        /// One error of all logarithms; those that training has found, by mass, if nil.
        public internal(set) var sigma: Double?
        /// M0 [Msun/h].
        public internal(set) var softening: Double
        /// w.
        public internal(set) var width: Double

        /// Masses that are added before logarithms are taken [Msun/h].
        static let softenings = 1e6...1e16

        /// Nil for other kinds, whose sections must not have its keys.
        init?(_ section: SectionReader, _ kind: Kind) {
            let text = section.text("network", "shipped or the path of a file", example: "network.h5")
            let path = section.path("network", example: "network.h5")
            network = text == "shipped" ? .shipped : .file(path ?? "")
            whitens = section.flag("whiten", default: false)
            softening = section.number("M0", .within(Self.softenings), default: 1e11)
            width = section.positive("width", default: 3)
            let errors: Errors = section.choice("errors", default: .known)
            sigma = whitens || errors == .byMass ? nil : section.positive("sigma", default: 0.25)
            guard !kind.traits.makesHaloes else { return }
            let company = Kind.company(where: \.makesHaloes)
            for (key, value) in [
                ("network", text ?? ""), ("whiten", "\(whitens)"), ("M0", "\(softening)"),
                ("width", "\(width)"),
            ] { section.require(key, is: value, false, company) }
            return nil
        }

        var entries: [ResolvedEntry] {
            let name =
                switch network {
                case .shipped: "shipped"
                case .file(let path): quoted(path)
                }
            return [
                .init("network", name), .init("whiten", "\(whitens)"), .init("M0", "\(softening)"),
                .init("width", "\(width)"),
            ] + (sigma.map { [.init("sigma", "\($0)")] } ?? [.init("errors", Errors.byMass.rawValue)])
        }
    }

    /// Keys that act only beside others, of haloes.
    func checkHaloes(_ section: SectionReader) {
        let company = "with kind: haloes"
        if section.has("data") && !section.has("network") {
            section.conflict(
                "network", is: "not given", "it must name the networks that make haloes",
                "try network: shipped, or a file that `palindrome train` wrote")
        }
        if likelihood != .logNormal {
            section.conflict(
                "likelihood", is: likelihood.rawValue, "it must be log-normal \(company)", "remove likelihood"
            )
        }
        if bias != .none {
            section.conflict("bias", is: bias.rawValue, "it must be none \(company)", "remove bias")
        }
        if let weights {
            section.conflict(
                "weights", is: "\(weights)", "it must be left out \(company), which are compared everywhere",
                "remove weights")
        }
        section.require("sigma", is: "\(sigma)", haloes?.whitens == false, "whiten: false")
        section.exclude(
            "sigma", "errors", "remove one of them, errors by mass are those that training has found")
        if errors == .unknown {
            section.conflict(
                "errors", is: "unknown", "it must be known or by-mass \(company)", "remove errors")
        }
    }
}
