import EdgeFederation
import EdgeLang
import EdgeTensors

extension Primitives {
    static var compressUpdate: BuiltinSpec {
        BuiltinSpec(
            "compress_update", "Makes few bytes of what training changed.",
            .value("update", UpdateArgument.self, "the change: tensors, or lists of numbers"),
            .label(
                "keep", Double.self, default: 0.01, in: 0.0001...1.0,
                "the share of numbers that is sent: those of largest magnitude over all tensors"),
            .label("bits", Int.self, default: 4, in: 1...8, "bits of a number that is sent, its sign included"),
            .label(
                "residual", UpdateArgument?.self,
                "what the last round did not send (the field `residual` of its result); it is added before choosing"),
            returns:
                "a record: the `bytes` for the wire, what they say (`sent`), the `residual` to keep for the next round, and the `ratio` of bytes before to after",
            type: "record",
            details: """
                The bytes carry version, names and shapes, gaps between the kept numbers, their signs and magnitudes in
                `2^(bits - 1)` levels, coded with deflate, and a checksum. `decompress_update` gives exactly what `sent` says. With
                `residual` nothing is lost, only late.
                """,
            topic: "Federation", seeAlso: ["decompress_update", "model_delta", "aggregate"],
            examples: [
                Example(
                    "let c = compress_update([0.1, -4, 0.2, 4], keep: 0.5, bits: 1)\n[to_list(decompress_update(c.bytes)), to_list(c.residual)]",
                    "[[0.0, -4.0, 0.0, 4.0], [0.1, 0.0, 0.2, 0.0]]"),
                Example(
                    "let first = compress_update([3, 2], keep: 0.5)\nto_list(compress_update([0, 0], keep: 0.5, residual: first.residual).sent)",
                    "[0.0, 2.0]"),
            ]
        ) { context, argument, keep, bits, residual -> Value in
            try argument.mustBeChange("compress_update")
            let result = try CompressedUpdate(
                argument.update, keep: keep, bits: bits, residual: residual?.update, container: argument.container)
            return context.record([
                ("bytes", context.bytes(result.bytes)),
                ("sent", try result.sent.value(argument.container, context)),
                ("residual", try result.residual.value(argument.container, context)),
                ("ratio", .float(Double(argument.update.byteCount) / Double(result.bytes.count))),
            ])
        }
    }

    static var decompressUpdate: BuiltinSpec {
        BuiltinSpec(
            "decompress_update", "Reads the bytes that `compress_update` made.",
            .value("bytes", ByteString.self, "the bytes, however untrusted"),
            .label(
                "like", UpdateArgument?.self,
                "a model or update whose tensors are expected; bytes that say something else are refused"),
            .label("limit", DataSize.self, default: DataSize(bytes: 0x1p30), "what the tensors may take in memory"),
            returns: "the update, in the form in which it was compressed", type: "tensor | list | record",
            topic: "Federation", seeAlso: ["compress_update", "apply_delta"],
            examples: [
                Example(
                    "let bytes = compress_update({w: [[1, 2], [3, 4]]}, keep: 1, bits: 8).bytes\ndecompress_update(bytes).w.shape",
                    "[2, 2]")
            ]
        ) { context, bytes, expected, limit -> Value in
            let (update, container) = try UpdateDecoder.decode(
                bytes.bytes, limit: Int(max(0, min(limit.bytes, 0x1p50))), like: expected?.update)
            return try update.value(container, context)
        }
    }

    static var privatize: BuiltinSpec {
        BuiltinSpec(
            "privatize", "Clips what training changed and hides it in noise.",
            .value("update", UpdateArgument.self, "the change: tensors, or lists of numbers"),
            .label("clip", Double.self, "the largest L2 norm over all tensors; longer updates are shrunk to it"),
            .label(
                "noise", Double.self, in: 0.0...1e6,
                "the noise multiplier: Gaussian noise of the deviation `noise * clip` is added to each number"),
            .label(
                "seed", Int?.self,
                "makes the noise repeatable, for tests; it protects nobody then. Without it noise comes from the system's cryptographic generator"
            ),
            returns: "the noisy update, in the same form", type: "tensor | list | record",
            details: "`privacy_spent` says what a number of such rounds is worth.",
            topic: "Federation", seeAlso: ["privacy_spent", "model_delta"],
            examples: [
                Example("to_list(privatize([3, 4], clip: 1, noise: 0))", "[0.6, 0.8]"),
                Example("privatize([3, 4], clip: 1, noise: 1).shape", "[2]"),
            ]
        ) { context, argument, clip, noise, seed -> Value in
            try argument.mustBeChange("privatize")
            let update = try argument.update.privatized(
                clip: clip, noise: noise, seed: seed.map { UInt64(bitPattern: Int64($0)) },
                progress: context.progressHandler("adding noise"))
            return try update.value(argument.container, context)
        }
    }

    static var privacySpent: BuiltinSpec {
        BuiltinSpec(
            "privacy_spent", "Tells how much privacy a number of rounds costs.",
            .label(
                "rate", Double.self, in: 0.0...1.0, "the share of devices that take part in a round, chosen at random"),
            .label("noise", Double.self, in: 0.0...1e9, "the noise multiplier of `privatize`"),
            .label("steps", Int.self, in: 0...1_000_000_000, "the number of rounds"),
            .label("delta", Double.self, default: 1e-5, "the probability with which the promise may fail"),
            .label("devices", Int?.self, in: 1...1_000_000_000, "how many devices there are, to judge `delta` by"),
            returns: "a record with `epsilon`, `delta`, the Rényi `order` it was found at, and `warnings`",
            type: "record",
            details: """
                The Rényi accountant of the sampled Gaussian mechanism (Mironov et al. 2019), with the orders and the conversion of
                Opacus. No device's data changes the odds of any outcome by more than a factor of `e^epsilon`, save with probability
                `delta`. Settings that promise next to nothing are warned about.
                """,
            topic: "Federation", seeAlso: ["privatize"],
            examples: [
                Example("round(privacy_spent(rate: 0.01, noise: 1, steps: 1000, delta: 1e-5).epsilon, 6)", "2.101365"),
                Example("round(privacy_spent(rate: 0.1, noise: 1, steps: 100).epsilon, 6)", "7.899255"),
            ]
        ) { context, rate, noise, steps, delta, devices in
            let (epsilon, order) = try RenyiAccountant.epsilon(
                [.init(rate: rate, noise: noise, steps: steps)], delta: delta)
            let warnings =
                steps == 0
                ? [] : PrivacyWarning.all(epsilon: epsilon, delta: delta, noise: [noise], samples: devices)
            for warning in warnings { context.warn("privacy_spent: \(warning)") }
            return ["epsilon": epsilon, "delta": delta, "order": order, "warnings": warnings] as Fields
        }
    }

    static var selectDevices: BuiltinSpec {
        BuiltinSpec(
            "select", "Chooses the devices that suit the next round.",
            .value(
                "devices", [RecordValue].self,
                "a record a device with some of `battery` (0 to 1), `plugged`, `link` (as `2MB/1s`), `samples`, `staleness` (rounds since it last took part), `name`"
            ),
            .label("threshold", Double.self, default: 0.5, in: 0.0...1.0, "the least score of a device that is chosen"),
            .label("count", Int?.self, in: 0...1_000_000_000, "at most how many are chosen"),
            .label(
                "weights", RecordValue?.self,
                "what `battery`, `link`, `data` and `staleness` count, where not 0.3, 0.3, 0.25 and 0.15"),
            returns: "the records of the chosen devices with a field `score`, best first", type: "list of record",
            details: """
                The score is the weighted geometric mean of: the battery (1 where it is `plugged`); `link / (link + 1 MB/s)`;
                `samples / (samples + median samples)`; `(1 + staleness) / (6 + staleness)`. So an empty battery is made up for by
                nothing, and who has waited longer is rather heard. What a device does not tell is left out of its mean.
                """,
            topic: "Federation", seeAlso: ["aggregate"],
            examples: [
                Example(
                    "select([{name: \"pump\", battery: 0.9, link: 4MB/1s}, {name: \"fan\", battery: 0.1, link: 1MB/1s}]) |> map(d => d.name)",
                    "[\"pump\"]")
            ]
        ) { context, records, threshold, count, weights -> Value in
            let devices = try records.enumerated().map { try DeviceRecord.device($1, at: $0, context) }
            let scorer = try DeviceScore(for: devices, weights: DeviceRecord.weights(weights, context))
            var scored: [(position: Int, score: Double)] = []
            for (position, device) in devices.enumerated() {
                let score = try scorer.score(device)
                if score >= threshold { scored.append((position, score)) }
            }
            scored.sort { ($1.score, $0.position) < ($0.score, $1.position) }
            let chosen = scored.prefix(count ?? scored.count).map { position, score in
                context.record(records[position].filter { $0.key != "score" } + [("score", .float(score))])
            }
            return context.list(chosen)
        }
    }
}
