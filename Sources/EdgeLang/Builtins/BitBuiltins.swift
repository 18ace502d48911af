/// The bits of ints, in two's complement of 64 bits.
enum BitBuiltins {
    static var all: [BuiltinSpec] {
        [
            pair("bit_and", "Keeps the bits that both have.", Example("bit_and(12, 10)", "8"), &),
            pair("bit_or", "Joins the bits of both.", Example("bit_or(12, 10)", "14"), |),
            pair("bit_xor", "Keeps the bits that one of both has.", Example("bit_xor(12, 10)", "6"), ^),
            not,
            shift("shift_left", "Moves bits up; those that leave are lost.", Example("shift_left(1, 4)", "16"), &<<),
            shift("shift_right", "Moves bits down, keeping the sign.", Example("shift_right(-16, 2)", "-4"), &>>),
            count,
        ]
    }

    private static func pair(
        _ name: String, _ summary: String, _ example: Example, _ operation: @escaping @Sendable (Int, Int) -> Int
    ) -> BuiltinSpec {
        BuiltinSpec(
            name, summary, .value("a", Int.self, "one int"), .value("b", Int.self, "the other int"), returns: "an int",
            topic: "Bits", examples: [example]
        ) { _, a, b in operation(a, b) }
    }

    private static func shift(
        _ name: String, _ summary: String, _ example: Example, _ operation: @escaping @Sendable (Int, Int) -> Int
    ) -> BuiltinSpec {
        BuiltinSpec(
            name, summary, .value("a", Int.self, "the int"), .value("bits", Int.self, in: 0...63, "how far"),
            returns: "an int", topic: "Bits", examples: [example]
        ) { _, a, bits in operation(a, bits) }
    }

    private static var not: BuiltinSpec {
        BuiltinSpec(
            "bit_not", "Turns every bit around.", .value("a", Int.self, "the int"), returns: "an int", topic: "Bits",
            examples: [Example("bit_not(0)", "-1")]
        ) { _, a in ~a }
    }

    private static var count: BuiltinSpec {
        BuiltinSpec(
            "bit_count", "Counts the bits that are set.", .value("a", Int.self, "the int"), returns: "from 0 to 64",
            topic: "Bits", examples: [Example("bit_count(255)", "8")]
        ) { _, a in a.nonzeroBitCount }
    }
}
