import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

/// What a mistake in a grammar says: file, line, column, the name, and what may have been meant.
@Suite struct GrammarMistakeTests {
    static func error(_ text: String) -> ProtocolError? {
        do throws(ProtocolError) {
            _ = try ProtocolLibrary.compile(
                Array(text.utf8), file: "mine.yaml", folders: [PackageRoot.file("stdlib/protocols")])
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("protocol: p\nmesage:\n  - a: u8\n", "mine.yaml:2:1: a grammar has no `mesage`", "did you mean `message`?"),
        ("protocol: p\nmessage:\n  - a: u8x\n", "mine.yaml:3:8: there is no type `u8x`", "did you mean `u8`?"),
        (
            "protocol: p\nmessage:\n  - size: {type: u8, size_of: bdy}\n  - body: {type: bytes, size: rest}\n",
            "mine.yaml:3:31: no element `bdy` follows in this group", "did you mean `body`?"
        ),
        (
            "protocol: p\nmessage:\n  - kind: u8\n  - switch: knd\n    cases:\n      1: [a: u8]\n",
            "mine.yaml:4:13: there is no element `knd` before this one", "did you mean `kind`?"
        ),
        (
            "protocol: p\nmessage:\n  - a: {type: u8, enum: color}\nenums:\n  colour: {1: red}\n",
            "mine.yaml:3:25: there is no enumeration `color`", "did you mean `colour`?"
        ),
        (
            "protocol: p\nmessage:\n  - bits: u8\n    fields: [a: u3, b: u4]\n",
            "mine.yaml:3:11: the fields have 7 bits, but u8 has 8", nil
        ),
        (
            "protocol: p\nmessage:\n  - a: {type: u8, cosnt: 1}\n", "mine.yaml:3:19: `a` has no `cosnt`",
            "did you mean `const`?"
        ),
        (
            "protocol: p\nmessage:\n  - a: {type: u16, checksum: crc-16/modbuss}\n",
            "mine.yaml:3:30: there is no checksum `crc-16/modbuss`", "did you mean `crc-16/modbus`?"
        ),
        (
            "protocol: p\nmessage:\n  - k: {type: u8, enum: e}\n  - switch: k\n    cases:\n      tow: [a: u8]\nenums: {e: {1: one, 2: two}}\n",
            "mine.yaml:6:7: `tow` is not in the enumeration", "did you mean `two`?"
        ),
        (
            "protocol: p\nmessage:\n  - a: u3\n", "mine.yaml:3:5: a number of 3 bits stands only in a group of bits",
            "write `- bits: u8` with its `fields`"
        ),
    ])
    func aMistakeIsReportedWithItsPlaceAndASuggestion(text: String, message: String, hint: String?) throws {
        let error = try #require(GrammarMistakeTests.error(text))
        #expect(error.code == "P0001")
        #expect(error.message == message)
        #expect(error.hint == hint)
    }

    @Test(arguments: [
        "", "protocol: p", "protocol: p\nmessage: []", "protocol: p\nmessage: 3", "protocol: [", "- a",
        "protocol: p\nmessage:\n  - a: {}\n",
        "protocol: p\nmessage:\n  - a: {type: u8, range: [5, 1]}\n",
        "protocol: p\nmessage:\n  - a: {type: u8, scale: 0}\n",
        "protocol: p\ninclude: [nowhere]\nmessage:\n  - a: u8\n",
        "protocol: p\nmessage:\n  - splice: t\ntypes:\n  t:\n    - splice: t\n",
    ])
    func aGrammarWithoutSenseIsAnErrorAndNothingElse(text: String) {
        #expect(GrammarMistakeTests.error(text)?.code == "P0001")
    }

    @Test func typesThatCopyEachOtherBeyondMeasureAreRefused() {
        // Each type holds the next one ten times.
        var text = "protocol: p\nmessage:\n  - a: t0\ntypes:\n"
        for level in 0..<12 {
            text += "  t\(level):\n" + (0..<10).map { "    - f\($0): t\(level + 1)\n" }.joined()
        }
        text += "  t12: u8\n"
        #expect(GrammarMistakeTests.error(text)?.message.contains("the grammar grows too large here") == true)
    }

    @Test func theGrammarInTheGuideWorks() throws {
        let guide = try String(contentsOfFile: PackageRoot.file("docs/protocols.md"), encoding: .utf8)
        let start = try #require(guide.range(of: "```yaml\n")).upperBound
        let end = try #require(guide.range(of: "```", range: start..<guide.endIndex)).lowerBound
        let codec = try #require(try ProtocolLibrary.compile(Array(guide[start..<end].utf8), file: "guide.yaml").first)
        let vector = try #require(codec.grammar.vectors.first)
        #expect(try codec.decode(vector.bytes).value == vector.value)
        #expect(try codec.encode(vector.value) == vector.bytes)
    }
}
