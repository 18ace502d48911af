import EdgeTensors
import Fuzzing

/// Any bytes are a file of tensors or an error; what is read is written and read again as it was.
@main struct FuzzSafetensors {
    static func main() {
        Fuzzer.run { bytes in
            guard let contents = try? SafetensorsFile.read(bytes) else { return }
            guard let written = try? SafetensorsFile.write(contents), let again = try? SafetensorsFile.read(written)
            else { preconditionFailure("what is read can be written and read again") }
            precondition(again.metadata == contents.metadata, "metadata stays")
            let names = contents.tensors.map(\.name)
            precondition(Set(again.tensors.map(\.name)) == Set(names), "names stay")
        }
    }
}
