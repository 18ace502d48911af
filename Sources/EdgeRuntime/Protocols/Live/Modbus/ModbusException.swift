/// Why a device does not do what it was asked for: the exception codes of the Modbus application protocol 1.1b3, section 7.
enum ModbusException: UInt8, Error, Sendable, Hashable, CaseIterable {
    case illegalFunction = 1
    case illegalAddress = 2
    case illegalValue = 3
    case deviceFailure = 4
    case acknowledge = 5
    case deviceBusy = 6
    case negativeAcknowledge = 7
    case memoryParity = 8
    case gatewayPath = 10
    case gatewayTarget = 11

    var name: String {
        switch self {
        case .illegalFunction: "illegal function"
        case .illegalAddress: "illegal data address"
        case .illegalValue: "illegal data value"
        case .deviceFailure: "server device failure"
        case .acknowledge: "acknowledge"
        case .deviceBusy: "server device busy"
        case .negativeAcknowledge: "negative acknowledge"
        case .memoryParity: "memory parity error"
        case .gatewayPath: "gateway path unavailable"
        case .gatewayTarget: "gateway target device failed to respond"
        }
    }

    var hint: String {
        switch self {
        case .illegalFunction: "the device does not have this function: see its manual for the tables it offers"
        case .illegalAddress: "the device has no such address; addresses count from 0, manuals often from 1 or 40001"
        case .illegalValue: "the device does not take this value, or not so many at once"
        case .deviceFailure: "the device failed while it did it: look at the device"
        case .acknowledge: "the device takes long for it; ask again later"
        case .deviceBusy: "the device does something else; try again later"
        case .negativeAcknowledge: "the device cannot do it"
        case .memoryParity: "the memory of the device is damaged: look at the device"
        case .gatewayPath: "the gateway has no way to the unit: see its configuration"
        case .gatewayTarget: "no device with this unit identifier answers behind the gateway: check `unit`"
        }
    }
}
