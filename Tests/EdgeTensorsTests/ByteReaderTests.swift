import Testing

@testable import EdgeTensors

@Suite struct ByteReaderTests {
    private let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    @Test func integersAreLittleEndianAndNeedNoAlignment() throws {
        let reader = ByteReader(bytes)
        #expect(try reader.integer(at: 1, as: UInt16.self) == 0x0302)
        #expect(try reader.integer(at: 3, as: Int32.self) == 0x0706_0504)
    }

    @Test func whatLiesOutsideIsAnErrorWithTheOffsetInTheWholeInput() throws {
        let inner = try ByteReader(bytes).reader(at: 4, count: 3)
        let error = #expect(throws: ByteReaderError.self) { try inner.integer(at: 2, as: UInt16.self) }
        #expect(error?.offset == 6)
        for offset in [-1, 9, Int.max, Int.min] {
            #expect(throws: ByteReaderError.self) { try inner.slice(at: offset, count: 1) }
            #expect(throws: ByteReaderError.self) { try inner.reader(at: offset) }
        }
        #expect(throws: ByteReaderError.self) { try inner.slice(at: 0, count: Int.max) }
        #expect(throws: ByteReaderError.self) { try inner.slice(at: 0, count: -1) }
    }

    @Test func readingInSequenceMovesThePosition() throws {
        var reader = ByteReader(bytes)
        #expect(try reader.readInteger(as: UInt8.self) == 1)
        #expect(Array(try reader.readSlice(2)) == [2, 3])
        var inner = try reader.readReader(2)
        #expect(try inner.readInteger(as: UInt16.self) == 0x0504)
        #expect(inner.remaining == 0)
        #expect(reader.remaining == 3)
        #expect(throws: ByteReaderError.self) { try reader.skip(4) }
    }
}
