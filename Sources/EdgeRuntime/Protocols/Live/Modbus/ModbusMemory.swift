import Synchronization

/// The tables of a Modbus device. Every call is one step to all others: whoever reads a value of two registers never sees half of a write.
final class ModbusMemory: Sendable {
    /// How many elements each table has, from address 0 on.
    struct Sizes: Sendable, Hashable {
        var coils = 0
        var discrete = 0
        var input = 0
        var holding = 0
    }

    private struct Tables: Sendable {
        var coils: [Bool]
        var discrete: [Bool]
        var input: [UInt16]
        var holding: [UInt16]
    }

    let sizes: Sizes
    /// Points at which the device fails.
    private let faulty: Set<ModbusPoint>
    private let tables: Mutex<Tables>

    init(_ sizes: Sizes, faulty: Set<ModbusPoint> = []) {
        self.sizes = sizes
        self.faulty = faulty
        tables = Mutex(
            Tables(
                coils: Array(repeating: false, count: sizes.coils),
                discrete: Array(repeating: false, count: sizes.discrete),
                input: Array(repeating: 0, count: sizes.input), holding: Array(repeating: 0, count: sizes.holding)))
    }

    /// Carries out what a client asks for.
    func answer(_ request: ModbusRequest) -> ModbusAnswer {
        do throws(ModbusException) {
            return try tables.withLock { tables throws(ModbusException) in try carryOut(request, &tables) }
        } catch {
            return .exception(error)
        }
    }

    private func carryOut(_ request: ModbusRequest, _ tables: inout Tables) throws(ModbusException) -> ModbusAnswer {
        switch request {
        case .read(let table, let address, let count):
            let range = try range(table, address, count)
            switch table {
            case .coil: return .bits(Array(tables.coils[range]))
            case .discrete: return .bits(Array(tables.discrete[range]))
            case .input: return .registers(Array(tables.input[range]))
            case .holding: return .registers(Array(tables.holding[range]))
            }
        case .writeCoil(let address, let value):
            tables.coils.replaceSubrange(try range(.coil, address, 1), with: CollectionOfOne(value))
        case .writeCoils(let address, let values):
            tables.coils.replaceSubrange(try range(.coil, address, values.count), with: values)
        case .writeRegister(let address, let value):
            tables.holding.replaceSubrange(try range(.holding, address, 1), with: CollectionOfOne(value))
        case .writeRegisters(let address, let values):
            tables.holding.replaceSubrange(try range(.holding, address, values.count), with: values)
        case .maskRegister(let address, let and, let or):
            let place = try range(.holding, address, 1).lowerBound
            tables.holding[place] = (tables.holding[place] & and) | (or & ~and)
        case .exchangeRegisters(let target, let values, let source, let count):
            let (written, wanted) = (try range(.holding, target, values.count), try range(.holding, source, count))
            tables.holding.replaceSubrange(written, with: values)
            return .registers(Array(tables.holding[wanted]))
        }
        return .done
    }

    private func range(_ table: ModbusTable, _ address: UInt16, _ count: Int) throws(ModbusException) -> Range<Int> {
        let range = Int(address)..<Int(address) + count
        guard range.upperBound <= size(table) else { throw .illegalAddress }
        if !faulty.isEmpty {
            for point in faulty where point.table == table && range.contains(Int(point.address)) {
                throw .deviceFailure
            }
        }
        return range
    }

    func size(_ table: ModbusTable) -> Int {
        switch table {
        case .coil: sizes.coils
        case .discrete: sizes.discrete
        case .input: sizes.input
        case .holding: sizes.holding
        }
    }

    // MARK: For whoever holds the device: all tables can be written, and nothing fails.

    /// - Throws: `N0008` beyond the end of the table.
    func bits(_ point: ModbusPoint, count: Int) throws(EndpointError) -> [Bool] {
        let range = try ownRange(point, count)
        return tables.withLock { Array((point.table == .coil ? $0.coils : $0.discrete)[range]) }
    }

    /// - Throws: `N0008` beyond the end of the table.
    func registers(_ point: ModbusPoint, count: Int) throws(EndpointError) -> [UInt16] {
        let range = try ownRange(point, count)
        return tables.withLock { Array((point.table == .holding ? $0.holding : $0.input)[range]) }
    }

    /// - Throws: `N0008` beyond the end of the table.
    func set(_ point: ModbusPoint, bits: [Bool]) throws(EndpointError) {
        let range = try ownRange(point, bits.count)
        tables.withLock { tables in
            if point.table == .coil {
                tables.coils.replaceSubrange(range, with: bits)
            } else {
                tables.discrete.replaceSubrange(range, with: bits)
            }
        }
    }

    /// - Parameter mask: The bits of each register that change.
    /// - Throws: `N0008` beyond the end of the table.
    func set(_ point: ModbusPoint, registers: [UInt16], mask: UInt16 = 0xFFFF) throws(EndpointError) {
        let range = try ownRange(point, registers.count)
        tables.withLock { tables in
            for (place, value) in zip(range, registers) {
                if point.table == .holding {
                    tables.holding[place] = (tables.holding[place] & ~mask) | (value & mask)
                } else {
                    tables.input[place] = (tables.input[place] & ~mask) | (value & mask)
                }
            }
        }
    }

    private func ownRange(_ point: ModbusPoint, _ count: Int) throws(EndpointError) -> Range<Int> {
        try point.check(count: count)
        let range = Int(point.address)..<Int(point.address) + count
        guard range.upperBound <= size(point.table) else {
            throw .point(
                "\(point.table.rawValue)/\(point.address)",
                "the server has \(size(point.table)) elements in this table, and \(count) from here on go beyond",
                hint: "`serve` takes the size of each table")
        }
        return range
    }
}
