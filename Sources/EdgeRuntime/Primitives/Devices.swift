import EdgeDeployment
import EdgeLang
import EdgeModels

extension Primitives {
    /// A device by the name of a profile that comes with edgesh, the path of one, or a profile at hand.
    struct DeviceArgument: BuiltinArgument {
        let profile: DeviceProfile

        static var types: [ValueType] { OneOf<DeviceObject, String>.types }
        static var typeDescription: String { "device | string" }
        static func decode(_ value: Value, _ context: CallContext) throws -> DeviceArgument? {
            switch try OneOf<DeviceObject, String>.decode(value, context) {
            case .first(let object)?: DeviceArgument(profile: object.profile)
            case .second(let name)?: DeviceArgument(profile: try profile(name, context))
            case nil: nil
            }
        }

        /// Profiles of edgesh's own need no permission; a path does.
        static func profile(_ name: String, _ context: CallContext) throws -> DeviceProfile {
            if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
                try context.authorize(.readFile(name))
            }
            return try DeviceLibrary.profile(name)
        }
    }

    /// Devices and what models cost on them.
    static let devices: [BuiltinSpec] = [
        BuiltinSpec(
            "devices", "Lists the device profiles that come with edgesh.",
            returns: "a table with the columns name, title, clock, ram and flash", type: "table", topic: "Devices",
            seeAlso: ["device", "estimate"],
            examples: [
                Example("devices().columns", "[\"name\", \"title\", \"clock\", \"ram\", \"flash\"]")
            ]
        ) { _ in
            let profiles = try DeviceLibrary.names().map(DeviceLibrary.profile)
            return TableObject(
                columns: ["name", "title", "clock", "ram", "flash"],
                rows: profiles.map { profile in
                    [
                        .string(profile.name), .string(profile.title),
                        .quantity(Quantity(value: profile.clock.value, dimension: .frequency)),
                        .quantity(Quantity(value: profile.ram.value, dimension: .size)),
                        .quantity(Quantity(value: profile.flash.value, dimension: .size)),
                    ]
                })
        },
        BuiltinSpec(
            "device", "Reads a device profile: what a network must fit, and what it costs.",
            .value("name", String.self, "one of `devices()`, or the path of a .yaml file of your own"),
            returns: "the profile, with the source of each figure", type: "device", effects: [.readsFiles],
            details: "`docs/devices.md` explains the cost model and how to write a profile.", topic: "Devices",
            seeAlso: ["devices", "estimate"],
            examples: [Example("device(\"cortex-m4\").ram == 640KiB", "true")]
        ) { context, name in DeviceObject(try DeviceArgument.profile(name, context)) },
        BuiltinSpec(
            "estimate", "Tells what a model would take on a device, without running it there.",
            .value("model", ModelObject.self, "the model, float or quantized"),
            .label("target", DeviceArgument.self, "a device, or the name or path of its profile"),
            returns: """
                a record: `latency` of one sample, `ram` of activations at the fullest moment, `flash` of weights, `fits`, and \
                `layers`, a table of the same for each layer
                """,
            type: "record", effects: [.readsFiles],
            details: """
                An estimate from the cycles that each kind of layer takes for a multiplication, as published for the device. Expect \
                it to rank networks rightly and to be off by a quarter. The program that runs the network is not in `flash`.
                """,
            topic: "Devices", seeAlso: ["devices", "search", "latency"],
            examples: [.needs("m.onnx", code: "estimate(load(\"m\"), target: \"cortex-m4\").fits", result: "true")]
        ) { _, object, device in
            let estimate = try CostEstimator.estimate(object.model, on: device.profile)
            return [
                "device": estimate.device, "latency": TimeSpan(seconds: estimate.latency),
                "ram": DataSize(bytes: Double(estimate.ram)), "flash": DataSize(bytes: Double(estimate.flash)),
                "fits": estimate.fits, "layers": layerTable(estimate),
            ] as Fields
        },
    ]

    private static func layerTable(_ estimate: CostEstimate) -> TableObject {
        TableObject(
            columns: ["name", "operator", "kind", "precision", "macs", "latency", "ram", "flash"],
            rows: estimate.layers.map { layer in
                [
                    .string(layer.name), .string(layer.op), layer.kind.map { .string($0.rawValue) } ?? .null,
                    layer.precision.map { .string($0.rawValue) } ?? .null, .int(layer.multiplications),
                    .quantity(Quantity(value: layer.latency, dimension: .time)),
                    .quantity(Quantity(value: Double(layer.ram), dimension: .size)),
                    .quantity(Quantity(value: Double(layer.flash), dimension: .size)),
                ]
            })
    }
}
