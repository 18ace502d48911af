import EdgeTensors
import EdgeTraining
import PeerTesting
import Testing

@Suite struct DataFileTests {
    private func error(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    private func csv(_ text: String, _ options: LabelledDataset.CSVOptions = .init()) throws -> LabelledDataset {
        try LabelledDataset(csvBytes: Array(text.utf8), path: "t.csv", options: options)
    }

    @Test func aTableBecomesSamplesAndLabels() throws {
        let text = "a,fault,b,note\r\n1,inner,2,\"x, y\"\r\n3,none,,z\r\n"
        let data = try csv(text, .init(label: "fault", ignored: ["note"]))
        #expect(data.classNames == ["inner", "none"] && data.classes == [0, 1])
        let values = try data.inputs[0].elements(as: Float.self)
        #expect(values[0...2] == [1, 2, 3] && values[3].isNaN)
    }

    @Test func labelsThatAreNumbersAreTargets() throws {
        let data = try csv("x,y\n1,0.5\n2,1\n", .init(label: "y"))
        #expect(try data.labels?.elements(as: Float.self) == [0.5, 1])
        #expect(data.labels?.shape == [2, 1])
        #expect(try csv("x,y\n1,3\n2,1\n", .init(label: "y")).classes == [3, 1])
    }

    @Test func errorsOfTablesNameFileAndLine() throws {
        #expect(error { _ = try csv("a,b\n1,2\n3\n") }.hasPrefix("t.csv, line 3: 1 fields where 2"))
        #expect(error { _ = try csv("a,b\n1,x\n") }.contains("t.csv, line 2: \"x\" in column \"b\" is no number"))
        #expect(error { _ = try csv("a,b\n1,\n", .init(label: "b")) }.contains("line 2: the label is missing"))
        #expect(error { _ = try csv("a,b\n1,2\n", .init(label: "c")) }.contains("has no column \"c\""))
        #expect(error { _ = try csv("a,b\n\"1,2\n") }.contains("t.csv: "))
        #expect(error { _ = try csv("a,b\n") }.contains("no rows"))
    }

    @Test func idxFilesAreBigEndian() throws {
        let bytes: [UInt8] = [0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFF]
        let tensor = try IDXFile.decode(bytes, path: "x")
        #expect(tensor.shape == [1, 2])
        #expect(try tensor.elements(as: Int16.self) == [258, -1])
    }

    @Test func brokenIDXFilesAreErrorsWithTheirByte() {
        #expect(error { _ = try IDXFile.decode([0x1F, 0x8B, 8, 0], path: "x") }.contains("gunzip"))
        #expect(error { _ = try IDXFile.decode([0, 0, 8, 1, 0, 0, 0, 9, 1], path: "x") }.contains("x, byte 8"))
        #expect(error { _ = try IDXFile.decode([0, 0, 7, 1], path: "x") }.contains("byte 2"))
        #expect(error { _ = try IDXFile.decode([0, 0, 8, 255], path: "x") }.contains("byte 3"))
        let huge: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12)
        #expect(error { _ = try IDXFile.decode(huge, path: "x") }.contains("x, byte"))
    }

    private func wav(format: UInt16, bits: UInt16, channels: UInt16, data: [UInt8]) -> [UInt8] {
        func little(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(value >> UInt32(8 * $0) & 255) }
        }
        let header =
            little(UInt32(format), 2) + little(UInt32(channels), 2) + little(16000, 4) + little(0, 4)
            + little(0, 2) + little(UInt32(bits), 2)
        return Array("RIFF".utf8) + little(0, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + header
            + Array("data".utf8) + little(UInt32(data.count), 4) + data
    }

    @Test func soundsOfAllWidths() throws {
        let wide = try WAVFile.decode(wav(format: 1, bits: 16, channels: 1, data: [0, 0x40, 0, 0x80]), path: "w")
        #expect(wide.sampleRate == 16000)
        #expect(try wide.samples.elements(as: Float.self) == [0.5, -1])
        let narrow = try WAVFile.decode(wav(format: 1, bits: 8, channels: 2, data: [192, 128, 0, 64]), path: "w")
        #expect(narrow.samples.shape == [2, 2])
        #expect(try narrow.samples.elements(as: Float.self) == [0.5, 0, -1, -0.5])
        let three = try WAVFile.decode(wav(format: 1, bits: 24, channels: 1, data: [0, 0, 0xC0]), path: "w")
        #expect(try three.samples.elements(as: Float.self) == [-0.5])
    }

    @Test func brokenSoundsAreErrors() {
        #expect(error { _ = try WAVFile.decode(Array("RIFF".utf8), path: "w") }.contains("w, byte"))
        #expect(
            error { _ = try WAVFile.decode(wav(format: 2, bits: 4, channels: 1, data: []), path: "w") }.contains(
                "compressed"))
        #expect(
            error { _ = try WAVFile.decode(wav(format: 1, bits: 16, channels: 0, data: []), path: "w") }.contains(
                "channels"))
    }

    @Test func imagesOfAllKinds() throws {
        func image(_ text: String, _ bytes: [UInt8] = []) throws -> Tensor {
            try PNMFile.decode(Array(text.utf8) + bytes, path: "p")
        }
        #expect(try image("P2 # grey\n2 1\n255\n7 255").elements(as: UInt8.self) == [7, 255])
        #expect(try image("P6 1 1 255\n", [1, 2, 3]).shape == [1, 1, 3])
        #expect(try image("P5 1 1 65535\n", [1, 2]).elements(as: UInt16.self) == [258])
        #expect(try image("P4 3 1\n", [0b1010_0000]).elements(as: UInt8.self) == [0, 1, 0])
        #expect(error { _ = try image("P5 99999 99999 255\n", [1]) }.contains("announced"))
        #expect(error { _ = try image("P3 1 1 10\n 11 0 0") }.contains("larger than"))
        #expect(error { _ = try image("P5 0 1 255\n") }.contains("0 × 1"))
    }

    @Test func aFolderHasAClassInEachSubfolder() throws {
        let folder = try TemporaryDirectory()
        for (name, level) in [("b/1.pgm", 1), ("a/2.pgm", 2), ("a/1.pgm", 3)] {
            try folder.write(name, bytes: Array("P5 1 1 255\n".utf8) + [UInt8(level)])
        }
        try folder.write("a/notes.txt", "not a sample")
        let data = try LabelledDataset(folder: folder.path)
        #expect(data.classNames == ["a", "b"] && data.classes == [0, 0, 1])
        #expect(try data.inputs[0].elements(as: UInt8.self) == [3, 2, 1])
        try folder.write("b/2.pgm", bytes: Array("P5 2 1 255\n".utf8) + [1, 2])
        #expect(error { _ = try LabelledDataset(folder: folder.path) }.contains("b/2.pgm has shape [1, 2, 1]"))
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func mnistAsItIsDistributed() throws {
        let folder = SharedData.file("datasets/mnist")
        let data = try LabelledDataset(
            inputs: ["\(folder)/test-2000-images-idx3-ubyte"], labels: "\(folder)/test-2000-labels-idx1-ubyte")
        #expect(data.inputs[0].shape == [2000, 28, 28] && data.inputs[0].dtype == .u8)
        #expect(Set(data.classes ?? []) == Set(0...9))
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func numpyPairsAndSounds() throws {
        let folder = SharedData.file("datasets/kws01")
        let data = try LabelledDataset(inputs: ["\(folder)/x_int8.npy"], labels: "\(folder)/y.npy")
        #expect(data.count == 500 && data.classes?.count == 500)
        let sound = try WAVFile.read(SharedData.file("datasets/audio/yes_1000ms.wav"))
        #expect(sound.sampleRate == 16000 && sound.samples.shape == [16000])
    }
}
