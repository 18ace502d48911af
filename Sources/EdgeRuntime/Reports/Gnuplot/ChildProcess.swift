import Glibc

/// A program that is given its whole input and read to its end, within a time.
///
/// It is started without a shell. We talk through sockets rather than pipes: writing to a pipe that nobody reads any
/// more would send us a signal.
struct ChildProcess {
    enum Failure: Error {
        case notStarted(reason: String)
        case timedOut
        case cancelled
        case tooMuchOutput
    }

    struct Result {
        let output: [UInt8]
        let errors: [UInt8]
        /// Whether it ended by itself with the exit code 0.
        let succeeded: Bool
    }

    private static let maximumOutput = 256 << 20

    private let pid: pid_t
    private let input: Int32
    private let output: Int32
    private let errors: Int32

    /// - Parameter isCancelled: Asked a few times a second.
    static func run(
        _ program: String, _ arguments: [String], environment: [String], input: [UInt8], seconds: Double,
        isCancelled: () -> Bool
    ) throws(Failure) -> Result {
        let child = try ChildProcess(program, arguments, environment)
        do {
            let (output, errors) = try child.exchange(input, seconds: seconds, isCancelled)
            return Result(output: output, errors: errors, succeeded: child.wait() == 0)
        } catch {
            kill(child.pid, SIGKILL)
            _ = child.wait()
            throw error
        }
    }

    private init(_ program: String, _ arguments: [String], _ environment: [String]) throws(Failure) {
        var pairs: [[Int32]] = []
        for _ in 0..<3 {
            var pair: [Int32] = [-1, -1]
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
                let reason = String(cString: strerror(errno))
                for descriptor in pairs.joined() { close(descriptor) }
                throw .notStarted(reason: reason)
            }
            pairs.append(pair)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, pair) in pairs.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, pair[1], Int32(number))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What we ignore or block would be ignored and blocked in the program too.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigemptyset(&all)
        for signal in [SIGPIPE, SIGINT, SIGTERM] { sigaddset(&all, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var child: pid_t = 0
        let status = posix_spawn(&child, program, &actions, &attributes, &argv, &envp)
        for pair in pairs { close(pair[1]) }
        guard status == 0 else {
            for pair in pairs { close(pair[0]) }
            throw .notStarted(reason: String(cString: strerror(status)))
        }
        pid = child
        (input, output, errors) = (pairs[0][0], pairs[1][0], pairs[2][0])
    }

    /// Writes the input and reads both outputs until they end. Closes all three.
    private func exchange(
        _ bytes: [UInt8], seconds: Double, _ isCancelled: () -> Bool
    ) throws(Failure) -> (output: [UInt8], errors: [UInt8]) {
        defer { for descriptor in [output, errors] { close(descriptor) } }
        var inputIsOpen = true
        defer { if inputIsOpen { close(input) } }
        let end = ChildProcess.now() + seconds
        var written = 0
        var collected: (output: [UInt8], errors: [UInt8]) = ([], [])
        var isOpen = (output: true, errors: true)
        while isOpen.output || isOpen.errors {
            if written == bytes.count, inputIsOpen {
                close(input)
                inputIsOpen = false
            }
            guard ChildProcess.now() < end else { throw .timedOut }
            guard !isCancelled() else { throw .cancelled }
            var waits = [
                pollfd(fd: inputIsOpen ? input : -1, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: isOpen.output ? output : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen.errors ? errors : -1, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, 3, 100) > 0 else { continue }
            if waits[0].revents != 0 {
                let count = bytes.withUnsafeBytes { buffer in
                    send(
                        input, buffer.baseAddress.map { $0 + written }, buffer.count - written,
                        Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                }
                if count > 0 { written += count } else if errno != EAGAIN && errno != EINTR { written = bytes.count }
            }
            if waits[1].revents != 0 { isOpen.output = ChildProcess.read(output, into: &collected.output) }
            if waits[2].revents != 0 { isOpen.errors = ChildProcess.read(errors, into: &collected.errors) }
            guard collected.output.count + collected.errors.count <= ChildProcess.maximumOutput else {
                throw .tooMuchOutput
            }
        }
        return collected
    }

    /// - Returns: whether more may come.
    private static func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        bytes += buffer[..<count]
        return count > 0
    }

    /// The exit status as the system reports it.
    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
