public struct TFLiteWriter {
    public init() {}; public func write(_ m: Model) throws -> [UInt8] { throw ModelError.unknownFormat("x") }
}
