import Testing

@testable import EdgeLang

/// A run that ends early passes every `catch`, and what was deferred still runs.
@Suite struct UnwindingTests {
    /// A function that does what Ctrl-C does.
    private func interpreterThatCancels() -> Interpreter {
        let cancel = BuiltinSpec("cancel", "Cancels.", returns: "nothing", examples: []) { context -> Nothing in
            context.cancellation.cancel()
            return Nothing()
        }
        return Interpreter(builtins: CoreLibrary.chapters + [BuiltinChapter([cancel])])
    }

    @Test func deferredCodeRunsBehindACancellation() {
        let text = """
            fn inner() { defer { print("inner") }; cancel(); while true { } }
            fn outer() {
              defer { print("outer") }
              try { inner() } catch e { print("caught") }
            }
            defer { print("last") }
            map([1], x => outer())
            """
        #expect(output(of: text, interpreterThatCancels()) == "inner\nouter\nlast\nE0311 cancelled")
    }

    @Test(arguments: [("steps", "E0309"), ("seconds", "E0310")])
    func deferredCodeRunsBehindALimit(_ kind: String, _ code: String) {
        let text = """
            defer { for i in 0..1000 { }; print("done", sum(map(0..100, x => x))) }
            try { while true { } } catch e { print("caught") }
            """
        let limits = kind == "steps" ? Limits(steps: 10_000) : Limits(seconds: 0.02)
        #expect(output(of: text, limits: limits).hasPrefix("done 4950\n\(code)"))
    }

    @Test func deferredCodeIsStoppedWhereItHangs() {
        let interpreter = Interpreter()
        interpreter.limits = Limits(steps: 1000)
        var warnings: [String] = []
        interpreter.writeWarning = { warnings.append($0) }
        let text = "defer { print(\"never\") }\nfn f() { defer { while true { } }; while true { } }\nf()"
        #expect(output(of: text, interpreter) == "E0309 the step limit is exceeded")
        #expect(warnings.count == 1 && warnings[0].hasPrefix("deferred code was stopped"))
    }

    @Test func aSecondCancellationStopsDeferredCode() {
        let text = "defer { cancel(); while true { } }\ncancel()\nwhile true { }"
        #expect(output(of: text, interpreterThatCancels()) == "E0311 cancelled")
    }

    @Test func anErrorInDeferredCodeDoesNotReplaceTheEnd() {
        let interpreter = interpreterThatCancels()
        var warnings: [String] = []
        interpreter.writeWarning = { warnings.append($0) }
        let text = """
            defer { print("still runs") }
            try {
              defer { fail("broken") }
              cancel()
              while true { }
            } catch e { print("caught") }
            """
        #expect(output(of: text, interpreter) == "still runs\nE0311 cancelled")
        #expect(warnings == ["deferred code failed: broken"])
    }

    @Test func deferredCodeMayCatchItsOwnErrors() {
        let text = "defer { print(try { fail(\"inside\") } catch e { e.message }) }\ncancel()\nwhile true { }"
        #expect(output(of: text, interpreterThatCancels()) == "inside\nE0311 cancelled")
    }

    @Test func theNextRunIsWhole() {
        let interpreter = interpreterThatCancels()
        #expect(output(of: "defer { print(1) }\ncancel()\nwhile true { }", interpreter) == "1\nE0311 cancelled")
        #expect(output(of: "print(try { fail(\"x\") } catch e { e.message })", interpreter) == "x\n")
    }

    @Test func aStreamThatIsCancelledRunsDeferredCode() {
        let text = """
            fn run() {
              defer { print("closed") }
              for tick in every(1ms) { if tick.index > 2 { cancel() } }
            }
            run()
            """
        #expect(output(of: text, interpreterThatCancels()) == "closed\nE0311 cancelled")
    }
}
