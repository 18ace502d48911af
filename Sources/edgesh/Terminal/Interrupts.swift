import EdgeLang
import Glibc
import Synchronization

/// Ctrl-C: a signal that the evaluation polls, and that wakes whoever waits for a key.
///
/// A signal handler is the one place that cannot be handed an object, hence the static state. Everything it touches is made by
/// `install` before the first signal can arrive, and is safe to touch in a handler: an atomic flag and a pipe.
enum Interrupts {
    private static let flag = Atomic<Bool>(false)
    /// How often Ctrl-C was pressed while an earlier one was still unanswered.
    private static let unanswered = Atomic<Int>(0)
    private static let wakeUpWriter = Atomic<Int32>(-1)
    private static let wakeUpReader = Atomic<Int32>(-1)

    /// What a signal cancels. Only the thread of the interpreter sets it, before it evaluates anything.
    private nonisolated(unsafe) static var cancellation: Unmanaged<Cancellation>?

    /// Whether Ctrl-C was pressed since the last `clear`.
    static var isPending: Bool { flag.load(ordering: .relaxed) }

    /// A descriptor that becomes readable with every Ctrl-C.
    static var descriptor: Int32 { wakeUpReader.load(ordering: .relaxed) }

    /// Takes over SIGINT, and makes a closed pipe an error of `write` instead of the end of the program.
    static func install() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            wakeUpReader.store(ends[0], ordering: .relaxed)
            wakeUpWriter.store(ends[1], ordering: .relaxed)
        }
        clear()
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in Interrupts.receive() }
        sigaction(SIGINT, &action, nil)
        // Whoever starts the program from a worker thread may hand down a mask that keeps Ctrl-C from it.
        var interrupt = sigset_t()
        sigemptyset(&interrupt)
        sigaddset(&interrupt, SIGINT)
        sigprocmask(SIG_UNBLOCK, &interrupt, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Has every further Ctrl-C cancel what runs under this flag, which then lives as long as the program.
    static func onInterrupt(cancel cancellation: Cancellation) {
        Interrupts.cancellation = Unmanaged.passRetained(cancellation)
    }

    /// Forgets what was pressed so far.
    static func clear() {
        flag.store(false, ordering: .relaxed)
        unanswered.store(0, ordering: .relaxed)
        var bytes: (UInt64, UInt64) = (0, 0)
        while read(descriptor, &bytes, 16) > 0 {}
    }

    private static func receive() {
        let saved = errno
        cancellation?._withUnsafeGuaranteedRef { $0.cancel() }
        // A program that does not listen is ended by pressing on.
        if flag.exchange(true, ordering: .relaxed), unanswered.wrappingAdd(1, ordering: .relaxed).newValue >= 3 {
            _exit(130)
        }
        var byte: UInt8 = 1
        _ = write(wakeUpWriter.load(ordering: .relaxed), &byte, 1)
        errno = saved
    }
}
