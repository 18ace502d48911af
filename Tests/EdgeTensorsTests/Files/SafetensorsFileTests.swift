import EdgeTensors
import Foundation
import PeerTesting
import Testing

@Suite("Tensors: safetensors files")
struct SafetensorsFileTests {
    private func sample() throws -> SafetensorsFile.Contents {
        SafetensorsFile.Contents(
            tensors: [
                ("layer.weight", try Tensor([Float(1.5), -2, 3, 4], shape: [2, 2])),
                ("layer.bias", try Tensor([Float(0.25)], shape: [1]).converted(to: .bf16)),
                ("half", try Tensor([Float(0.5), 6], shape: [2]).converted(to: .f16)),
                ("scalar", try Tensor(scalar: Int64(-7))), ("none", try Tensor(zeros: [0, 3])),
                ("truth", try Tensor([true, false, true], shape: [3])),
                ("näme \"quoted\"\n", try Tensor([UInt16(65535)], shape: [1])),
            ], metadata: ["format": "pt", "what": "a\\b"])
    }

    @Test("what is written is read again")
    func roundTrips() throws {
        let contents = try sample()
        let again = try SafetensorsFile.read(SafetensorsFile.write(contents))
        #expect(again.metadata == contents.metadata)
        #expect(Set(again.tensors.map(\.name)) == Set(contents.tensors.map(\.name)))
        for (name, tensor) in again.tensors {
            let original = try #require(contents.tensors.first { $0.name == name }?.tensor)
            #expect(tensor.shape == original.shape && tensor.dtype == original.dtype, "\(name)")
            #expect(try tensor.withBytes { Array($0) } == original.withBytes { Array($0) }, "\(name)")
        }
    }

    @Test(
        "the reference implementation reads ours and we read its",
        .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
    func agreesWithReference() throws {
        let folder = try TemporaryDirectory()
        var contents = try sample()
        // NumPy has no bf16 of its own.
        contents.tensors.removeAll { $0.tensor.dtype == .bf16 }
        try folder.write("ours.safetensors", bytes: SafetensorsFile.write(contents))
        let script = """
            import sys, numpy as np
            from safetensors.numpy import load_file, save_file
            from safetensors import safe_open
            f = sys.argv[1]
            t = load_file(f + "/ours.safetensors")
            assert t["layer.weight"].tolist() == [[1.5, -2], [3, 4]] and t["layer.weight"].dtype == np.float32
            assert t["half"].tolist() == [0.5, 6] and t["half"].dtype == np.float16
            assert t["scalar"].shape == () and int(t["scalar"]) == -7
            assert t["none"].shape == (0, 3) and t["truth"].tolist() == [True, False, True]
            assert int(t['näme "quoted"\\n'][0]) == 65535
            assert safe_open(f + "/ours.safetensors", "np").metadata() == {"format": "pt", "what": "a\\\\b"}
            r = np.random.default_rng(1)
            save_file({"a": r.normal(size=(3, 5)).astype(np.float32), "b": r.normal(size=7), "c": np.arange(4, dtype=np.int8),
                "d": r.normal(size=(2, 2)).astype(np.float16), "e": np.array([True, False])}, f + "/theirs.safetensors", {"k": "ü"})
            for k, v in load_file(f + "/theirs.safetensors").items(): np.save(f"{f}/{k}.npy", v)
            print("good")
            """
        #expect(try PythonPeer.run(["-c", script, folder.path]).contains("good"))
        let theirs = try SafetensorsFile.read(path: folder.file("theirs.safetensors"))
        #expect(theirs.metadata == ["k": "ü"] && theirs.tensors.count == 5)
        for (name, tensor) in theirs.tensors {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("\(name).npy"))))
            let expected = try NPYFile.read(bytes)
            #expect(tensor.shape == expected.shape && tensor.dtype == expected.dtype, "\(name)")
            #expect(try tensor.withBytes { Array($0) } == expected.withBytes { Array($0) }, "\(name)")
        }
    }

    /// A file of a header as it stands and so many bytes of data.
    private func file(_ header: String, data: Int) -> [UInt8] {
        let text = Array(header.utf8)
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
            + [UInt8](repeating: 0, count: data)
    }

    @Test(
        "a header that contradicts itself or the file is refused",
        arguments: [
            (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
                4
            ),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775807,9223372036854775807]}}"#, 4),
            (#"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, 8),
            (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}x"#, 4),
            (#"{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4), ("[]", 0), ("", 0),
        ])
    func refuses(header: String, data: Int) {
        #expect(throws: TensorError.self) { try SafetensorsFile.read(file(header, data: data)) }
    }

    @Test("a length that the file does not have is refused")
    func refusesLengths() {
        #expect(throws: TensorError.self) { try SafetensorsFile.read([UInt8](repeating: 255, count: 16)) }
        #expect(throws: TensorError.self) { try SafetensorsFile.read([8, 0, 0]) }
        #expect(throws: TensorError.self) { try SafetensorsFile.read(path: "/nonexistent.safetensors") }
    }

    @Test("a large file is read as its tensors are used, and writing to a tensor leaves it alone")
    func mapsLargeFiles() throws {
        let folder = try TemporaryDirectory()
        let count = 8 << 20
        let path = folder.file("large.safetensors")
        let header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[\(count)],\"data_offsets\":[0,\(count * 4)]}}  "
        try folder.write("large.safetensors", bytes: file(header, data: 4))
        truncate(path, off_t(8 + header.utf8.count + count * 4))
        var tensor = try SafetensorsFile.read(path: path).tensors[0].tensor
        try tensor.withMutableElements(of: Float.self) { $0[5] = 3 }
        #expect(try tensor.withElements(of: Float.self) { $0[5] } == 3)
        let again = try SafetensorsFile.read(path: path).tensors[0].tensor
        #expect(try again.withElements(of: Float.self) { $0[5] } == 0)
    }
}
