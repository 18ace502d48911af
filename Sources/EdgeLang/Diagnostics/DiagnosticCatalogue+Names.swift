extension DiagnosticCatalogue {
    /// `E02xx`: names, calls and literals, checked before anything runs.
    static let names: [Entry] = [
        Entry(
            "E0201", "unknown name",
            "No variable, function or module of this name is visible here. A variable is visible from its declaration to the end of its block, a function in its whole block."
        ),
        Entry(
            "E0202", "not a variable",
            "Only what is declared with `var` can change. Constants, parameters, loop variables, functions and modules keep their value; copy it into a `var` to change the copy."
        ),
        Entry(
            "E0203", "unknown parameter",
            "The function has no parameter of this label. The note lists those it has; `help name` describes them."
        ),
        Entry("E0204", "argument missing", "The function cannot do without this argument: it has no default."),
        Entry(
            "E0205", "too many arguments",
            "More arguments without a label are given than the function has places for. Parameters behind `*` are given by label."
        ),
        Entry(
            "E0206", "argument given twice",
            "The same parameter gets a value twice, by its place and by its label, or by two labels."),
        Entry(
            "E0207", "wrong type",
            "The value written here can never be of the type that is asked for, so the call could only fail."),
        Entry("E0208", "out of range", "The number written here lies outside of what the function accepts."),
        Entry("E0209", "unknown choice", "The function accepts only certain texts here; the note lists them."),
        Entry(
            "E0210", "dimensions differ",
            "Quantities know what they measure. A time and a size can be multiplied and divided, but not added or compared."
        ),
        Entry(
            "E0211", "declared twice",
            "A name means one thing in a block. An inner block may use the name for something else."),
        Entry(
            "E0212", "used before its declaration",
            "The variable is declared further down and has no value yet. Functions may be called before their declaration; variables may not be used."
        ),
        Entry(
            "E0213", "outside of a loop",
            "break and continue belong to the innermost loop around them in the same function. There is none."),
        Entry(
            "E0214", "return outside of a function",
            "return ends a function, and there is none here. A script ends by itself."),
        Entry(
            "E0215", "unknown type",
            "Annotations name types: any null bool int float number string bytes list record range function quantity duration size rate frequency power energy, and those of the runtime such as model."
        ),
        Entry("E0216", "not exported", "A module shows only what it declares with `export`."),
        Entry(
            "E0217", "leaving a defer",
            "What stands in `defer` runs while its block is being left: there is nowhere to return or break to from there."
        ),
        Entry(
            "E0218", "not a function",
            "Only functions can be called. Often an operator or a comma is missing between two values."),
    ]
}
