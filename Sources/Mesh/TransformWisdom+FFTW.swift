internal import CFourier
public import Parallel

extension TransformWisdom {
    /// Whether FFTW takes all of it on this rank: it is of this version of FFTW, and of a processor with the same instructions.
    public var isTaken: Bool {
        Self.isTaken(single, in: palindrome_single) && Self.isTaken(double, in: palindrome_double)
    }

    private static func isTaken(_ text: String, in precision: palindrome_precision) -> Bool {
        guard !text.isEmpty else { return true }
        let answer = unsafe palindrome_wisdom_is_taken(precision, text)
        return answer != 0
    }
}
