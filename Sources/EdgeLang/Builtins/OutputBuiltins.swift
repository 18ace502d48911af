/// What a script says: to its reader, and of its own failure.
enum OutputBuiltins {
    static var all: [BuiltinSpec] { [print, warn, fail, expect] }

    private static var print: BuiltinSpec {
        BuiltinSpec(
            "print", "Writes values to the standard output.", .rest("values", Value.self, "what to write"),
            .label("separator", String.self, default: " ", "between two values"),
            .label("end", String.self, default: "\n", "behind the last"), returns: "null",
            details: "A stream that stands alone is gone through: each element is written as it comes.",
            topic: "Output",
            seeAlso: ["warn", "str"],
            examples: [
                Example("print(\"sum\", 1 + 1)", "sum 2"), Example("print(1, 2, separator: \"-\")", "1-2"),
                Example("stream(0..3) |> map(n => n * n) |> print()", "0\n1\n4"),
            ]
        ) { context, values, separator, end in
            if values.count == 1, values[0].isStream {
                try values[0].stream.drain(for: "print", context) { element in
                    context.write((element.stringValue ?? context.display(element)) + end)
                    return true
                }
                return Nothing()
            }
            var text = ""
            for (position, value) in values.enumerated() {
                if position > 0 { text += separator }
                text += value.stringValue ?? context.display(value)
            }
            context.write(text + end)
            return Nothing()
        }
    }

    private static var warn: BuiltinSpec {
        BuiltinSpec(
            "warn", "Tells the user of something that may be wrong, on the standard error.",
            .rest("values", Value.self, "what to write"), returns: "null", topic: "Output", seeAlso: ["print", "fail"],
            examples: [.varies("warn(\"no sensor answers\")")]
        ) { context, values in
            context.warn(values.map { $0.stringValue ?? context.display($0) }.joined(separator: " "))
            return Nothing()
        }
    }

    private static var fail: BuiltinSpec {
        BuiltinSpec(
            "fail", "Ends the run with an error, unless a `try` catches it.",
            .value("message", String.self, "what is wrong"),
            .label("code", String?.self, "a name for it, for `catch` to compare"),
            .label("hint", String?.self, "what to do about it"),
            returns: "never", type: "never", topic: "Output", seeAlso: ["warn", "expect"],
            examples: [Example("try { fail(\"no data\", code: \"empty\") } catch e { e.code }", "\"empty\"")]
        ) { _, message, code, hint -> Nothing in
            throw RuntimeError(code.map { DiagnosticCode(rawValue: $0) } ?? .failed, message, hint: hint)
        }
    }

    /// What the function is called whose comparisons the compiler takes apart (`FunctionCompiler.compileExpectation`).
    static let expectation = "expect"

    private static var expect: BuiltinSpec {
        BuiltinSpec(
            expectation, "Ends the run with an error unless something is true.",
            .value("condition", Bool.self, "what should be true"),
            .value("message", String.self, default: "an expectation does not hold", "what is wrong where it is not"),
            .label("left", GivenValue.self, "a value to show where it fails"),
            .label("right", GivenValue.self, "another one"),
            returns: "null",
            details:
                "Where the condition is a comparison, such as `expect(total == 3)`, what stood on either side is shown without further ado.",
            topic: "Output", seeAlso: ["fail"],
            examples: [
                Example("expect(1KiB == 1024B)", "null"),
                Example("try { expect(1 + 1 == 3) } catch e { e.message }", "\"an expectation does not hold\""),
            ]
        ) { context, condition, message, left, right in
            guard !condition else { return Nothing() }
            let options = DisplayOptions(width: 400)
            let sides = [("left:  ", left.value), ("right: ", right.value)]
            let notes = sides.compactMap { name, value in
                value.map { name + context.interpreter.literal($0, options) }
            }
            throw RuntimeError(.expectation, message, notes: notes)
        }
    }
}

/// An argument that tells `null` from nothing at all.
private struct GivenValue: BuiltinArgument {
    let value: Value?

    static var types: [ValueType] { [.any] }
    static var isOptional: Bool { true }
    static func decode(_ value: Value, _ context: CallContext) -> GivenValue? {
        GivenValue(value: value.isAbsent ? nil : value)
    }
}
