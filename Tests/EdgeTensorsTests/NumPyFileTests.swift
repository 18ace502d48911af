import EdgeTensors
import Foundation
import PeerTesting
import Testing

private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

@Suite struct NumPyFileTests {
    @Test(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
    func numPysArraysOfEveryTypeAndOrderAreRead() throws {
        let folder = try TemporaryDirectory()
        _ = try PythonPeer.run(
            [
                "-c",
                """
                import numpy as np
                for kind in 'f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8'.split():
                    for order in '<>':
                        a = np.arange(24).reshape(2, 3, 4).astype(order + kind)
                        np.save(f'{order}{kind}.npy'.replace('<', 'l').replace('>', 'b'), a)
                        np.save(f'f{order}{kind}.npy'.replace('<', 'l').replace('>', 'b'), np.asfortranarray(a))
                np.save('scalar.npy', np.float32(7))
                np.save('empty.npy', np.zeros((0, 3), 'f4'))
                np.save('truth.npy', np.array([True, False, True]))
                with open('v2.npy', 'wb') as f: np.lib.format.write_array(f, np.arange(5.0), version=(2, 0))
                with open('v3.npy', 'wb') as f: np.lib.format.write_array(f, np.arange(5.0), version=(3, 0))
                np.savez('stored.npz', a=np.arange(4), b=np.eye(2, dtype='f4'))
                np.savez_compressed('packed.npz', a=np.arange(4), b=np.eye(2, dtype='f4'))
                """,
            ], directory: folder.path)
        let expected = (0..<24).map { Double($0) }
        for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"] {
            for prefix in ["l", "b", "fl", "fb"] {
                let tensor = try NPYFile.read(bytes(folder.file("\(prefix)\(kind).npy")))
                #expect(tensor.shape == [2, 3, 4], "\(prefix)\(kind)")
                #expect(try tensor.numbers() == expected, "\(prefix)\(kind)")
            }
        }
        #expect(try NPYFile.read(bytes(folder.file("scalar.npy"))).shape == [])
        #expect(try NPYFile.read(bytes(folder.file("empty.npy"))).shape == [0, 3])
        #expect(try NPYFile.read(bytes(folder.file("truth.npy"))).elements(as: Bool.self) == [true, false, true])
        for version in ["v2", "v3"] {
            #expect(try NPYFile.read(bytes(folder.file("\(version).npy"))).numbers() == [0, 1, 2, 3, 4])
        }
        for archive in ["stored", "packed"] {
            let arrays = try NPZFile.read(bytes(folder.file("\(archive).npz")))
            #expect(arrays.map(\.name) == ["a", "b"])
            #expect(try arrays[0].tensor.numbers() == [0, 1, 2, 3])
            #expect(try arrays[1].tensor.elements(as: Float.self) == [1, 0, 0, 1])
        }
    }

    @Test(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
    func numPyReadsWhatIsWritten() throws {
        let folder = try TemporaryDirectory()
        let a = try Tensor([1.5, -2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        let b = try Tensor([1, 2, 3] as [Int64], shape: [3])
        try folder.write("a.npy", bytes: NPYFile.write(a))
        try folder.write("t.npy", bytes: NPYFile.write(a.transposed()))
        try folder.write("stored.npz", bytes: NPZFile.write([("a", a), ("b", b)], compressed: false))
        try folder.write("packed.npz", bytes: NPZFile.write([("a", a), ("b", b)], compressed: true))
        let text = try PythonPeer.run(
            [
                "-c",
                """
                import numpy as np
                print(np.load('a.npy').tolist(), np.load('t.npy').tolist())
                for name in ('stored.npz', 'packed.npz'):
                    z = np.load(name)
                    print(z.files, z['a'].dtype, z['b'].tolist())
                """,
            ], directory: folder.path)
        #expect(
            text == """
                [[1.5, -2.0, 3.0], [4.0, 5.0, 6.0]] [[1.5, 4.0], [-2.0, 5.0], [3.0, 6.0]]
                ['a', 'b'] float32 [1, 2, 3]
                ['a', 'b'] float32 [1, 2, 3]

                """)
    }

    /// A file of version 1.0 with this header and data.
    private func file(_ header: String, data: Int = 0) -> [UInt8] {
        let text = Array(header.utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text
            + [UInt8](repeating: 0, count: data)
    }

    @Test(arguments: [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f4', 'fortran_order': False, }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,",
        "{'descr': '<f4",
        "{",
        "",
    ])
    func aHostileHeaderIsRefusedWithItsByte(header: String) throws {
        do {
            _ = try NPYFile.read(file(header, data: 8))
            Issue.record("accepted")
        } catch let error as TensorError {
            #expect(error.code == "T0005")
            #expect(error.message.contains("at byte "))
        }
    }

    @Test func everyCutOfAFileIsRefused() throws {
        let tensor = try Tensor([1, 2, 3] as [Float], shape: [3])
        for whole in [try NPYFile.write(tensor)] {
            for length in 0..<whole.count {
                #expect(throws: TensorError.self) { try NPYFile.read(Array(whole[..<length])) }
            }
        }
        let archive = try NPZFile.write([("x", tensor)])
        for length in 0..<archive.count {
            #expect(throws: TensorError.self) { try NPZFile.read(Array(archive[..<length])) }
        }
    }

    @Test func aFlippedBitNeverTraps() throws {
        let tensor = try Tensor([1, 2, 3] as [Float], shape: [3])
        for whole in [try NPYFile.write(tensor), try NPZFile.write([("x", tensor)], compressed: true)] {
            for position in whole.indices {
                for bit in 0..<8 {
                    var broken = whole
                    broken[position] ^= 1 << bit
                    _ = try? NPYFile.read(broken)
                    _ = try? NPZFile.read(broken)
                }
            }
        }
    }

    @Test func typesThatNumPyLacksAreWrittenAsTheNextWider() throws {
        let packed = try Tensor(integers: [-8, 7, 1], shape: [3], dtype: .i4)
        let read = try NPYFile.read(NPYFile.write(packed))
        #expect(read.dtype == .i8)
        #expect(try read.integers() == [-8, 7, 1])
        #expect(try NPYFile.read(NPYFile.write(packed.converted(to: .bf16))).dtype == .f32)
    }
}
