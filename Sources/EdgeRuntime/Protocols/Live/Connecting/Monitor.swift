import Glibc

/// State that several threads share, and a bell that rings at each change.
///
/// The threads of the network change the state; a caller waits until it finds in it what it needs. A waiting caller looks at its
/// `Wait` every 20 ms at the latest, which is how Ctrl-C is heard.
final class Monitor<State: Sendable>: @unchecked Sendable {
    private var state: State
    // On the heap: neither may move while a thread uses it.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let bell = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private static var longestNap: UInt64 { 20_000_000 }

    init(_ state: State) {
        self.state = state
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        bell.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(bell, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(bell)
        pthread_mutex_destroy(mutex)
        bell.deallocate()
        mutex.deallocate()
    }

    /// Looks at the state, or changes it, alone.
    func update<Result, Failure: Error>(_ body: (inout State) throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(bell)
            pthread_mutex_unlock(mutex)
        }
        return try body(&state)
    }

    /// Waits until the state holds what is needed.
    ///
    /// - Returns: what `body` found, nil where it found nothing in time.
    func wait<Result>(_ wait: Wait, until body: (inout State) throws -> Result?) throws -> Result? {
        while true {
            try wait.interrupt()
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            if let result = try body(&state) { return result }
            let now = Wait.now()
            guard now < wait.deadline else { return nil }
            let wake = min(wait.deadline, now + Monitor.longestNap)
            var time = timespec(tv_sec: Int(wake / 1_000_000_000), tv_nsec: Int(wake % 1_000_000_000))
            pthread_cond_timedwait(bell, mutex, &time)
        }
    }
}
