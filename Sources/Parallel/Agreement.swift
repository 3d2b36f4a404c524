/// A failure that every rank of a group throws together, with the words of the rank that met it.
public struct AgreedFailure: ReportedError, Equatable {
    /// Who has to act.
    public let fault: Fault
    /// The one line.
    public let message: String
    /// The lowest rank that failed.
    public let rank: Int

    /// What all ranks throw.
    public init(fault: Fault, message: String, rank: Int) {
        self.fault = fault
        self.message = message
        self.rank = rank
    }
}

extension Communicator {
    /// Does something on every rank and makes sure that all of them go on, or none.
    ///
    /// Decisions on rank-local data pass through here, so that nobody waits for a rank that left.
    /// The body must not be collective: a rank that throws in it would leave the others waiting inside.
    ///
    /// - Throws: ``AgreedFailure`` on all ranks, with the message of the lowest rank whose body threw.
    public func agree<Result: ~Copyable>(_ body: () throws -> Result) throws(AgreedFailure) -> Result {
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try body())
        } catch {
            outcome = .failure(error)
        }
        switch consume outcome {
        case .success(let value):
            try leaveTogether(with: nil)
            return value
        case .failure(let error):
            try leaveTogether(with: error)
            preconditionFailure("a failed rank cannot go on")
        }
    }

    /// Does something on rank 0 only, and gives its bytes to all.
    ///
    /// - Throws: ``AgreedFailure`` on all ranks.
    public func fromRoot(_ body: () throws -> [UInt8]) throws(AgreedFailure) -> [UInt8] {
        let bytes = try agree { isRoot ? try body() : [] }
        return broadcast(bytes)
    }

    /// Does something on rank 0 only, while the others wait.
    ///
    /// - Throws: ``AgreedFailure`` on all ranks.
    public func onRoot(_ body: () throws -> Void) throws(AgreedFailure) {
        try agree { if isRoot { try body() } }
    }

    private func leaveTogether(with error: (any Error)?) throws(AgreedFailure) {
        let first = minimum(error == nil ? size : rank)
        guard first < size else { return }
        let reported = error as? any ReportedError
        let message = broadcast(reported?.message ?? error.map { "\($0)" } ?? "", from: first)
        let fault = broadcast([UInt8(reported?.fault.rawValue ?? 1)], from: first)[0]
        throw AgreedFailure(
            fault: Fault(rawValue: Int32(fault)) ?? .environment, message: message, rank: first)
    }
}
