import EdgeFederation
import EdgeLang

/// Reads devices of records.
enum DeviceRecord {
    static func device(_ record: RecordValue, at position: Int, _ context: CallContext) throws -> Device {
        let name = record["name"]?.stringValue ?? "device \(position + 1)"
        func number(_ key: String) throws -> Double? {
            guard let value = record[key], !value.isNull else { return nil }
            guard let number = value.doubleValue else { throw mismatch(key, name, "a number", value, context) }
            return number
        }
        var isPlugged = false
        if let value = record["plugged"], !value.isNull {
            guard let flag = value.boolValue else { throw mismatch("plugged", name, "a bool", value, context) }
            isPlugged = flag
        }
        var link: Double?
        if let value = record["link"], !value.isNull {
            guard let rate = DataRate.decode(value, context) else {
                throw mismatch("link", name, "a rate as `2MB/1s`", value, context)
            }
            link = rate.bytesPerSecond
        }
        return Device(
            name: name, battery: try number("battery"), isPlugged: isPlugged, link: link,
            samples: try number("samples"), staleness: try number("staleness"))
    }

    static func weights(_ record: RecordValue?, _ context: CallContext) throws -> DeviceScore.Weights {
        var weights = DeviceScore.Weights()
        guard let record else { return weights }
        for (key, value) in record {
            guard let number = value.doubleValue else { throw mismatch(key, "`weights`", "a number", value, context) }
            switch key {
            case "battery": weights.battery = number
            case "link": weights.link = number
            case "data": weights.data = number
            case "staleness": weights.staleness = number
            default:
                throw RuntimeError(
                    .unsuitableValue, "a score has no weight `\(key)`",
                    notes: ["weights: battery, link, data, staleness"])
            }
        }
        return weights
    }

    private static func mismatch(
        _ key: String, _ owner: String, _ type: String, _ value: Value, _ context: CallContext
    ) -> RuntimeError {
        RuntimeError(
            .unsuitableValue, "`\(key)` of \(owner) must be \(type), found \(context.typeName(value))")
    }
}
