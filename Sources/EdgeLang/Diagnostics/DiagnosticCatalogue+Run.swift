extension DiagnosticCatalogue {
    /// `E03xx`: errors of a running program. `try … catch` sees them with their code.
    static let run: [Entry] = [
        Entry(
            "E0301", "operands of the wrong type",
            "The operator is not defined for values of these types. Convert one of them first, with `int`, `float`, `string` and the like."
        ),
        Entry(
            "E0302", "integer overflow",
            "The result does not fit into 64 bits. Integers never wrap around silently; floats have a larger range and less precision."
        ),
        Entry(
            "E0303", "division by zero",
            "Dividing an integer by zero has no result. Test the divisor, or give a default with `if`."),
        Entry(
            "E0304", "dimensions differ",
            "Quantities know what they measure. A time and a size can be multiplied and divided, but not added or compared."
        ),
        Entry(
            "E0305", "index out of range",
            "A list of n items has the indices 0 to n - 1; negative ones count from the end, -1 is the last item."),
        Entry(
            "E0306", "no such field",
            "The record, object or module has no field of this name. `get(record, name, default)` reads one that may be absent."
        ),
        Entry(
            "E0307", "calls nested too deeply",
            "A function calls itself, perhaps through others, without coming to an end, or works through a structure deeper than the limit. A loop needs no depth."
        ),
        Entry(
            "E0308", "not enough memory",
            "The script holds more than it may. Work on smaller pieces, or raise the limit with `--max-memory`."),
        Entry("E0309", "step limit reached", "The script took more steps than it was allowed to."),
        Entry("E0310", "time limit reached", "The script ran longer than it was allowed to."),
        Entry("E0311", "cancelled", "The run was interrupted from outside, by Ctrl-C for instance."),
        Entry("E0312", "not a function", "Only functions can be called."),
        Entry(
            "E0313", "arguments do not fit",
            "The function was called with arguments it has no parameters for, or without one it needs. Where the function is known before the run, this is found before the run."
        ),
        Entry(
            "E0314", "argument of the wrong type",
            "The function does not accept a value of this type for this parameter."),
        Entry(
            "E0315", "argument out of range", "The value lies outside of what the function accepts for this parameter."),
        Entry(
            "E0316", "no arm matches",
            "No arm of the `match` fits the value. End it with `_ => …` for all other values."),
        Entry(
            "E0317", "pattern does not fit",
            "A `let`, `for` or parameter takes a value apart that has another form: a list of another length, or a record without the field."
        ),
        Entry(
            "E0318", "used before it has a value",
            "A function ran before a variable it uses got its value: call it further down."),
        Entry("E0319", "expectation not met", "An `expect` of a test did not hold."),
        Entry("E0320", "failed", "The script itself reported this error with `fail`."),
        Entry(
            "E0321", "cannot be walked through",
            "`for` and the functions on lists take lists, ranges, strings, records and bytes, not single values."),
        Entry("E0322", "cannot be indexed", "Items can be taken from lists, strings, bytes and records only."),
        Entry(
            "E0323", "condition is no truth value",
            "A condition must be true or false. Write what is meant: `x != null`, `len(xs) > 0`, `n != 0`."),
        Entry("E0324", "cannot be converted", "The value cannot be read as the type asked for."),
        Entry("E0325", "result too large", "The result would be larger than any list or string may be."),
        Entry(
            "E0326", "module not usable",
            "An imported module cannot be found or read, has errors itself, or imports itself in a circle."),
        Entry("E0327", "annotation not met", "A value does not have the type its annotation asks for."),
        Entry("E0328", "error of another part", "An error of the operating system or a library, passed on as it is."),
        Entry(
            "E0329", "not allowed",
            "The script asked for something the sandbox denies: see `--allow-read`, `--allow-write`, `--allow-net` and `--allow-run`."
        ),
        Entry("E0330", "nothing to work on", "The function needs at least one value and got none."),
        Entry(
            "E0331", "function too large",
            "A function or a pattern is larger than the compiled form can hold. Divide it into smaller ones, or put its data into a data file."
        ),
        Entry(
            "E0340", "stream used twice",
            "A stream gives its elements once, to one `for`, sink or further stage. Make a list of it with `collect`, or make the stream anew from its source."
        ),
        Entry(
            "E0341", "stream too long", "A stream has too many stages. Join several of them in one function."),
        Entry(
            "E0342", "nothing can arrive",
            "A sink waits for a channel that is empty and open, and nothing else runs that could send to it. Close the channel behind its last value."
        ),
        Entry("E0343", "nothing came in time", "A stream was silent for longer than its `timeout` allows."),
        Entry(
            "E0344", "channel refuses a value",
            "The channel is closed, or as many values wait in it as it has room for. `when_full` says which values may be dropped."
        ),
    ]
}
