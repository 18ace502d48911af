public import EdgeDeployment
public import EdgeLang

/// A device profile as scripts hold it.
public final class DeviceObject: HostObject {
    public static let typeName = "device"

    public let profile: DeviceProfile

    public init(_ profile: DeviceProfile) { self.profile = profile }

    public var fieldNames: [String] {
        ["name", "title", "clock", "ram", "flash", "multiplication", "moved_byte", "layer"]
    }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        guard fieldNames.contains(name) else { return nil }
        return try (plainValue[name] ?? .null).encode(context)
    }

    public func isEqual(to other: any HostObject) -> Bool { (other as? DeviceObject)?.profile == profile }

    public func display(_ options: DisplayOptions) -> String {
        let figures = [
            (
                "clock", ReadableValue.quantity(Quantity(value: profile.clock.value, dimension: .frequency)),
                profile.clock.source
            ),
            ("ram", ReadableValue.quantity(Quantity(value: profile.ram.value, dimension: .size)), profile.ram.source),
            (
                "flash", ReadableValue.quantity(Quantity(value: profile.flash.value, dimension: .size)),
                profile.flash.source
            ),
        ]
        let costs = LayerClass.allCases.compactMap { kind in
            profile.multiplication[kind].map { cost in
                (kind.rawValue, "int8 \(cost.int8), f32 \(cost.f32) cycles", cost.source)
            }
        }
        let lines = (figures + costs).map { name, value, source in
            "  \(name): \(value)" + (source.isEmpty ? "" : "  (\(source))")
        }
        return (["\(profile.name): \(profile.title)"] + lines).joined(separator: "\n")
    }

    public var plainValue: PlainValue {
        .record([
            .init("name", .string(profile.name)), .init("title", .string(profile.title)),
            .init("clock", .quantity(Quantity(value: profile.clock.value, dimension: .frequency))),
            .init("ram", .quantity(Quantity(value: profile.ram.value, dimension: .size))),
            .init("flash", .quantity(Quantity(value: profile.flash.value, dimension: .size))),
            .init(
                "multiplication",
                .record(
                    LayerClass.allCases.compactMap { kind in
                        profile.multiplication[kind].map { cost in
                            .init(
                                kind.rawValue,
                                .record([
                                    .init("int4", .float(cost.int4)), .init("int8", .float(cost.int8)),
                                    .init("f32", .float(cost.f32)), .init("source", .string(cost.source)),
                                ]))
                        }
                    })),
            .init("moved_byte", .float(profile.movedByte.value)), .init("layer", .float(profile.layer.value)),
        ])
    }
}
