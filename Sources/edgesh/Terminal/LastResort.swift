import Glibc
import Synchronization

/// Ends the program where a limit of time is not kept, because something that runs does not look at the clock.
enum LastResort {
    /// How much longer than allowed a run may take to end by itself, with its `defer`s.
    private static let grace = 2.0
    private static let nanoseconds = Atomic<UInt64>(0)

    /// Ends the program with exit code 70 some time after the limit.
    static func end(after seconds: Double) {
        let total = min(seconds + grace, 1e9)
        nanoseconds.store(UInt64(total * 1e9), ordering: .relaxed)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { _ in
                let total = LastResort.nanoseconds.load(ordering: .relaxed)
                var rest = timespec(tv_sec: Int(total / 1_000_000_000), tv_nsec: Int(total % 1_000_000_000))
                var left = timespec()
                while nanosleep(&rest, &left) != 0, errno == EINTR { rest = left }
                let text =
                    "error[E0310]: the time limit is exceeded, and the run did not end by itself\n"
                    + "  = hint: raise the limit with `--max-time`\n"
                _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
                _exit(ExitStatus.failed.rawValue)
            }, nil)
        if failure == 0 { pthread_detach(thread) }
    }
}
