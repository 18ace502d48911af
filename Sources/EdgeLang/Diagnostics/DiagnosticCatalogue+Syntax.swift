extension DiagnosticCatalogue {
    /// `E01xx`: what is wrong with the text itself.
    static let syntax: [Entry] = [
        Entry(
            "E0101", "the text is not UTF-8",
            "Scripts are UTF-8 texts. The marked bytes encode no character: the file was saved in another encoding, or it is no text at all. Save it as UTF-8."
        ),
        Entry(
            "E0102", "unexpected character",
            "No word, number or operator begins with this character. Quotes are straight double quotes, `not` is written as a word, and comments begin with `#`."
        ),
        Entry(
            "E0103", "string never closed",
            "A string in double quotes ends on the line it begins on. Texts of several lines stand between two `\"\"\"`."
        ),
        Entry(
            "E0104", "unknown escape",
            "Behind a backslash stand n, r, t, 0, e, a backslash, a quote, u{hexadecimal code point}, or an expression in parentheses. In a raw string, r\"C:\\new\", a backslash is only a backslash."
        ),
        Entry(
            "E0105", "malformed number",
            "Digits may be grouped by single underscores between them, 1_000_000. Hexadecimal integers are written 0xFF, binary ones 0b1010; they take no unit."
        ),
        Entry(
            "E0106", "integer does not fit",
            "Integers have 64 bits, from -9223372036854775808 to 9223372036854775807. Larger numbers can be written as floats, 1.0e20, which keep about 16 digits."
        ),
        Entry(
            "E0107", "unknown unit",
            "Letters glued to a number are a unit from a closed table, and upper and lower case differ: ns us ms s min h d, B kB MB GB KiB MiB GiB, bit kbit Mbit, Hz kHz MHz, mW W, mJ J Wh. A rate is a division: 10MB / 1s."
        ),
        Entry(
            "E0108", "number too large",
            "The number is beyond the range of a 64-bit float, about 1.8e308."
        ),
        Entry(
            "E0109", "malformed bytes",
            "Bytes are written hex\"0103 0000 000A\": pairs of hexadecimal digits, with spaces where you like, on one line."
        ),
        Entry(
            "E0110", "line indented less than its string",
            "In a text between \"\"\" the white space before the closing quotes is taken off every line, so that the text can stand indented in a script. The marked line does not begin with that white space."
        ),
        Entry(
            "E0111", "text direction reversed",
            "The text holds an invisible character that reverses the direction in which the following ones are shown. A program could run differently from how it reads, so such characters are refused, in comments and strings, too. Write \\u{202E} where a string needs one."
        ),
        Entry("E0112", "text too long", "Scripts may be up to 64 MiB long. Keep data in data files."),
        Entry(
            "E0120", "something else expected",
            "The text cannot be read on at the marked place. The message says what could stand there; often the cause is shortly before it."
        ),
        Entry(
            "E0121", "bracket never closed",
            "The marked bracket has no counterpart. The second mark shows where reading could not go on without it."
        ),
        Entry(
            "E0122", "bracket closes nothing",
            "No bracket of this kind is open here: one is missing before, or this one is too many."),
        Entry(
            "E0123", "statements not separated",
            "A statement ends at the end of its line or at a `;`. A line goes on inside brackets, behind an operator, and where the next one begins with `|>`, `.`, `??`, `else` or `catch`."
        ),
        Entry(
            "E0124", "chained comparison",
            "a < b < c would compare a truth value with c, which is never meant. Write a < b and b < c."
        ),
        Entry(
            "E0125", "no function behind the pipe",
            "value |> f(x) calls f(value, x). Behind `|>` stands a function or a call; with `_` the value goes where you put it, value |> f(x, _)."
        ),
        Entry(
            "E0126", "nested too deeply",
            "Expressions and blocks may nest 200 levels deep, and a chain of operators may have some hundred links. Name parts with `let`, or put the data into a data file."
        ),
        Entry(
            "E0127", "not assignable",
            "On the left of `=` stands a variable, or a field or an item of one: x, r.limits.high, xs[3]. Lists and records are values; an update changes the variable it begins with."
        ),
        Entry(
            "E0128", "`_` without a value",
            "`_` stands for the piped value behind `|>`, for anything in a pattern, and at the prompt for the last result. Elsewhere it means nothing."
        ),
        Entry(
            "E0129", "pattern not possible here",
            "In let, for and parameters a pattern takes a value apart; it cannot test it, since there is no other arm to go to. Literals, ranges and alternatives belong into `match`."
        ),
        Entry(
            "E0130", "positional argument behind a label",
            "Arguments without labels come first and are matched by their place; those with labels follow in any order."
        ),
        Entry(
            "E0131", "order of parameters",
            "Parameters without defaults come first, then those with defaults, then one `*`, then those that are given by label only."
        ),
        Entry(
            "E0132", "operator of another language",
            "The operators are + - * / // % **, == != < <= > >= in, and or not, & | ^ ~ << >>, ?? and |>. i++ is written i += 1, and comments begin with #."
        ),
        Entry(
            "E0133", "try without catch",
            "try { … } catch e { … } handles an error. What should merely be done at the end, error or not, belongs into `defer`."
        ),
        Entry(
            "E0134", "only at the top level",
            "import, export and test describe the whole file, so they stand outside of all blocks."),
        Entry(
            "E0135", "nothing to pipe",
            "A line that begins with `|>` goes on with the line before it. Here there is none."),
        Entry(
            "E0136", "module without a name",
            "A module is used through a name: import \"./tools.edge\" gives it the name tools. Where the file's name is no name of the language, add one: import \"./my-tools.edge\" as tools."
        ),
        Entry(
            "E0137", "further errors not shown",
            "After fifty errors the rest is left out: mend the first ones and run again."),
    ]
}
