import Foundation
import Glibc

/// A program that runs in a terminal of its own, with a person at the keyboard.
public final class PseudoTerminal {
    /// Everything the program has shown so far, control sequences included.
    public var screen: String { String(decoding: bytes, as: UTF8.self) }

    private let descriptor: Int32
    private let process: pid_t
    private var bytes: [UInt8] = []
    private var seen = 0
    private var status: Int32?

    /// Starts a program as the leader of a session with a terminal of 80 columns.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], directory: String? = nil
    ) throws {
        // glibc's posix_openpt and its kin are hidden from Swift; this is what they do on Linux (pty(7), ioctl_tty(2)).
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var number: Int32 = 0
        var isLocked: Int32 = 0
        let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        guard descriptor >= 0, ioctl(descriptor, unlock, &isLocked) == 0, ioctl(descriptor, getNumber, &number) == 0
        else {
            throw PseudoTerminalError(what: "no pseudo terminal", screen: "")
        }
        let slave = "/dev/pts/\(number)"
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a session's leader opens becomes the one whose Ctrl-C it gets.
        posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        let startsSession: Int16 = 0x80  // POSIX_SPAWN_SETSID
        // A thread of the tests may have signals blocked, a user's shell has not.
        let setsMask: Int16 = 0x08  // POSIX_SPAWN_SETSIGMASK
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, startsSession | setsMask)

        let variables = ProcessInfo.processInfo.environment
            .merging(["TERM": "xterm", "NO_COLOR": "1"]) { _, new in new }.merging(environment) { _, new in new }
        let command = directory.map { ["/usr/bin/env", "-C", $0, program] + arguments } ?? [program] + arguments
        var argv: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, command[0], &actions, &attributes, &argv, &envp)
        guard failure == 0 else {
            close(descriptor)
            throw PseudoTerminalError(
                what: "cannot start \(program): \(String(cString: strerror(failure)))", screen: "")
        }
        self.process = process
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(descriptor)
    }

    /// Types keys.
    public func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, $0.count - written) }
            guard count > 0 || errno == EINTR else { return }
            written += max(0, count)
        }
    }

    /// Gives the terminal another size, as a person does who pulls at the corner of the window.
    public func resize(columns: Int, rows: Int) {
        var size = winsize(
            ws_row: UInt16(clamping: rows), ws_col: UInt16(clamping: columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    /// Sends the program a signal.
    public func send(signal number: Int32) { kill(process, number) }

    /// Whether the terminal shows what is typed and hands over whole lines, as between two programs.
    public var isCooked: Bool {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return false }
        return settings.c_lflag & tcflag_t(ECHO) != 0 && settings.c_lflag & tcflag_t(ICANON) != 0
    }

    /// Waits until the program has shown a text that was not there at the last call, and returns what came up to its end.
    @discardableResult
    public func expect(_ text: String, seconds: Double = 20) throws -> String {
        let end = Date(timeIntervalSinceNow: seconds)
        while true {
            // Decoded whole: a piece that has arrived may end within a character.
            let fresh = String(decoding: bytes.dropFirst(seen), as: UTF8.self)
            if let range = fresh.range(of: text) {
                let shown = String(fresh[..<range.upperBound])
                seen += shown.utf8.count
                return shown
            }
            guard Date() < end, readMore(until: end) else {
                throw PseudoTerminalError(what: "\"\(text)\" did not appear", screen: screen)
            }
        }
    }

    /// Waits for the program to end and returns its exit code, as a shell counts.
    public func exitCode(seconds: Double = 20) throws -> Int32 {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end, readMore(until: end) {}
        var status: Int32 = 0
        while Date() < end {
            if waitpid(process, &status, WNOHANG) == process {
                self.status = status
                return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
            }
            usleep(2_000)
        }
        throw PseudoTerminalError(what: "the program did not end", screen: screen)
    }

    /// - Returns: whether there may be more.
    private func readMore(until end: Date) -> Bool {
        var readiness = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(max(0, min(end.timeIntervalSinceNow * 1000, 60_000)))
        guard poll(&readiness, 1, milliseconds) > 0 else { return errno == EINTR }
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &chunk, chunk.count)
        guard count > 0 else { return false }
        bytes += chunk[..<count]
        return true
    }
}

/// What a program in a terminal did not do, with all it had shown.
public struct PseudoTerminalError: Error, CustomStringConvertible {
    public let what: String
    public let screen: String
    public var description: String { "\(what); the screen:\n\(screen)" }
}
