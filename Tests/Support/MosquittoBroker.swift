import Foundation

/// Eclipse Mosquitto (Debian: mosquitto) on a free port of the loopback interface, with a store that outlives a restart.
public final class MosquittoBroker {
    public let port: Int
    private let folder: TemporaryDirectory
    private var process: RunningPeer?

    public static let path = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What a skipped test says.
    public static let absence = "no mosquitto here; apt-get install mosquitto"

    /// Starts one.
    ///
    /// - Parameter settings: Lines of its configuration in place of anonymous access.
    public init(settings: String = "allow_anonymous true") throws {
        port = try RunningPeer.freePort()
        folder = try TemporaryDirectory()
        // As root it would turn into a user who may not write here.
        try folder.write(
            "mosquitto.conf",
            """
            listener \(port) 127.0.0.1
            \(settings)
            user \(NSUserName())
            persistence true
            persistence_location \(folder.path)/
            max_queued_messages 0
            log_dest stderr
            log_type all
            """)
        try start()
    }

    deinit { stop() }

    /// What it has written since it was started.
    public var log: String { process?.problems ?? "" }

    /// Starts it again after `stop`.
    public func start() throws {
        let process = try RunningPeer(Self.path ?? "mosquitto", ["-c", folder.file("mosquitto.conf")], ready: nil)
        guard RunningPeer.waitForListener(port: port) else {
            throw PythonPeer.Failure(description: "mosquitto does not listen: \(process.problems)")
        }
        self.process = process
    }

    /// Ends it; what it promised to keep is on the disk.
    public func stop() {
        process?.stop()
        process = nil
    }
}
