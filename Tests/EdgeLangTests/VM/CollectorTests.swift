import Testing

@testable import EdgeLang

/// A collection at every safepoint finds values that are used without being held.
@Suite struct CollectorTests {
    final class Token: HostObject {
        static var typeName: String { "token" }
        let onRelease: () -> Void
        init(onRelease: @escaping () -> Void) { self.onRelease = onRelease }
        deinit { onRelease() }
    }

    @Test func scriptsRunTheSameUnderStress() {
        let text = """
            fn tree(depth) { if depth == 0 { [] } else { [tree(depth - 1), tree(depth - 1)] } }
            fn size(t) { 1 + sum(map(t, size)) }
            let makers = map(0..5, n => x => "\\(x)-\\(n)")
            var counts = {}
            for word in split("a b c a b a", " ") { counts[word] = (counts[word] ?? 0) + 1 }
            print(size(tree(5)), map(makers, f => f("k")), counts)
            print(sort(["b", "a", "c"], by: x => "\\(x)\\(x)") |> join("+"))
            let caught = try { map([1, 2], x => fail("no \\(x)")) } catch e { "\\(e.message)!" }
            print(caught)
            """
        let expected = "63 [\"k-0\", \"k-1\", \"k-2\", \"k-3\", \"k-4\"] {a: 3, b: 2, c: 1}\na+b+c\nno 1!\n"
        #expect(output(of: text) == expected)
        let stressed = Interpreter()
        stressed.isStressed = true
        #expect(output(of: text, stressed) == expected)
    }

    @Test func hostObjectsAreReleasedOnceNothingNamesThem() {
        nonisolated(unsafe) var released = 0
        let token = BuiltinSpec("token", "Makes a token.", returns: "the token", examples: []) { _ in
            Token { released += 1 }
        }
        do {
            let interpreter = Interpreter(builtins: CoreLibrary.chapters + [BuiltinChapter([token])])
            interpreter.isStressed = true
            #expect(
                output(of: "for i in 0..10 { token() }\nlet xs = [1]\nprint(len([...xs, 2]))", interpreter) == "2\n")
            #expect(released >= 9)
        }
        #expect(released == 10)
    }

    @Test func appendingIsLinear() {
        // Quadratic copying would take minutes.
        let text = """
            var xs = []
            var s = ""
            var r = {items: []}
            for i in 0..200000 { xs = push(xs, i)
              s += "x"
              r.items += [i] }
            print(len(xs), len(s), len(r.items))
            """
        #expect(output(of: text) == "200000 200000 200000\n")
    }
}
