import Testing

@testable import EdgeLang

/// What streams promise besides their results: bounded memory, values that stay alive, an end when the user wants it.
@Suite struct StreamTests {
    static let threeStages = """
        stream(0..1000000) |> map(x => x * 3) |> filter(x => x % 2 == 0) |> map(x => x + 1) |> sum()
        """

    @Test func aMillionElementsPassWithoutTheHeapGrowing() {
        // A list of a million elements alone would take 16 MB.
        #expect(output(of: "print(\(Self.threeStages))", limits: Limits(memory: 4 << 20)) == "749999000000\n")
    }

    @Test func garbageIsCollectedWhereNoFunctionOfTheScriptRuns() {
        let text = """
            print(stream(0..1000000) |> enumerate() |> count())
            print(stream(0..1000000) |> batch(10) |> drop(99999) |> collect())
            print(stream(0..300000) |> window(5, step: 1) |> last())
            """
        let expected =
            "1000000\n[[999990, 999991, 999992, 999993, 999994, 999995, 999996, 999997, 999998, 999999]]\n"
            + "[299995, 299996, 299997, 299998, 299999]\n"
        #expect(output(of: text, limits: Limits(memory: 32 << 20)) == expected)
    }

    @Test func whatStagesHoldSurvivesCollections() {
        let text = #"""
            fn name(n) { "n\(n)" }
            let words = stream(0..40) |> map(name) |> filter(s => len("\(s)!") > 2) |> window(3, step: 2) |> map(w => join(w, "-"))
            print(zip(words, stream(0..40) |> map(n => [name(n)])) |> map(p => "\(p[0])/\(p[1][0])") |> drop(17) |> collect())
            print(stream(0..30) |> map(name) |> batch(7, within: 1h) |> map(b => b[0] + b[-1]) |> collect())
            print(stream(0..9) |> scan("", (a, n) => a + name(n)) |> last())
            print(merge(stream(0..3) |> map(name), stream(3..6) |> map(name)) |> collect() |> sort() |> join(","))
            print(stream(0..9) |> map(n => [name(n), [name(n + 1)]]) |> flatten() |> flatten() |> take_while(s => s != "n4") |> collect())
            print(stream(0..50) |> map(n => {t: n * 1s, s: name(n)}) |> window(20s, step: 10s, time: r => r.t) |> map(w => w[0].s) |> collect())
            let dead = channel()
            print(stream(0..6) |> map(n => if n % 2 == 0 { fail(name(n)) } else { name(n) }, on_error: "dead_letter", dead_letters: dead) |> collect())
            close(dead)
            for letter in dead { print(letter.element, letter.error) }
            for s in stream(0..3) |> map(name) |> debounce(1ms) { print(stream(0..3) |> map(name) |> max(), s) }
            print(stream(0..20) |> map(name) |> group_by(s => "k\(len(s))") |> map_values(g => len(g)))
            print(stream(0..20) |> map(name) |> find(s => "\(s)" == "n13"), stream(0..9) |> map(n => {a: name(n)}) |> last())
            """#
        let expected = output(of: text)
        #expect(!expected.contains("E0"), "\(expected)")
        let stressed = Interpreter()
        stressed.isStressed = true
        #expect(output(of: text, stressed) == expected)
    }

    @Test func limitsEndAStreamThatCallsNothing() {
        #expect(output(of: "stream(0..1000000000000) |> count()", limits: Limits(steps: 100_000)).hasPrefix("E0309"))
        #expect(output(of: "every(1ms) |> count()", limits: Limits(seconds: 0.05)).hasPrefix("E0310"))
        #expect(
            output(of: "stream(() => 1) |> drop(1000000000000) |> count()", limits: Limits(seconds: 0.05)).hasPrefix(
                "E0310"))
    }

    @Test func aCollectedStreamIsBoundedByTheMemoryLimit() {
        let text = "stream(0..1000000000000) |> collect()"
        #expect(output(of: text, limits: Limits(memory: 16 << 20)).hasPrefix("E0308"))
    }

    @Test func warningsSayWhatWasLeftOut() {
        let interpreter = Interpreter()
        var warnings: [String] = []
        interpreter.writeWarning = { warnings.append($0) }
        let text = "print(stream([\"1\", \"x\", \"y\"]) |> map(int, on_error: \"skip\") |> collect())"
        #expect(output(of: text, interpreter) == "[1]\n")
        #expect(warnings.count == 2)
        #expect(warnings.first?.hasPrefix("`map` leaves out an element: ") == true)
        #expect(warnings.last == "`map` left out 2 elements in all")
    }

    @Test func anErrorNamesItsStageAndItsSink() {
        let text = """
            let s = stream([1, 0])
              |> map(x => 10 // x)
            collect(s)
            """
        let interpreter = Interpreter()
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: "t.edge", text: text))
            Issue.record("the run should fail")
        } catch {
            let shown = DiagnosticRenderer(sources: interpreter.sources).render(error.diagnostics)
            let labels = error.diagnostics[0].labels
            #expect(labels.map(\.text) == ["", "in this stage"], "\(shown)")
            #expect(labels.first.map { Int($0.span.length) } == "10 // x".utf8.count, "\(shown)")
            #expect(labels.last.map { Int($0.span.length) } == "map(x => 10 // x)".utf8.count, "\(shown)")
            #expect(shown.contains("at t.edge:3:1"), "\(shown)")
        }
    }

    @Test func outputReachesItsReaderBeforeAWait() {
        let interpreter = Interpreter()
        var events: [String] = []
        interpreter.writeOutput = { events.append($0) }
        interpreter.flushOutput = { if events.last != "flush" { events.append("flush") } }
        let text = "print(1)\nsleep(1ms)\nprint(2)\nfor t in every(1ms) |> take(2) { print(t.index >= 0) }"
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: "t.edge", text: text))
        } catch {
            Issue.record("\(error)")
        }
        #expect(events == ["1\n", "flush", "2\n", "true\n", "flush", "true\n"])
    }
}
