import EdgeProtocols
import Glibc

/// Decodes Modbus TCP responses of ten registers through the Swift API and prints frames a CPU second.
@main struct DecodeRate {
    static func main() throws {
        let seconds = CommandLine.arguments.count > 1 ? Double(CommandLine.arguments[1]) ?? 1 : 1
        let folder = CommandLine.arguments.count > 2 ? CommandLine.arguments[2] : "stdlib/protocols"
        let codec = try ProtocolLibrary(folder: folder).codec("modbus-tcp")
        let registers = (0..<10).flatMap { [UInt8($0), UInt8(255 - $0)] }
        let frame: [UInt8] = [0, 7, 0, 0, 0, 23, 1, 3, 20] + registers
        let settings = MessageSettings(direction: .response)
        var count = 0
        var total = 0
        let start = clock()
        while Double(clock() - start) < seconds * Double(CLOCKS_PER_SEC) {
            for _ in 0..<1000 {
                total += try codec.decode(frame, settings).length
                count += 1
            }
        }
        let elapsed = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        precondition(total == count * frame.count, "every frame was decoded whole")
        print(Double(count) / elapsed)
    }
}
