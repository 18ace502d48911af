extension DiagnosticCatalogue {
    /// `E026x` and `W027x`: what the checker finds by following types through the program.
    static let checks: [Entry] = [
        Entry(
            "E0260", "operands of the wrong type",
            "The operator is not defined for values of these types, so that the run would end here. Convert one of them first, with `int`, `float`, `string` and the like. A value in a text is written \"…\\(value)…\"."
        ),
        Entry(
            "E0261", "cannot be walked through",
            "`for` takes lists, ranges, strings, records, bytes, streams and such objects as have elements, not single values."
        ),
        Entry(
            "E0262", "no such field",
            "The value is known to have no field of this name. A field that may be absent is read with record[\"name\"], which gives null; functions are called as value |> name."
        ),
        Entry(
            "E0263", "cannot be indexed",
            "Elements can be taken from lists, strings and bytes by an int, and from records by a string."),
        Entry(
            "E0264", "condition is no truth value",
            "A condition must be true or false. Write what is meant: x != null, len(xs) > 0, n != 0."),
        Entry(
            "W0270", "never used",
            "A name is declared and nothing reads it: often a slip of the pen further down, or what is left of an earlier version. A name that begins with _ says that this is meant; what a module exports counts as used."
        ),
        Entry(
            "W0271", "unreachable code",
            "Behind return, break, continue and fail nothing of the block runs. What is to run in any case belongs before it, or into defer."
        ),
        Entry(
            "W0272", "built-in function hidden",
            "The name is that of a built-in function, which cannot be called where this one is visible. That is allowed, and often not meant. Functions are warned of, and variables where the same program calls the built-in function elsewhere; parameters, what is exported, and variables that hold what the function of their own name gives, are not."
        ),
        Entry(
            "W0273", "arm never reached",
            "The arms of a match are tried one after the other, and an earlier one fits everything that this one would. Move it up, or take it away."
        ),
        Entry(
            "W0274", "condition always the same",
            "The condition does not depend on anything: one of its branches never runs. `while true` is not warned of."),
        Entry(
            "W0275", "never null",
            "`a ?? b` gives b where a is null. Here a is of a type that is never null, so that b is never taken; an element or a field that may be absent is read with record[\"name\"]."
        ),
    ]
}
