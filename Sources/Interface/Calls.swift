internal import CInterface
internal import Parallel
internal import Runs

// What every entry point shares: handles, arguments that may be missing, and errors as codes.

/// An object behind an opaque pointer, which C holds.
final class Handle<Object> {
    let object: Object
    /// What C may point to as long as the handle is there.
    let strings: [CString]

    init(_ object: Object, keeping strings: [String] = []) {
        self.object = object
        self.strings = strings.map(CString.init)
    }

    /// For C to keep.
    func given() -> OpaquePointer { unsafe OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

    /// The object that C means.
    ///
    /// - Throws: `UsageError` when it is none.
    static func object(_ pointer: OpaquePointer?, _ name: String) throws(UsageError) -> Object {
        try unsafe handle(pointer, name).object
    }

    static func handle(_ pointer: OpaquePointer?, _ name: String) throws(UsageError) -> Handle {
        guard let pointer = unsafe pointer else {
            throw UsageError("\(name) is NULL; it must have been made, and not freed")
        }
        return unsafe Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
    }

    /// Takes it back from C.
    static func free(_ pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return }
        unsafe Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).release()
    }
}

/// A text that C may read.
@safe final class CString {
    let start: UnsafeMutablePointer<CChar>

    init(_ text: String) {
        let characters = text.utf8CString
        unsafe start = .allocate(capacity: characters.count)
        for (index, character) in characters.enumerated() {
            unsafe (start + index).initialize(to: character)
        }
    }

    deinit { unsafe start.deallocate() }
}

/// What ``Session`` is behind.
typealias ModelHandle = Handle<any Session>
/// What ``SessionRun`` is behind.
typealias RunHandle = Handle<any SessionRun>
/// What ``SessionPosterior`` is behind.
typealias PosteriorHandle = Handle<any SessionPosterior>

/// Does what C asks for, and says in a code how it went.
func answer(_ body: () throws -> Void) -> Int32 {
    do {
        try body()
        return palindrome_done.code
    } catch let failure as SessionFailure {
        unsafe palindrome_keep_message(failure.message, Int32(failure.rank))
        return palindrome_callback_error.code
    } catch let failure as AgreedFailure {
        unsafe palindrome_keep_message(failure.message, Int32(failure.rank))
        return failure.fault.rawValue
    } catch {
        let reported = error as? any ReportedError
        unsafe palindrome_keep_message(reported?.message ?? "\(error)", -1)
        return (reported?.fault ?? .environment).rawValue
    }
}

extension palindrome_code {
    var code: Int32 { Int32(rawValue) }
}

/// An argument that must not be missing.
func required<Pointer>(_ pointer: Pointer?, _ name: String) throws(UsageError) -> Pointer {
    guard let pointer else { throw UsageError("\(name) is NULL; it must be an address") }
    return pointer
}

/// The text at an address.
func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
}

/// The numbers at an address.
func numbers(_ pointer: UnsafePointer<Double>?, count: Int) -> [Double]? {
    unsafe pointer.map { unsafe Array(UnsafeBufferPointer(start: $0, count: count)) }
}

extension SessionGrid {
    /// The grid that C means.
    init(_ grid: palindrome_grid) throws(UsageError) {
        switch grid {
        case palindrome_particles: self = .particles
        case palindrome_mesh: self = .mesh
        default: throw UsageError("the grid is \(grid.rawValue); it must be 0 (particles) or 1 (mesh)")
        }
    }
}
