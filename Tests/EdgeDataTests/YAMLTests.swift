import EdgeData
import Testing

@Suite struct YAMLTests {
    func read(_ text: String) throws -> DataTree { try YAMLReader.read(Array(text.utf8)) }

    @Test func readsBlockAndFlowCollections() throws {
        let tree = try read(
            """
            # a device
            name: pump
            tags: [a, b]
            limits:
              - {low: 1, high: 2.5}
              - null
            """)
        #expect(tree["name"] == .text("pump"))
        #expect(tree["tags"] == .list([.text("a"), .text("b")]))
        #expect(
            tree["limits"]
                == .list([
                    .record([.init(name: "low", value: .int(1)), .init(name: "high", value: .float(2.5))]), .null,
                ]))
    }

    @Test func scalarsFollowTheCoreSchemaOf12() throws {
        let cases: [(String, DataTree)] = [
            ("no", .text("no")), ("yes", .text("yes")), ("12:30", .text("12:30")), ("0x1F", .int(31)),
            ("0o17", .int(15)),
            ("010", .int(10)), ("1e3", .float(1000)), (".5", .float(0.5)), ("-.inf", .float(-.infinity)), ("~", .null),
            ("true", .bool(true)), ("\"1\"", .text("1")), ("1_000", .text("1_000")), ("!!str 5", .text("5")),
            ("!!float 5", .float(5)), ("1.2.3", .text("1.2.3")), ("+7", .int(7)), ("e5", .text("e5")), ("", .null),
        ]
        for (text, expected) in cases { #expect(try read(text) == expected, "\(text)") }
    }

    @Test func aliasesAreCopies() throws {
        #expect(try read("a: &x [1, 2]\nb: *x")["b"] == .list([.int(1), .int(2)]))
    }

    @Test func billionLaughsAreStopped() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
        }
        let error = try #require(throws: DataError.self) { try read(text) }
        #expect(error.message.contains("aliases"))
    }

    @Test(
        arguments: [
            "a: 1\na: 2", "[1", "a: b: c", "*nowhere", "&a [*a]", "? [1]\n: 2", "--- 1\n--- 2", "!!int x", "!custom 1",
            "99999999999999999999", "<<: {a: 1}", "\t- a", "\"\\q\"", "%YAML 9.9\n---\n1",
        ])
    func refusesWhatItDoesNotUnderstand(_ text: String) throws {
        let error = try #require(throws: DataError.self) { try read(text) }
        #expect(error.message.contains("line"))
    }

    @Test func deepNestingIsAnError() {
        #expect(throws: DataError.self) { try read(String(repeating: "[", count: 100_000)) }
        #expect(throws: DataError.self) { try read(String(repeating: "- ", count: 2000) + "1") }
    }

    @Test func bytesThatAreNotTextAreAnError() {
        #expect(throws: DataError.self) { try YAMLReader.read([0xFF, 0xFE, 0x00]) }
        #expect(throws: DataError.self) { try YAMLReader.read([0x61, 0x00, 0x62]) }
    }

    @Test func whatIsWrittenReadsBack() throws {
        let tree = DataTree.record([
            .init(name: "plain words", value: .text("a b-c.d/e")),
            .init(name: "yes", value: .text("no")),
            .init(name: "1", value: .text("0x10")),
            .init(name: "empty", value: .text("")),
            .init(name: "odd", value: .text("line\nbreak: #x \u{0} \u{85} 😀")),
            .init(name: "lists", value: .list([.list([.int(1), .list([])]), .record([]), .null])),
            .init(
                name: "records",
                value: .list([
                    .record([.init(name: "a", value: .float(.infinity)), .init(name: "b", value: .list([.bool(true)]))])
                ])),
            .init(name: "numbers", value: .list([.int(.min), .float(1), .float(1e-9), .float(-0.0)])),
        ])
        #expect(try read(YAMLWriter.write(tree)) == tree)
    }
}
