import Testing

@testable import EdgeProtocols

@Suite struct RegisterCodecTests {
    typealias Value = CanonicalMessage.Value

    @Test(arguments: [
        (RegisterOrder.big, [0x4048, 0xF5C3] as [UInt16]), (.wordSwapped, [0xF5C3, 0x4048]),
        (.byteSwapped, [0x4840, 0xC3F5]), (.little, [0xC3F5, 0x4840]),
    ])
    func aFloatIsSentInTheOrderOfTheManual(order: RegisterOrder, registers: [UInt16]) throws {
        let access = PointAccess("holding/0", type: .f32, order: order)
        #expect(try RegisterCodec.registers([.real(Double(Float(3.14)))], access) == registers)
        #expect(try RegisterCodec.values(registers, access) == [.real(Double(Float(3.14)))])
    }

    @Test func everyTypeComesBackInEveryOrder() throws {
        let samples: [(RegisterType, [Value])] = [
            (.u16, [.int(0), .int(65535)]), (.i16, [.int(-32768), .int(32767)]), (.u32, [.int(4_294_967_295)]),
            (.i32, [.int(-2_147_483_648), .int(5)]), (.u64, [.int(.max)]), (.i64, [.int(.min), .int(-1)]),
            (.f32, [.real(-0.5), .real(.infinity)]), (.f64, [.real(1e300), .real(.pi)]), (.text, [.text("boiler 7")]),
            (.bytes, [.bytes([1, 2, 3, 4])]),
        ]
        for (type, values) in samples {
            for order in RegisterOrder.allCases {
                let access = PointAccess("holding/0", type: type, order: order)
                #expect(try RegisterCodec.values(RegisterCodec.registers(values, access), access) == values)
            }
        }
    }

    @Test func sixtyFourBitsFollowThePattern() throws {
        let access = PointAccess("holding/0", type: .u64, order: .wordSwapped)
        #expect(try RegisterCodec.registers([.int(0x0001_0002_0003_0004)], access) == [4, 3, 2, 1])
    }

    @Test func aScaleMultipliesWhatIsReadAndDividesWhatIsWritten() throws {
        let access = PointAccess("holding/0", type: .i16, scale: 0.1)
        #expect(try RegisterCodec.registers([.real(-21.46)], access) == [UInt16(bitPattern: -215)])
        guard case .real(let value) = try RegisterCodec.values([UInt16(bitPattern: -215)], access)[0] else {
            Issue.record("no float")
            return
        }
        #expect(abs(value + 21.5) < 1e-9)
    }

    @Test(arguments: [
        (RegisterType.u16, Value.int(-1)), (.u16, .int(65536)), (.i16, .real(0.5)), (.i16, .real(.nan)),
        (.u32, .real(1e300)), (.u64, .int(-1)), (.f32, .real(1e300)), (.u16, .text("7")), (.i64, .real(9.3e18)),
    ])
    func whatDoesNotFitIsRefused(type: RegisterType, value: Value) {
        let error = #expect(throws: EndpointError.self) {
            try RegisterCodec.registers([value], PointAccess("holding/0", type: type))
        }
        #expect(error?.code == "N0009")
    }

    @Test func anIntegerBeyondTheScriptsIsRefusedUnlessScaled() throws {
        let registers: [UInt16] = [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF]
        #expect(throws: EndpointError.self) {
            try RegisterCodec.values(registers, PointAccess("holding/0", type: .u64))
        }
        #expect(
            try RegisterCodec.values(registers, PointAccess("holding/0", type: .u64, scale: 1))
                == [.real(0x1p64)])
    }
}
