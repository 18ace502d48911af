/// Why an endpoint did not do what it was asked for. Codes are stable.
public struct EndpointError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `N0001` and up.
    public let code: String
    /// What is wrong, and where, in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?

    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}

extension EndpointError {
    static func address(_ text: String, _ problem: String) -> EndpointError {
        EndpointError(
            code: "N0001", message: "`\(text)` is not the address of an endpoint: \(problem)",
            hint: "for example modbus-tcp://127.0.0.1:502/1 or mqtt://localhost:1883")
    }

    static func scheme(_ scheme: String, _ known: [String]) -> EndpointError {
        EndpointError(
            code: "N0002", message: "no endpoint speaks `\(scheme)://`", hint: "known: \(known.joined(separator: ", "))"
        )
    }

    static func unreachable(_ url: EndpointURL, _ reason: String) -> EndpointError {
        EndpointError(
            code: "N0003", message: "cannot reach \(url): \(reason)",
            hint: "check that the device is on, the address and port are right, and no firewall is between")
    }

    static func noAnswer(_ url: EndpointURL, to what: String, hint: String) -> EndpointError {
        EndpointError(code: "N0004", message: "\(url) did not answer in time to \(what)", hint: hint)
    }

    static func lost(_ url: EndpointURL, _ what: String, hint: String) -> EndpointError {
        EndpointError(code: "N0005", message: "the connection to \(url) broke \(what)", hint: hint)
    }

    static func refused(_ url: EndpointURL, _ reason: String, hint: String?) -> EndpointError {
        EndpointError(code: "N0006", message: "\(url) refused: \(reason)", hint: hint)
    }

    static func deviceException(_ url: EndpointURL, _ what: String, _ problem: String, hint: String) -> EndpointError {
        EndpointError(code: "N0007", message: "\(url) answered \(what) with \(problem)", hint: hint)
    }

    static func point(_ text: String, _ problem: String, hint: String? = nil) -> EndpointError {
        EndpointError(code: "N0008", message: "`\(text)`: \(problem)", hint: hint)
    }

    static func value(_ problem: String, hint: String? = nil) -> EndpointError {
        EndpointError(code: "N0009", message: problem, hint: hint)
    }

    static func closed(_ url: EndpointURL) -> EndpointError {
        EndpointError(code: "N0010", message: "\(url) is closed", hint: "connect again")
    }

    static func unsupported(_ url: EndpointURL, _ what: String, hint: String? = nil) -> EndpointError {
        EndpointError(code: "N0011", message: "\(url.scheme) has no way to \(what)", hint: hint)
    }

    static func full(_ url: EndpointURL, _ limit: Int) -> EndpointError {
        EndpointError(
            code: "N0012", message: "\(limit) requests to \(url) are waiting already",
            hint: "wait for some of them before sending more")
    }

    static func cannotListen(_ url: EndpointURL, _ reason: String) -> EndpointError {
        EndpointError(
            code: "N0013", message: "cannot listen at \(url): \(reason)",
            hint: "port 0 takes a free one; ports below 1024 need privileges")
    }

    static func library(_ name: String, _ reason: String, package: String) -> EndpointError {
        EndpointError(
            code: "N0014", message: "\(name) cannot be loaded: \(reason)",
            hint: "install it: apt-get install \(package)")
    }

    static func protocolBroken(_ url: EndpointURL, _ problem: String) -> EndpointError {
        EndpointError(
            code: "N0015", message: "\(url) does not keep to its protocol: \(problem)",
            hint: "check that the port is the right one for \(url.scheme)")
    }

    static func security(_ url: EndpointURL, _ problem: String, hint: String) -> EndpointError {
        EndpointError(code: "N0016", message: "no secure connection to \(url): \(problem)", hint: hint)
    }
}
