@testable import EdgeTraining
import Foundation
import PeerTesting
import Testing

@Suite struct CheckpointTests {
    private func sample() -> CheckpointFile {
        var file = CheckpointFile()
        file[floats: "weights"] = [1, -0.0, .nan, .infinity, .leastNonzeroMagnitude]
        file[words: "position"] = [0, .max, 7]
        file[floats: "none"] = []
        return file
    }

    @Test func everyBitComesBack() throws {
        let bytes = sample().encoded()
        let read = try CheckpointFile(decoding: bytes)
        #expect(read.encoded() == bytes)
        #expect(read[floats: "weights"]?.map(\.bitPattern) == sample()[floats: "weights"]?.map(\.bitPattern))
        #expect(read[words: "position"] == [0, .max, 7])
        #expect(read[words: "weights"] == nil)
    }

    @Test func aDamagedFileIsRefusedAtEveryByte() {
        let bytes = sample().encoded()
        for length in 0..<bytes.count {
            #expect(throws: (any Error).self) { try CheckpointFile(decoding: Array(bytes[..<length])) }
        }
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x10
            #expect(throws: (any Error).self) { try CheckpointFile(decoding: changed) }
        }
    }

    @Test func aFileIsReplacedAndAMissingFolderIsAnError() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("run.checkpoint")
        try CheckpointFile().write(to: path)
        try sample().write(to: path)
        #expect(try CheckpointFile.read(path)[words: "position"] == [0, .max, 7])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.checkpoint"])
        #expect(throws: TrainingError.self) { try sample().write(to: folder.file("no/where")) }
        #expect(throws: TrainingError.self) { try CheckpointFile.read(folder.file("absent")) }
    }
}
