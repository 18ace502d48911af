import EdgeData
import PeerTesting
import Testing

@Suite struct FileTests {
    @Test func whatIsWrittenReadsBackAndLeavesNoTemporaryFile() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/a.bin"
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        try FileContents.write(bytes, to: path)
        #expect(try FileContents.read(path) == bytes)
        try FileContents.append([1, 2], to: path)
        #expect(try FileContents.read(path).count == 100_002)
        #expect(try Folder.names(in: folder.path) == ["a.bin"])
    }

    @Test func aFailedWriteLeavesTheOldFile() throws {
        let folder = try TemporaryDirectory()
        try Folder.make(folder.path + "/taken/deep")
        let error = try #require(throws: DataError.self) { try FileContents.write([1], to: folder.path + "/taken") }
        #expect(error.code == "E0412")
        #expect(try Folder.names(in: folder.path) == ["taken"])
        #expect(throws: DataError.self) { try FileContents.write([1], to: folder.path + "/missing/x") }
    }

    @Test func readingNamesThePathAndTheReason() throws {
        let folder = try TemporaryDirectory()
        let missing = try #require(throws: DataError.self) { try FileContents.read(folder.path + "/nothing") }
        #expect(missing.message.contains("nothing: there is no such file"))
        let directory = try #require(throws: DataError.self) { try FileContents.read(folder.path) }
        #expect(directory.message.contains("folder"))
        let endless = try #require(throws: DataError.self) { try FileContents.read("/dev/zero", limit: 1 << 20) }
        #expect(endless.code == "E0413")
    }

    @Test func foldersAreMadeWithThoseAboveThem() throws {
        let folder = try TemporaryDirectory()
        try Folder.make(folder.path + "/a/b/c")
        #expect(Folder.entry(at: folder.path + "/a/b/c") == .folder)
        try FileContents.write([], to: folder.path + "/file")
        #expect(throws: DataError.self) { try Folder.make(folder.path + "/file/x") }
        #expect(throws: DataError.self) { try Folder.names(in: folder.path + "/file") }
    }

    @Test func textMustBeUTF8() throws {
        let folder = try TemporaryDirectory()
        try FileContents.write([0xEF, 0xBB, 0xBF, 0x61], to: folder.path + "/a")
        #expect(try FileContents.readText(folder.path + "/a") == "a")
        try FileContents.write([0xFF], to: folder.path + "/b")
        #expect(throws: DataError.self) { try FileContents.readText(folder.path + "/b") }
    }
}
