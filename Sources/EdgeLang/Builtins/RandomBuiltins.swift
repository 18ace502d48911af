/// Random numbers. Each interpreter has its own source, so that a run with a seed repeats to the digit.
enum RandomBuiltins {
    static var all: [BuiltinSpec] { [random, randomInt, randomNormal, shuffle, seed] }

    private static var random: BuiltinSpec {
        BuiltinSpec(
            "random", "Gives a random number.", .label("from", Double.self, default: 0, "the smallest"),
            .label("to", Double.self, default: 1, "never reached"), returns: "a float, every one as likely",
            topic: "Random numbers",
            seeAlso: ["random_int", "random_normal", "seed"],
            examples: [.varies("random()"), .varies("random(from: -1.0, to: 1.0)")]
        ) { context, low, high in low + (high - low) * context.random.unit() }
    }

    private static var randomInt: BuiltinSpec {
        BuiltinSpec(
            "random_int", "Gives a random int.", .value("from", Int.self, "the smallest"),
            .value("to", Int.self, "the largest"),
            returns: "an int, every one as likely", topic: "Random numbers", seeAlso: ["random", "seed"],
            examples: [.varies("random_int(1, 6)")]
        ) { context, low, high in
            guard low <= high else { throw RuntimeError(.argumentRange, "`random_int`: \(low) is above \(high)") }
            return Int.random(in: low...high, using: &context.random)
        }
    }

    private static var randomNormal: BuiltinSpec {
        BuiltinSpec(
            "random_normal", "Gives a random number from the normal distribution.",
            .label("mean", Double.self, default: 0, "its mean"),
            .label("std", Double.self, default: 1, in: 0.0..., "its standard deviation"), returns: "a float",
            topic: "Random numbers",
            seeAlso: ["random", "seed"], examples: [.varies("random_normal()")]
        ) { context, mean, deviation in mean + deviation * context.random.normal() }
    }

    private static var shuffle: BuiltinSpec {
        BuiltinSpec(
            "shuffle", "Puts elements in random order.", .value("list", SequenceValue.self, "the elements"),
            returns: "a new list",
            type: "list", topic: "Random numbers", seeAlso: ["seed"], examples: [.varies("shuffle([1, 2, 3])")]
        ) { context, list in
            try context.heap.ensure(sizeOfElements(list.count))
            return FreshValue(try list.newList(context, (0..<list.count).shuffled(using: &context.random)))
        }
    }

    private static var seed: BuiltinSpec {
        BuiltinSpec(
            "seed", "Starts the random numbers anew: after the same seed come the same numbers.",
            .value("seed", Int.self, "any int"),
            returns: "null", topic: "Random numbers", seeAlso: ["random"],
            examples: [Example("seed(7); let a = random(); seed(7); a == random()", "true")]
        ) { context, seed in
            context.random = RandomSource(seed: UInt64(bitPattern: Int64(seed)))
            return Nothing()
        }
    }
}
