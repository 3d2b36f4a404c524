public import Parallel

/// The checkpoints of a run: `checkpoint_000010.h5` … in one directory, the last two kept.
///
/// A checkpoint has its name only when it is whole, on the disk, and read back without a fault, so a run that is
/// killed at any moment finds a good one. One that was damaged since is found out by its checksums, reported, and
/// the one before it taken.
public struct CheckpointStore: Sendable, Equatable {
    /// Where the checkpoints are.
    public let directory: String
    /// How many are kept.
    public static let kept = 2

    /// The form of checkpoints that this program writes and reads; counts up when what is in them changes.
    public static let format = 2
    private static let formatAttribute = "checkpoint_format"

    /// What their names begin with, where several runs share a directory.
    private let owner: String

    /// The checkpoints of a directory that exists.
    ///
    /// - Parameter owner: what their names begin with: `chain_0_`.
    public init(directory: String, owner: String = "") {
        self.directory = directory
        self.owner = owner
    }

    /// The name of the file of a step.
    public func name(step: Int) -> String {
        let digits = String(step)
        let padding = String(repeating: "0", count: max(0, 6 - digits.count))
        return "\(prefix)\(padding)\(digits)\(Self.suffix)"
    }

    /// The file of a step.
    public func path(step: Int) -> String { "\(directory)/\(name(step: step))" }

    /// Writes the checkpoint of a step, verifies it, and removes the ones that are no longer needed. Collective.
    ///
    /// - Parameters:
    ///   - step: counts up during the run.
    ///   - expectedBytes: the size of all datasets.
    ///   - body: writes the state.
    /// - Throws: ``StorageError`` on all ranks; the earlier checkpoints are then untouched.
    public func write(
        step: Int, expectedBytes: Int = 0, provenance: Provenance, over communicator: Communicator,
        _ body: (inout OutputFile) throws(StorageError) -> Void
    ) throws(StorageError) {
        var file = try OutputFile(
            creating: path(step: step), expectedBytes: expectedBytes, provenance: provenance,
            over: communicator)
        file.set("step", to: .integer(step))
        file.set(Self.formatAttribute, to: .integer(Self.format))
        file.set("cpu", to: .text(Processor.name(over: communicator)))
        try body(&file)
        try file.finish(.verified)
        // Later ones, if any, belong to another course of this run; they are not ours to count.
        for old in steps(over: communicator).filter({ $0 <= step }).dropLast(Self.kept)
        where communicator.isRoot {
            FileSystem.remove(path(step: old))
        }
    }

    /// What was restored, and from where.
    public struct Restored<State: ~Copyable>: ~Copyable {
        /// What the body made of the checkpoint.
        public var state: State
        /// Its step.
        public let step: Int
        /// One line each: damaged checkpoints that were passed over, another build or kind of CPU.
        public let warnings: [String]

        /// Takes the state out.
        public consuming func take() -> State { state }
    }

    /// Restores the state from the newest checkpoint that can be read. Collective.
    ///
    /// - Parameter body: reads the state; is called again with the checkpoint before when it throws a ``StorageError`` that says
    ///   that the file is damaged. Any other error ends the search.
    /// - Returns: nil if there are no checkpoints.
    /// - Throws: what the body throws; ``StorageError`` if there are checkpoints but none can be read.
    public func readNewest<State: ~Copyable>(
        over communicator: Communicator, _ body: (borrowing InputFile, _ step: Int) throws -> State
    ) throws -> Restored<State>? {
        let steps = steps(over: communicator)
        var damages: [String] = []
        for step in steps.reversed() {
            do {
                let file = try InputFile(opening: path(step: step), fault: .environment, over: communicator)
                try requireFormat(of: file)
                let state = try body(file, step)
                let warnings =
                    damages.map { "\($0); going back to the checkpoint before" }
                    + (try strangeness(of: file, over: communicator))
                return Restored(state: state, step: step, warnings: warnings)
            } catch let error as StorageError where Self.isDamage(error) {
                damages.append(error.message)
            }
        }
        guard let first = damages.first else { return nil }
        throw StorageError(
            .damaged, fault: .environment,
            damages.count == 1
                ? "\(first); there is no other checkpoint, --overwrite starts anew"
                : "\(directory): none of the \(damages.count) checkpoints can be read, --overwrite starts anew; the "
                    + "newest: \(first)")
    }

    /// Reads and verifies the checkpoints, newest first, until one is whole. Collective.
    ///
    /// - Returns: its step and warnings; nil if there are no checkpoints.
    /// - Throws: ``StorageError`` if there are checkpoints but none is whole.
    public func newestValid(over communicator: Communicator) throws -> (step: Int, warnings: [String])? {
        guard let found = try readNewest(over: communicator, { file, _ in try file.verify() }) else {
            return nil
        }
        return (found.step, found.warnings)
    }

    /// The steps that have a checkpoint, ascending. Collective.
    public func steps(over communicator: Communicator) -> [Int] {
        let names = communicator.isRoot ? FileSystem.names(in: directory) : []
        let steps = names.compactMap { name -> Int? in
            guard name.hasPrefix(prefix), name.hasSuffix(Self.suffix) else { return nil }
            return Int(name.dropFirst(prefix.count).dropLast(Self.suffix.count))
        }
        return communicator.broadcast(steps.sorted().map(String.init).joined(separator: " "))
            .split(separator: " ").compactMap { Int($0) }
    }

    /// Removes all checkpoints, before a run that starts from the beginning. Collective.
    public func removeAll(over communicator: Communicator) {
        for step in steps(over: communicator) where communicator.isRoot {
            FileSystem.remove(path(step: step))
        }
        communicator.barrier()
    }

    private var prefix: String { "\(owner)checkpoint_" }
    private static let suffix = ".h5"

    /// A whole file with other contents than asked for is not damaged: the configuration was changed.
    private static func isDamage(_ error: StorageError) -> Bool {
        switch error.kind {
        case .damaged, .missingFile, .system: true
        case .missingDataset, .wrongShape, .wrongType, .wrongUnit, .unreadable, .notFinite, .otherFormat,
            .inUse,
            .diskFull:
            false
        }
    }

    /// Whether this program knows what is in a checkpoint.
    private func requireFormat(of file: borrowing InputFile) throws(StorageError) {
        let format = try file.attribute(Self.formatAttribute)?.integer ?? 1
        guard format != Self.format else { return }
        let version = try file.attribute("code_version")?.text ?? "another version"
        throw StorageError(
            .otherFormat, fault: .user,
            "\(file.path): was written by palindrome \(version) in form \(format) of checkpoints, and this is "
                + "\(Provenance.currentVersion), which knows form \(Self.format); finish the run with that program, "
                + "or start anew with --overwrite")
    }

    /// In what this program differs from the one that wrote the file, as far as bits are concerned.
    private func strangeness(
        of file: borrowing InputFile, over communicator: Communicator
    ) throws(StorageError) -> [String] {
        let here = [("cpu", Processor.name(over: communicator)), ("build", Provenance.currentBuild)]
        var warnings: [String] = []
        for (name, value) in here {
            let then = try file.attribute(name)?.text ?? "unknown"
            if then != value {
                warnings.append(
                    "\(file.path): written with \(name) '\(then)', resumed with '\(value)'; "
                        + "the last bits may differ from an uninterrupted run")
            }
        }
        return warnings
    }
}

extension CheckpointStore.Restored: Copyable where State: Copyable {}
