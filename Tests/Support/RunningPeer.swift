import Foundation

/// A program that serves while a test runs: started, waited for, and stopped by its process identifier.
///
/// Its output is read by one thread at a time; stopping it twice, or from another thread, does no harm.
public final class RunningPeer: @unchecked Sendable {
    private let process = Process()
    private let output = Pipe()
    private let folder: TemporaryDirectory

    /// Starts a program, and returns when it has printed the word `ready`, or at once where `ready` is nil.
    public init(
        _ executable: String, _ arguments: [String], ready: String? = "ready", timeout seconds: Double = 30
    ) throws {
        folder = try TemporaryDirectory()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        let errors = try folder.write("stderr", "")
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        // A program inherits the signals that the thread blocks which starts it: threads of tests may block all, and then the
        // program would not hear that it is to end.
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        guard let ready else { return }
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            guard let line = try readLine(until: end) else { break }
            if line.contains(ready) { return }
        }
        stop()
        throw PythonPeer.Failure(description: "\(executable) \(arguments) is not ready: \(problems)")
    }

    deinit { stop() }

    /// What it wrote to its standard error.
    public var problems: String { (try? folder.read("stderr")) ?? "" }

    /// The next line that it prints; nil where it ends or the time is up.
    public func readLine(seconds: Double) throws -> String? { try readLine(until: Date(timeIntervalSinceNow: seconds)) }

    /// The next line that it prints; nil where it ends or the time is up.
    private func readLine(until end: Date) throws -> String? {
        var line: [UInt8] = []
        let descriptor = output.fileHandleForReading.fileDescriptor
        while true {
            var readiness = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let milliseconds = Int32(max(0, min(end.timeIntervalSinceNow * 1000, 60_000)))
            guard poll(&readiness, 1, milliseconds) > 0 else { return nil }
            var byte: UInt8 = 0
            guard read(descriptor, &byte, 1) == 1 else {
                return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
            }
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
    }

    /// Asks it to end, or kills it, and waits until it is gone.
    public func stop(abruptly: Bool = false) {
        guard process.isRunning else { return }
        kill(process.processIdentifier, abruptly ? SIGKILL : SIGTERM)
        let end = Date(timeIntervalSinceNow: 5)
        while process.isRunning && Date() < end { usleep(2_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// A TCP port of the loopback interface at which nobody listens.
    public static func freePort() throws -> Int {
        guard
            let port = withLoopback(
                port: 0,
                { descriptor, address, length -> Int? in
                    guard bind(descriptor, address, length.pointee) == 0, getsockname(descriptor, address, length) == 0
                    else {
                        return nil
                    }
                    return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        Int(UInt16(bigEndian: $0.pointee.sin_port))
                    }
                })
        else { throw PythonPeer.Failure(description: "no free port") }
        return port
    }

    /// Waits until somebody listens at a port of the loopback interface.
    ///
    /// - Returns: whether anybody does.
    public static func waitForListener(port: Int, seconds: Double = 20) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            if withLoopback(port: port, { connect($0, $1, $2.pointee) == 0 }) { return true }
            usleep(5_000)
        }
        return false
    }

    private static func withLoopback<Result>(
        port: Int, _ body: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(descriptor, $0, &length) }
        }
    }
}
