// Values of points, whatever many requests they take.
extension ModbusClient {
    public func read(_ access: PointAccess, count: Int, _ wait: Wait) throws -> [CanonicalMessage.Value] {
        let point = try ModbusPoint(access.point)
        let unit = access.unit ?? unit
        if point.table.holdsBits {
            try point.check(count: count)
            var bits: [Bool] = []
            while bits.count < count {
                let part = min(count - bits.count, ModbusRequest.mostBitsRead)
                let address = point.address + UInt16(bits.count)
                let request = ModbusRequest.read(point.table, address: address, count: part)
                if case .bits(let values) = try answer(request, unit, wait) { bits += values }
            }
            return bits.map { .bool($0) }
        }
        let registers = try point.registers(count: count, of: access.type)
        return try RegisterCodec.values(
            try read(point, registers, whole: access.type.registers, unit, wait), access)
    }

    /// Reads registers; a value is never divided between two requests.
    private func read(
        _ point: ModbusPoint, _ count: Int, whole: Int, _ unit: UInt8, _ wait: Wait
    ) throws -> [UInt16] {
        let most = ModbusRequest.mostRegistersRead / whole * whole
        var registers: [UInt16] = []
        while registers.count < count {
            let part = min(count - registers.count, most)
            let address = point.address + UInt16(registers.count)
            let request = ModbusRequest.read(point.table, address: address, count: part)
            if case .registers(let values) = try answer(request, unit, wait) { registers += values }
        }
        return registers
    }

    public func write(_ access: PointAccess, _ values: [CanonicalMessage.Value], mask: UInt16?, _ wait: Wait) throws {
        let point = try ModbusPoint(access.point)
        let unit = access.unit ?? unit
        let requests: [ModbusRequest]
        switch point.table {
        case .discrete, .input:
            throw EndpointError.point(access.point, "can only be read", hint: "write to a coil or a holding register")
        case .coil: requests = try ModbusWrites.coils(values, at: point, mask: mask)
        case .holding: requests = try ModbusWrites.registers(values, at: point, access, mask: mask)
        }
        for (done, request) in requests.enumerated() {
            do {
                _ = try answer(request, unit, wait)
            } catch let error as EndpointError where done > 0 {
                throw EndpointError(
                    code: error.code,
                    message: error.message + "; \(done) of \(requests.count) parts were written before it",
                    hint: error.hint)
            }
        }
    }

    public func exchange(
        writing target: PointAccess, _ values: [CanonicalMessage.Value], reading source: PointAccess, count: Int,
        _ wait: Wait
    ) throws -> [CanonicalMessage.Value] {
        let (writes, reads) = (try ModbusPoint(target.point), try ModbusPoint(source.point))
        guard writes.table == .holding, reads.table == .holding else {
            throw EndpointError.point(
                writes.table == .holding ? source.point : target.point, "only holding registers can be exchanged")
        }
        let registers = try RegisterCodec.registers(values, target)
        try writes.check(count: registers.count)
        let wanted = try reads.registers(count: count, of: source.type)
        guard registers.count <= ModbusRequest.mostRegistersExchanged, wanted <= ModbusRequest.mostRegistersRead else {
            throw EndpointError.point(
                target.point, "one request writes at most 121 registers and reads at most 125",
                hint: "write and read in two calls")
        }
        let request = ModbusRequest.exchangeRegisters(
            writeAddress: writes.address, registers, readAddress: reads.address, count: wanted)
        guard case .registers(let answered) = try answer(request, target.unit ?? unit, wait) else { return [] }
        return try RegisterCodec.values(answered, source)
    }

    /// Asks, and turns a device's refusal into an error.
    private func answer(_ request: ModbusRequest, _ unit: UInt8, _ wait: Wait) throws -> ModbusAnswer {
        let answer = try ask(request, unit: unit, wait)
        guard case .exception(let exception) = answer else { return answer }
        throw EndpointError.deviceException(
            url, request.text + " (unit \(unit))", "exception \(exception.rawValue), \(exception.name)",
            hint: exception.hint)
    }
}

extension ModbusPoint {
    /// The registers that so many values take.
    func registers(count: Int, of type: RegisterType) throws(EndpointError) -> Int {
        try check(count: count)
        try check(count: count * type.registers)
        return count * type.registers
    }
}

/// The requests that write values.
enum ModbusWrites {
    static func coils(
        _ values: [CanonicalMessage.Value], at point: ModbusPoint, mask: UInt16?
    ) throws(EndpointError) -> [ModbusRequest] {
        guard mask == nil else { throw .point("coil/\(point.address)", "a mask is for holding registers") }
        let bits = try bits(values, at: point)
        if bits.count == 1 { return [.writeCoil(address: point.address, bits[0])] }
        return stride(from: 0, to: bits.count, by: ModbusRequest.mostBitsWritten).map { start in
            let part = bits[start..<min(start + ModbusRequest.mostBitsWritten, bits.count)]
            return .writeCoils(address: point.address + UInt16(start), Array(part))
        }
    }

    static func bits(_ values: [CanonicalMessage.Value], at point: ModbusPoint) throws(EndpointError) -> [Bool] {
        try point.check(count: values.count)
        var bits: [Bool] = []
        for value in values {
            switch value {
            case .bool(let bit): bits.append(bit)
            case .int(0): bits.append(false)
            case .int(1): bits.append(true)
            case .int, .real, .text, .bytes:
                throw .value("`\(point.table.rawValue)/\(point.address)` takes true or false, 1 or 0")
            }
        }
        return bits
    }

    static func registers(
        _ values: [CanonicalMessage.Value], at point: ModbusPoint, _ access: PointAccess, mask: UInt16?
    ) throws(EndpointError) -> [ModbusRequest] {
        let registers = try RegisterCodec.registers(values, access)
        try point.check(count: registers.count)
        if let mask {
            guard registers.count == 1 else { throw .point(access.point, "a mask goes with one register of 16 bits") }
            return [.maskRegister(address: point.address, and: ~mask, or: registers[0] & mask)]
        }
        if registers.count == 1 { return [.writeRegister(address: point.address, registers[0])] }
        let whole = access.type.registers
        let most = ModbusRequest.mostRegistersWritten / whole * whole
        return stride(from: 0, to: registers.count, by: most).map { start in
            let part = registers[start..<min(start + most, registers.count)]
            return .writeRegisters(address: point.address + UInt16(start), Array(part))
        }
    }
}
