/// Where an endpoint is: `scheme://user:password@host:port/path`, as in RFC 3986.
public struct EndpointURL: Sendable, Hashable, CustomStringConvertible {
    /// In lower case.
    public let scheme: String
    public let user: String?
    /// Never part of `description`.
    public let password: String?
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String
    /// The port, that of the scheme where the text gives none.
    public let port: Int
    /// What follows the first slash behind host and port, empty without one.
    public let path: String

    /// The schemes that endpoints exist for, and their ports.
    public static let ports: [(scheme: String, port: Int)] = [
        ("modbus-tcp", 502), ("mqtt", 1883), ("mqtts", 8883),
    ]

    init(scheme: String, user: String? = nil, password: String? = nil, host: String, port: Int, path: String = "") {
        self.scheme = scheme
        self.user = user
        self.password = password
        self.host = host
        self.port = port
        self.path = path
    }

    /// - Parameter isListening: Whether somebody is to listen there: the host may then be left out and is the loopback
    ///   interface, and port 0 is any free one.
    /// - Throws: an error that names the part that is wrong.
    public init(_ text: String, isListening: Bool = false) throws(EndpointError) {
        guard text.utf8.count <= 2048 else { throw .address(String(text.prefix(40)) + "…", "it is too long") }
        // What may hold a password is not shown.
        let shown = text.contains("@") ? EndpointURL.withoutSecret(text) : text
        guard let mark = text.range(ofText: "://") else { throw .address(shown, "`://` is missing") }
        let scheme = text[..<mark.lowerBound].lowercased()
        self.scheme = scheme
        guard let known = EndpointURL.ports.first(where: { $0.scheme == scheme }) else {
            throw .scheme(String(scheme.prefix(40)), EndpointURL.ports.map(\.scheme))
        }
        var rest = text[mark.upperBound...]
        if let slash = rest.firstIndex(of: "/") {
            path = try EndpointURL.decoded(rest[rest.index(after: slash)...], shown)
            rest = rest[..<slash]
        } else {
            path = ""
        }
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try EndpointURL.decoded(parts[0], shown)
            password = parts.count > 1 ? try EndpointURL.decoded(parts[1], shown) : nil
            rest = rest[rest.index(after: at)...]
        } else {
            user = nil
            password = nil
        }
        let (name, number) = try EndpointURL.authority(rest, shown)
        guard isListening || !name.isEmpty else { throw .address(shown, "the host is missing") }
        host = name.isEmpty ? "127.0.0.1" : name
        port = number ?? known.port
        guard port > 0 || isListening else { throw .address(shown, "port 0 is no port to connect to") }
    }

    public var description: String { "\(scheme)://\(authority)" + (path.isEmpty ? "" : "/\(path)") }

    /// Host and port, as messages name them.
    public var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// The same place at another port.
    func at(port: Int) -> EndpointURL {
        EndpointURL(scheme: scheme, user: user, password: password, host: host, port: port, path: path)
    }

    private static func authority(_ text: Substring, _ shown: String) throws(EndpointError) -> (String, Int?) {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw .address(shown, "`]` is missing") }
            host = text[text.index(after: text.startIndex)..<end]
            let behind = text[text.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { throw .address(shown, "`:` must follow `]`") }
            port = behind.isEmpty ? nil : behind.dropFirst()
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
            guard !host.contains(":") else { throw .address(shown, "an IPv6 address needs brackets: [::1]") }
        }
        let isPlain = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x3A, 0x5F, 0x25].contains(byte)
        }
        guard isPlain, host.utf8.count <= 255 else {
            throw .address(shown, "the host has a letter that hosts do not have")
        }
        guard let port else { return (String(host), nil) }
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port) else {
            throw .address(shown, "the port must be a number up to 65535")
        }
        return (String(host), Int(number))
    }

    /// Undoes `%20` and its kin.
    private static func decoded(_ text: Substring, _ shown: String) throws(EndpointError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            let digits = String(Substring(rest.prefix(2)))
            guard digits.utf8.count == 2, !digits.hasPrefix("+"), let value = UInt8(digits, radix: 16) else {
                throw .address(shown, "`%` must be followed by two hexadecimal digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let result = String(validating: bytes, as: UTF8.self), !result.utf8.contains(0) else {
            throw .address(shown, "what `%` stands for is not UTF-8")
        }
        return result
    }

    private static func withoutSecret(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let start = text.range(ofText: "://")?.upperBound ?? text.startIndex
        return start <= at ? text[..<start] + "•••" + text[at...] : "•••" + text[at...]
    }
}

extension String {
    /// The first place where a text stands.
    fileprivate func range(ofText text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
