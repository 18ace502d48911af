public struct ONNXWriter {
    public init() {}; public func write(_ m: Model) throws -> [UInt8] { throw ModelError.unknownFormat("x") }
}
