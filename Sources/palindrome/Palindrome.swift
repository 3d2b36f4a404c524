internal import ArgumentParser
internal import Storage

/// The command.
struct Palindrome: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "palindrome",
        abstract: "Distributed, reversible particle-mesh simulations of the universe.",
        discussion: """
            Started plainly it is one process; under mpirun or srun, many. The result is the same to the last \
            bit on any number of them.

              palindrome demo                            a small universe, with pictures
              palindrome example                         a configuration with every key, explained
              palindrome simulate run.yaml --dry-run     check, and tell the memory needed
              mpirun -n 8 palindrome simulate run.yaml   run
              mpirun -n 8 palindrome gradient run.yaml   the loss and its gradient
              palindrome report out                      one page of it, with pictures and curves
              mpirun -n 8 palindrome reconstruct run.yaml   the initial conditions of an observed universe
              mpirun -n 8 palindrome sample run.yaml     all that it may have been
              palindrome haloes out/snapshot_a1.0000.hdf5  a catalogue of its haloes
              palindrome mock run.yaml                   galaxies that a telescope would see of it
              palindrome survey galaxies.yaml            a catalogue of galaxies as counts in cells
              palindrome noise run.yaml --refine 2       the same universe with more particles
              palindrome compare out other               P(k), r(k) and T(k) of two runs
              mpirun -n 8 palindrome train run.yaml      networks that make haloes of matter
              mpirun -n 8 palindrome ensemble run.yaml --vary initial.seed=1:100   a hundred universes
              mpirun -n 8 palindrome bench run.yaml      what a step costs, and what it must
              palindrome inspect snapshot_a1.0000.hdf5     what is in a file

            Exit codes: 0 done; 2 a mistake in what was given; 1 a fault of the machine, the file system or a \
            library; 75 stopped by a signal with nothing lost: start it again with --resume.
            """,
        version: Provenance.currentVersion,
        subcommands: [
            SimulateCommand.self, GradientCommand.self, ReconstructCommand.self, SampleCommand.self,
            HaloesCommand.self, SurveyCommand.self, MockCommand.self,
            EnsembleCommand.self,
            NoiseCommand.self, TrainCommand.self, CompareCommand.self, ReportCommand.self,
            BenchCommand.self, InspectCommand.self, ExampleCommand.self, DemoCommand.self,
        ])
}
