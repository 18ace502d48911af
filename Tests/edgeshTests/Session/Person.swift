import Foundation
import PeerTesting

/// A session of edgesh and the person at its terminal, in a home of their own.
struct Person {
    let home: TemporaryDirectory
    private let terminal: PseudoTerminal

    init(
        home: TemporaryDirectory? = nil, arguments: [String] = [], environment: [String: String] = [:]
    ) throws {
        let home = try home ?? TemporaryDirectory()
        self.home = home
        terminal = try PseudoTerminal(
            ProgramUnderTest.path, arguments,
            environment: ["HOME": home.path, "XDG_STATE_HOME": home.path + "/state", "INPUTRC": "/dev/null"]
                .merging(environment) { _, new in new },
            directory: home.path)
        try terminal.expect("edgesh> ", seconds: Person.patience)
    }

    /// Other tests may keep the machine busy.
    private static let patience = 60.0

    var screen: String { terminal.screen }
    var isCooked: Bool { terminal.isCooked }

    func type(_ keys: String) { terminal.type(keys) }

    @discardableResult
    func expect(_ text: String) throws -> String { try terminal.expect(text, seconds: Person.patience) }

    /// Types an entry and returns what is shown up to the next prompt. Several lines are pasted, so that they are one entry.
    func enter(_ text: String) throws -> String {
        terminal.type(text.contains("\n") ? "\u{1B}[200~\(text)\u{1B}[201~\n" : text + "\n")
        return try expect("edgesh> ")
    }

    func resize(columns: Int, rows: Int) { terminal.resize(columns: columns, rows: rows) }
    func send(signal number: Int32) { terminal.send(signal: number) }
    func exitCode() throws -> Int32 { try terminal.exitCode(seconds: Person.patience) }
}
