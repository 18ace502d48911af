#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The batches of an epoch, prepared on a thread of their own while the network computes.
///
/// At most `depth` are ready at a time. Each batch follows from its position alone, so that nothing depends on who was faster. With a depth of
/// 0 there is no thread: each is prepared when it is asked for.
final class BatchPipeline {
    private let source: BatchSource
    private let epoch: Int
    private let order: [Int]
    private var step: Int
    private var worker: Worker?

    init(_ source: BatchSource, epoch: Int, from first: Int, depth: Int) {
        self.source = source
        self.epoch = epoch
        order = source.order(epoch: epoch)
        step = first
        guard depth > 0, source.steps - first > 1 else { return }
        let order = order
        worker = Worker(range: first..<source.steps, depth: depth) { step in
            try source.batch(BatchPipeline.positions(order, step, source.size), epoch: epoch, step: step)
        }
    }

    deinit { worker?.stop() }

    /// The next batch, nil behind the last.
    func next() throws -> TrainingBatch? {
        guard step < source.steps else { return nil }
        defer { step += 1 }
        if let worker { return try worker.take() }
        return try source.batch(BatchPipeline.positions(order, step, source.size), epoch: epoch, step: step)
    }

    private static func positions(_ order: [Int], _ step: Int, _ size: Int) -> ArraySlice<Int> {
        order[min(order.count, step * size)..<min(order.count, (step + 1) * size)]
    }
}

/// A thread that makes values in order, and waits where nobody takes them.
private final class Worker: @unchecked Sendable {
    private let range: Range<Int>
    private let depth: Int
    private let make: @Sendable (Int) throws -> TrainingBatch
    // Guarded by the mutex.
    private var ready: [Result<TrainingBatch, any Error>] = []
    private var isStopped = false
    // On the heap: neither may move while a thread uses it.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let bell = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var thread = pthread_t()
    private var hasThread = false

    init(range: Range<Int>, depth: Int, make: @escaping @Sendable (Int) throws -> TrainingBatch) {
        self.range = range
        self.depth = depth
        self.make = make
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        bell.initialize(to: pthread_cond_t())
        pthread_cond_init(bell, nil)
        let context = Unmanaged.passRetained(self)
        hasThread =
            pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue().work() }
                    return nil
                }, context.toOpaque()) == 0
        if !hasThread { context.release() }
        next = range.lowerBound
    }

    deinit {
        pthread_cond_destroy(bell)
        pthread_mutex_destroy(mutex)
        bell.deallocate()
        mutex.deallocate()
    }

    private func work() {
        for step in range {
            let result = Result { try make(step) }
            pthread_mutex_lock(mutex)
            while ready.count >= depth, !isStopped { pthread_cond_wait(bell, mutex) }
            let ends = isStopped
            if !ends { ready.append(result) }
            pthread_cond_broadcast(bell)
            pthread_mutex_unlock(mutex)
            if ends { return }
        }
    }

    /// The position that is taken next; used where the system gave no thread.
    private var next = 0

    func take() throws -> TrainingBatch {
        defer { next += 1 }
        guard hasThread else { return try make(next) }
        pthread_mutex_lock(mutex)
        while ready.isEmpty { pthread_cond_wait(bell, mutex) }
        let result = ready.removeFirst()
        pthread_cond_broadcast(bell)
        pthread_mutex_unlock(mutex)
        return try result.get()
    }

    /// Ends the thread and waits for it.
    func stop() {
        guard hasThread else { return }
        pthread_mutex_lock(mutex)
        isStopped = true
        pthread_cond_broadcast(bell)
        pthread_mutex_unlock(mutex)
        pthread_join(thread, nil)
        hasThread = false
    }
}
