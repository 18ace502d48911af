import EdgeRuntime
import Glibc

/// How long something took: by the clock on the wall, and of that by the processor.
struct EvaluationTime {
    var wall: Double
    var processor: Double

    var text: String {
        "\(ReadableValue.seconds(wall)), \(ReadableValue.seconds(processor)) of processor time"
    }

    /// Runs from its making on.
    struct Clock {
        private let wall = Clock.seconds(CLOCK_MONOTONIC)
        private let processor = Clock.seconds(CLOCK_PROCESS_CPUTIME_ID)

        func elapsed() -> EvaluationTime {
            EvaluationTime(
                wall: Clock.seconds(CLOCK_MONOTONIC) - wall,
                processor: Clock.seconds(CLOCK_PROCESS_CPUTIME_ID) - processor)
        }

        private static func seconds(_ clock: clockid_t) -> Double {
            var time = timespec()
            clock_gettime(clock, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
    }
}
