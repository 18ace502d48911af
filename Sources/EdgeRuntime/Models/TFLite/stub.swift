public struct TFLiteReader {
    public init() {};
    public func read(_ b: [UInt8], name: String) throws -> Model { throw ModelError.unknownFormat("x") }
}
public struct TFLiteWriter {
    public init() {}; public func write(_ m: Model) throws -> [UInt8] { throw ModelError.unknownFormat("x") }
}
public struct ONNXWriter {
    public init() {}; public func write(_ m: Model) throws -> [UInt8] { throw ModelError.unknownFormat("x") }
}
