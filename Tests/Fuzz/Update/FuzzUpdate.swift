import EdgeFederation
import Fuzzing

/// Any bytes, their checksum made right, are an update or an error; an update fits what the bytes justify.
@main struct FuzzUpdate {
    static func main() {
        Fuzzer.run { bytes in
            let sealed = CompressedUpdate.sealed(bytes)
            guard let (update, _) = try? UpdateDecoder.decode(sealed, limit: 64 << 20) else { return }
            precondition(update.byteCount <= 64 << 20, "the limit is kept")
        }
    }
}
