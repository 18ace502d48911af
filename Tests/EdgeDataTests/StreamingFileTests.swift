import EdgeData
import Foundation
import PeerTesting
import Testing

/// Files that are read and written piece by piece.
@Suite struct StreamingFileTests {
    private func lines(_ path: String, repairs: Bool = false) throws -> [String] {
        let reader = try LineReader(path: path, repairs: repairs)
        var result: [String] = []
        while case .line(let line) = try reader.next(waiting: 0) { result.append(line) }
        return result
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\nb", ["a", "b"]), ("\n\n", ["", ""]),
        ("\u{FEFF}grün\nrot\n", ["grün", "rot"]),
    ])
    func aFileIsCutIntoLines(_ text: String, _ expected: [String]) throws {
        let folder = try TemporaryDirectory()
        #expect(try lines(folder.write("t.txt", text)) == expected)
    }

    @Test func linesOfAnyLengthAreRead() throws {
        let long = (0..<50).map { String(repeating: "x\($0)", count: $0 * 997) }
        let folder = try TemporaryDirectory()
        let path = try folder.write("long.txt", long.joined(separator: "\n"))
        #expect(try lines(path) == Array(long))
    }

    @Test func whatIsNoTextIsSaidWithItsLine() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("t.txt", bytes: Array("ok\n".utf8) + [0xFF, 0x41, 0x0A])
        let error = try #require(throws: DataError.self) { try lines(path) }
        #expect(error.code == "E0404" && error.message.hasSuffix("line 2 is not UTF-8"))
        #expect(try lines(path, repairs: true) == ["ok", "\u{FFFD}A"])
        #expect(throws: DataError.self) { try lines(folder.path) }
        #expect(throws: DataError.self) { try lines(folder.file("missing")) }
    }

    @Test func aLineWithoutEndIsRefused() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("t.txt", bytes: Array(repeating: 0x41, count: (16 << 20) + 70_000))
        #expect(try #require(throws: DataError.self) { try lines(path) }.code == "E0413")
    }

    // MARK: Following

    private func append(_ text: String, to path: String) throws { try FileContents.append(text.utf8, to: path) }

    private func fresh(_ file: FollowedFile) throws -> [String] {
        var result: [String] = []
        while case .line(let line) = try file.next() { result.append(line) }
        return result
    }

    @Test func aFileIsFollowedFromItsEnd() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("a.log", "old\n")
        let file = FollowedFile(path: path, fromStart: false)
        #expect(try fresh(file) == [])
        try append("one\ntw", to: path)
        #expect(try fresh(file) == ["one"])
        try append("o\n", to: path)
        #expect(try fresh(file) == ["two"])
        #expect(try fresh(FollowedFile(path: path, fromStart: true)) == ["old", "one", "two"])
    }

    @Test func aFileThatIsNotThereIsWaitedFor() throws {
        let folder = try TemporaryDirectory()
        let file = FollowedFile(path: folder.file("a.log"), fromStart: false)
        #expect(try fresh(file) == [])
        try folder.write("a.log", "first\n")
        #expect(try fresh(file) == ["first"])
    }

    @Test func nothingIsLostWhereALogIsRotated() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("a.log", "1\n")
        let file = FollowedFile(path: path, fromStart: true)
        #expect(try fresh(file) == ["1"])
        try append("2\nhalf", to: path)
        #expect(rename(path, folder.file("a.log.1")) == 0)
        #expect(try fresh(file) == ["2"])
        // The writer has not heard of the rotation yet.
        try append(" done\n3\n", to: folder.file("a.log.1"))
        #expect(try fresh(file) == ["half done", "3"])
        try folder.write("a.log", "4\n")
        #expect(try fresh(file) == ["4"])
        try append("5\n", to: path)
        #expect(try fresh(file) == ["5"])
    }

    @Test func aFileThatIsCutShortIsReadFromItsStart() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("a.log", "a long first line\n")
        let file = FollowedFile(path: path, fromStart: true)
        #expect(try fresh(file) == ["a long first line"])
        #expect(truncate(path, 0) == 0)
        try append("new\n", to: path)
        #expect(try fresh(file) == ["new"])
    }

    @Test func onlyFilesAreFollowed() throws {
        let folder = try TemporaryDirectory()
        #expect(throws: DataError.self) { try FollowedFile(path: folder.path, fromStart: true).next() }
    }

    // MARK: Writing

    private func record(_ fields: (String, DataTree)...) -> DataTree {
        .record(fields.map { DataTree.Field(name: $0.0, value: $0.1) })
    }

    @Test func aTableIsReplacedAsAWhole() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("t.csv", "old\n")
        let file = try RecordFile(path: path, format: .csv, appends: false)
        try file.write(record(("a", .int(1)), ("b", .text("x,y"))))
        try file.write(record(("b", .null), ("a", .float(2.5))))
        try file.flush()
        #expect(try folder.read("t.csv") == "old\n")
        try file.finish()
        #expect(try folder.read("t.csv") == "a,b\n1,\"x,y\"\n2.5,\n")
        #expect(try Folder.names(in: folder.path) == ["t.csv"])
        #expect(file.count == 2)
    }

    @Test func whatIsAbandonedLeavesTheOldFile() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("t.txt", "old\n")
        let file = try RecordFile(path: path, format: .text, appends: false)
        try file.write(.text("new"))
        file.abandon()
        #expect(try folder.read("t.txt") == "old\n")
        #expect(try Folder.names(in: folder.path) == ["t.txt"])
    }

    @Test func whatIsAddedStandsThereAfterAFlush() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("t.jsonl", "{\"n\": 0}\n{\"n")
        let file = try RecordFile(path: path, format: .jsonl, appends: true)
        try file.write(record(("n", .int(1))))
        #expect(file.hasUnwritten)
        try file.flush()
        // A line that was cut off by the end of an earlier program does not swallow the new one.
        #expect(try folder.read("t.jsonl") == "{\"n\": 0}\n{\"n\n{\"n\": 1}\n")
        try file.write(record(("n", .int(2))))
        file.abandon()
        #expect(try folder.read("t.jsonl").hasSuffix("{\"n\": 2}\n"))
    }

    @Test func aTableGoesOnWithItsColumns() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("t.csv")
        for number in [1, 2] {
            let file = try RecordFile(path: path, format: .csv, appends: true)
            try file.write(record(("b", .int(Int64(number))), ("a", .null)))
            try file.finish()
        }
        #expect(try folder.read("t.csv") == "b,a\n1,\n2,\n")
        let file = try RecordFile(path: path, format: .csv, appends: true)
        let error = try #require(throws: DataError.self) { try file.write(record(("c", .int(1)))) }
        #expect(error.code == "E0414" && error.message.contains("`c`"))
        #expect(throws: DataError.self) { try RecordFile(path: path, format: .csv, appends: true, columns: ["a"]) }
    }

    @Test func whatHasNoNamesStandsInOneColumn() throws {
        let folder = try TemporaryDirectory()
        let file = try RecordFile(path: folder.file("t.csv"), format: .csv, appends: false)
        try file.write(.int(1))
        try file.write(.text("two"))
        try file.finish()
        #expect(try folder.read("t.csv") == "value\n1\ntwo\n")
    }

    @Test func theEndingSaysTheFormat() {
        #expect(RecordFile.Format(path: "a/b.csv") == .csv)
        #expect(RecordFile.Format(path: "b.JSONL") == .jsonl)
        #expect(RecordFile.Format(path: "b.log") == .text)
        #expect(RecordFile.Format(path: "plain") == .text)
    }
}
