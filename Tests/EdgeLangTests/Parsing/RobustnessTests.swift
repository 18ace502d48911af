import Testing

@testable import EdgeLang

/// Whatever is fed in, the parser and the resolver return.
@Suite struct RobustnessTests {
    private func codes(_ text: String) -> [String] {
        let result = Parser.parse(SourceFile(name: "t", text: text), as: FileID(0))
        guard result.isValid else { return result.diagnostics.map(\.code.rawValue) }
        return Resolver.resolve(result.program).diagnostics.map(\.code.rawValue)
    }

    @Test(arguments: [
        "(", "[", "{", "-", "not ", "x => ", "f(", "{a: ", "\"\\(", "if a { ", "[...", "~", "2 ** ", "match x { 1 => ",
        "try { ", "x |> f(", "a ?? (", "fn f() { ",
    ])
    func nestingAHundredThousandDeepIsAnError(_ opener: String) {
        let found = codes(String(repeating: opener, count: 100_000))
        #expect(found.contains("E0126"), "\(found.prefix(3))")
    }

    @Test func deeplyNestedPatternsAreAnError() {
        #expect(codes("let " + String(repeating: "[", count: 100_000)).contains("E0126"))
        #expect(codes("match x { " + String(repeating: "{a: ", count: 100_000)).contains("E0126"))
    }

    @Test(arguments: ["1+", "a.b|>", "x[0]+", "a and ", "a ?? ", "f(1)|>g|>"])
    func aChainOfAHundredThousandLinksIsAnError(_ link: String) {
        let found = codes(String(repeating: link, count: 100_000) + "f")
        #expect(found.contains("E0126"), "\(found.prefix(3))")
    }

    @Test(arguments: [".a", "(1)", "[0]"])
    func aChainOfPostfixesIsAnError(_ link: String) {
        #expect(codes("x" + String(repeating: link, count: 100_000)).contains("E0126"))
    }

    @Test func longButFlatProgramsWork() {
        #expect(codes("let xs = [" + String(repeating: "1, ", count: 100_000) + "]").isEmpty)
        #expect(codes(String(repeating: "1\n", count: 100_000)).isEmpty)
        let chain = "let a = 1\nif a == 0 { 0 }" + String(repeating: " else if a == 1 { 1 }", count: 20_000)
        #expect(codes(chain).isEmpty)
        #expect(codes("let s = 1" + String(repeating: " + 1", count: 300)).isEmpty)
    }

    @Test func aHundredThousandStrayBracketsAreReportedInReasonableTime() {
        let text = String(repeating: "(", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(!codes(text).isEmpty)
        #expect(codes(String(repeating: ")", count: 100_000)).count <= Parser.maximumErrors + 1)
    }

    @Test func mutatedScriptsAlwaysReturn() {
        var random = SplitMix(state: 0x5EED)
        for _ in 0..<4_000 {
            let mutated = Self.mutate(Array(Self.seed.utf8), &random)
            let result = Parser.parse(
                SourceFile(name: "t", bytes: mutated), as: FileID(0),
                options: ParserOptions(isPrompt: random.next() % 2 == 0))
            for diagnostic in result.diagnostics { #expect(Int(diagnostic.span.end) <= mutated.count) }
            if result.isValid { _ = Resolver.resolve(result.program) }
            var sources = SourceMap()
            _ = sources.add(SourceFile(name: "t", bytes: mutated))
            _ = DiagnosticRenderer(sources: sources).render(result.diagnostics)
        }
    }

    private static func mutate(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var result = bytes
        for _ in 0..<(1 + random.next() % 8) {
            let place = Int(random.next() % UInt64(max(result.count, 1)))
            switch random.next() % 6 {
            case 0 where !result.isEmpty: result[place] = UInt8(truncatingIfNeeded: random.next())
            case 1 where !result.isEmpty: result.remove(at: place)
            case 2:
                result.insert(interesting[Int(random.next() % UInt64(interesting.count))], at: min(place, result.count))
            case 3:
                let end = min(result.count, place + Int(random.next() % 40))
                result.removeSubrange(min(place, end)..<end)
            case 4:
                let end = min(result.count, place + Int(random.next() % 40))
                result.insert(
                    contentsOf: result[min(place, end)..<end], at: Int(random.next() % UInt64(result.count + 1)))
            default: result = Array(result.prefix(place))
            }
        }
        return result
    }

    private static let interesting = Array("(){}[]\"\\.,:;=|>*+-/#_?&~\n\t 0exr\u{202E}".utf8)

    private static let seed = #"""
        ## Doc.
        import "./x.edge" as x
        fn clean(readings, *, window: duration = 5s) -> list { readings |> filter(r => r.temp != null) }
        let [a, {b, c: d}, ...rest] = f(1, k: 0x1F) |> g(_, "\(a + "\(b)") text")
        var total = 0
        for i in 0..=10 { if i % 2 == 0 { continue } else if i > 7 { break } else { total += i } }
        let text = """
            lines \(total)
              more
            """
        match total { 1 | 2 => "few", n if n > 3 => n, [h, ...t] => h, {kind: "x"} => null, 1ms..5ms => 1, _ => hex"01 02" }
        try { fail("no", code: "E") } catch e { e.message ?? "?" }
        defer total = 0
        test "sum" { expect(1KiB == 1024B and not false) }
        total.a[1..2][..3].b = -9223372036854775808 ** 2 << 1
        """#
}

/// A small generator, so that a failure can be repeated.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
