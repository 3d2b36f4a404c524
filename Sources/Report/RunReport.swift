public import Parallel

/// `palindrome report`: one page, complete in itself, about what a run left in its directory.
public enum RunReport {
    /// In the order of the page.
    private static var sections: [any ReportSection.Type] {
        [
            KeyNumbers.self, EnsembleNumbers.self, EnsemblePower.self, EnsembleMembers.self,
            PatternPictures.self, FinalFields.self, InitialFields.self, LossHistory.self,
            RecoveredParameters.self, Chains.self, TruthOfChains.self, Predictions.self, Likeness.self,
            ReconstructedPower.self, NoiseDistribution.self, MatterPictures.self, MatterPower.self,
            HaloMasses.self, SurveyMaps.self, TrainedNetworks.self,
            GradientNumbers.self, ForceSpeed.self, StrongScaling.self, WeakScaling.self,
            LawsOfGravity.self, PhaseTimes.self,
            ConfigurationTable.self, Origins.self,
        ]
    }

    /// Writes the page. Collective.
    ///
    /// - Parameters:
    ///   - directory: the `output.directory` of a run or an ensemble.
    ///   - path: the page; replaced if it is there.
    /// - Throws: on all ranks when the directory is missing or holds nothing of a run, or the page cannot be written; of a
    ///   file that is damaged the page says so.
    public static func write(of directory: String, to path: String, over world: Communicator) throws {
        let run = try RunDirectory(directory, over: world)
        run.isBesidePage = path.lastIndex(of: "/").map { path[..<$0] == directory[...] } ?? (directory == ".")
        let masthead = try Masthead(of: run)
        let sections = try sections.compactMap { section -> (any ReportSection)? in
            do {
                return try section.init(of: run)
            } catch let error as any ReportedError {
                // The rest of the page can be made without it.
                run.note(leavingOut: error)
                return nil
            }
        }
        try world.writeFile(path) {
            let page = Page(masthead: masthead, notes: run.notes, sections: sections)
            return Array(try page.html().text.utf8)
        }
    }
}
