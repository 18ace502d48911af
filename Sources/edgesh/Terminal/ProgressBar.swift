import Glibc

/// Shows on a terminal how far long work has come, and when it will be done; elsewhere it shows nothing.
///
/// It appears after half a second, is drawn again at most ten times a second, and leaves no trace.
final class ProgressBar {
    private let stream = OutputStream(descriptor: STDERR_FILENO)
    private let isShown = Terminal.isTerminal(STDERR_FILENO) && Terminal.environment("TERM") != "dumb"
    private var began = 0.0
    private var lastDrawn = 0.0
    private var task = ""
    private var isOnScreen = false

    /// Tells how far a task has come.
    ///
    /// - Parameters:
    ///   - task: what is being done, as people say it.
    ///   - fraction: 0 to 1; nil where nobody knows.
    func update(_ task: String, fraction: Double?) {
        guard isShown else { return }
        let now = ProgressBar.now()
        if task != self.task {
            self.task = task
            began = now
        }
        guard now - began > 0.5, now - lastDrawn > 0.1 else { return }
        lastDrawn = now
        stream.write("\r\u{1B}[K" + line(fraction: fraction, elapsed: now - began))
        isOnScreen = true
    }

    /// Takes the bar off the screen, before anything else is written there.
    func clear() {
        task = ""
        guard isOnScreen else { return }
        stream.write("\r\u{1B}[K")
        isOnScreen = false
    }

    private func line(fraction: Double?, elapsed: Double) -> String {
        let width = Terminal.width(STDERR_FILENO)
        guard let fraction, fraction.isFinite else {
            return String("\(task)  \(ProgressBar.clock(elapsed))".prefix(width - 1))
        }
        let share = min(max(fraction, 0), 1)
        let left = share > 0.01 ? ProgressBar.clock(elapsed / share * (1 - share)) + " left" : ""
        let numbers = "\(Int(share * 100)) %  \(left)"
        let room = min(30, width - task.count - numbers.count - 6)
        guard room >= 5 else { return String("\(task)  \(numbers)".prefix(width - 1)) }
        let full = Int(share * Double(room))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: room - full)
        return "\(task)  \(bar)  \(numbers)"
    }

    private static func clock(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 359_999).rounded())
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return hours > 0 ? "\(hours):\(padded(minutes)):\(padded(whole % 60))" : "\(minutes):\(padded(whole % 60))"
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
