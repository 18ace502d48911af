/// What is known of a message besides its bytes.
public struct MessageSettings: Sendable {
    /// Who sends it; nil where that is not known.
    public var direction: MessageDirection?
    /// Numbers that earlier messages have settled, such as the version of MQTT.
    public var context: [String: Int64]
    /// The request that a response answers.
    public var request: FieldValue?

    public init(direction: MessageDirection? = nil, context: [String: Int64] = [:], request: FieldValue? = nil) {
        self.direction = direction
        self.context = context
        self.request = request
    }

    /// Puts what is known into the slots of a program.
    func fill(_ slots: inout [Int64], _ program: Program) {
        switch direction {
        case .request: slots[Program.directionSlot] = 0
        case .response: slots[Program.directionSlot] = 1
        case nil: break
        }
        for variable in program.context { slots[variable.slot] = context[variable.name] ?? variable.initial }
        guard let request else { return }
        for entry in program.requestSlots {
            if let number = request[path: entry.path]?.integer { slots[entry.slot] = number }
        }
    }
}
