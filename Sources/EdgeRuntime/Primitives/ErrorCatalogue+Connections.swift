import EdgeLang

extension ErrorCatalogue {
    static let connections: [DiagnosticCatalogue.Entry] = [
        .init(
            "N0001", "not the address of an endpoint",
            "An address is a URL: `modbus-tcp://host:port/unit`, `mqtt://host:port` or `mqtts://host:port`. The message says which part is wrong."
        ),
        .init(
            "N0002", "unknown scheme",
            "No kind of endpoint has this name before `://`; the hint lists those that there are."),
        .init(
            "N0003", "cannot reach the peer",
            "No connection could be made, or came back in time. What the call was to send was not sent. `connect` takes `wait: true` for a peer that starts later."
        ),
        .init(
            "N0004", "no answer in time",
            "The request went out, and nothing came back. A device may be slow, or silent to another unit identifier. Of a write nobody knows whether it was carried out."
        ),
        .init(
            "N0005", "connection lost",
            "The connection broke while a request was under way. Reads are asked again by themselves; of a write nobody knows whether it was carried out, and it is not repeated."
        ),
        .init(
            "N0006", "refused by the broker",
            "The broker did not accept the user, the password, the client or the topic."),
        .init(
            "N0007", "exception of a device",
            "The device understood the request and refused it. The message names the exception code of Modbus, the hint its usual cause."
        ),
        .init(
            "N0008", "no such point",
            "A point of Modbus is a table and an address counted from 0, such as `holding/30`; a topic to publish to has no wildcards. The message says what is wrong."
        ),
        .init(
            "N0009", "value does not fit",
            "The value is out of the range of its register, has a fraction that the register cannot hold, or is no number. Nothing was written."
        ),
        .init("N0010", "closed", "The connection, subscription or server was closed before."),
        .init("N0011", "not possible with this protocol", "The protocol of the endpoint has no such operation."),
        .init(
            "N0012", "too many requests waiting",
            "The bounded queue of requests is full: the peer answers more slowly than requests come."),
        .init(
            "N0013", "cannot listen",
            "The port is taken by another program, or not allowed, or the address is not one of this machine."),
        .init(
            "N0014", "library missing",
            "A library that this protocol needs is not installed; the hint names its Debian package."),
        .init(
            "N0015", "peer breaks its protocol",
            "What came is no answer to what was asked. Often another kind of server listens at this port."),
        .init(
            "N0016", "no secure connection",
            "The peer could not prove who it is, or the two found no common form of encryption. Certificates are always verified."
        ),
    ]

    static let shadows: [DiagnosticCatalogue.Entry] = [
        .init("S0001", "cannot open the shadow", "The file cannot be opened or made; the message gives the reason."),
        .init(
            "S0002", "not an intact shadow",
            "The file is something else than a shadow, or is damaged. It stays as it is."),
        .init("S0003", "shadow held by another program", "Another program was writing for longer than the timeout."),
        .init(
            "S0004", "version conflict",
            "`version:` asked for another version than the shadow has: somebody else changed it meanwhile. Nothing was written."
        ),
        .init(
            "S0005", "not for a shadow",
            "A shadow takes a record of plain values, within the bounds that the message names."),
        .init("S0006", "shadow cannot be used", "The disk failed or is full. What was acknowledged before is kept."),
        .init("S0007", "shadow closed", "The shadow was closed before."),
    ]
}
