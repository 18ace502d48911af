import Glibc
import NIOCore
import NIOPosix

/// The one thread on which all sockets of SwiftNIO are served. It starts with the first endpoint that needs it.
enum EventLoops {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// What a failed attempt to connect or listen means, in a few words.
    static func reason(_ error: any Error) -> String {
        if let error = error as? IOError { return text(error.errnoCode) }
        if let error = error as? NIOConnectionError {
            if let failure = error.connectionErrors.last { return reason(failure.error) }
            if let failure = error.dnsAError ?? error.dnsAAAAError { return "unknown host (\(failure))" }
        }
        if let error = error as? ChannelError, case .connectTimeout = error { return "no answer" }
        return "\(error)"
    }

    private static func text(_ number: CInt) -> String { String(cString: strerror(number)).lowercased() }
}
