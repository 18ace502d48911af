/// libFuzzer, which the Swift toolchain brings: it makes inputs that reach new code and gives them to a function.
///
/// A trap, a hang or an allocation beyond the limits of `run.sh` ends the run and leaves the input in a file.
public enum Fuzzer {
    /// What is fuzzed. Set once, before libFuzzer starts.
    nonisolated(unsafe) fileprivate static var body: ([UInt8]) -> Void = { _ in }

    /// Reads libFuzzer's options and folders from the command line and gives inputs to `body` until they say stop.
    public static func run(_ body: @escaping ([UInt8]) -> Void) {
        self.body = body
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        _ = runDriver(&count, &arguments, testOneInput)
    }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Fuzzer.body(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}
