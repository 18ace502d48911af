import EdgeData
import Testing

@Suite struct JSONTests {
    @Test func keepsTheOrderOfNamesAndTheExactIntegers() throws {
        let text = #"{"z": 9223372036854775807, "a": [-1, 0.5, true, null, "x"], "m": {}}"#
        let tree = try JSONReader.read(Array(text.utf8))
        #expect(
            tree
                == .record([
                    .init(name: "z", value: .int(.max)),
                    .init(name: "a", value: .list([.int(-1), .float(0.5), .bool(true), .null, .text("x")])),
                    .init(name: "m", value: .record([])),
                ]))
        #expect(try JSONWriter().write(tree) == text)
    }

    @Test(arguments: ["1", "\"x\"", "null", "[]", "-0.0", "1e300"])
    func readsAnyValueAtTheTop(_ text: String) throws {
        #expect(throws: Never.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test(arguments: ["", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "NaN", "1 2", "\"\u{1}\"", "[1\n,\n&]"])
    func refusesWhatIsNotJSON(_ text: String) {
        #expect(throws: DataError.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test func tellsLineAndColumnOfAFault() throws {
        let error = try #require(throws: DataError.self) { try JSONReader.read(Array("[1,\n 2,\n oops]".utf8)) }
        #expect(error.message.contains("line 3"))
        #expect(error.code == "E0401")
    }

    @Test func aWholeNumberBeyond64BitsIsAnErrorAndNotAnotherNumber() throws {
        let error = try #require(throws: DataError.self) { try JSONReader.read(Array("[9223372036854775808]".utf8)) }
        #expect(error.hint?.contains("64 bits") == true)
    }

    @Test func deepNestingIsAnError() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: DataError.self) { try JSONReader.read(Array(text.utf8)) }
        let closed = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        #expect(throws: DataError.self) { try JSONReader.read(Array(closed.utf8)) }
    }

    @Test func invalidUTF8IsAnError() {
        #expect(throws: DataError.self) { try JSONReader.read([0x22, 0xFF, 0x22]) }
    }

    @Test func textsSurviveWritingAndReading() throws {
        let text = "quote \" slash \\ nul \u{0} bell \u{7} line\u{2028} emoji 😀 é"
        let written = try JSONWriter().write(.text(text))
        #expect(try JSONReader.read(Array(written.utf8)) == .text(text))
    }

    @Test(arguments: [0.1, -0.0, 1e-300, 2.5e-308, 1.7976931348623157e308, 123456789.123456789])
    func floatsSurviveWritingAndReading(_ value: Double) throws {
        let written = try JSONWriter().write(.float(value))
        #expect(try JSONReader.read(Array(written.utf8)) == .float(value))
    }

    @Test func indentsOnRequest() throws {
        let tree = DataTree.record([.init(name: "a", value: .list([.int(1), .int(2)]))])
        #expect(try JSONWriter(indentation: 2).write(tree) == "{\n  \"a\": [\n    1,\n    2\n  ]\n}")
    }

    @Test func nanIsRefusedOrNull() throws {
        #expect(throws: DataError.self) { try JSONWriter().write(.float(.nan)) }
        #expect(try JSONWriter(nonFinite: .null).write(.float(.infinity)) == "null")
    }
}
