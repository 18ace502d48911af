import Glibc

/// The three descriptors every program starts with.
enum StandardStreams {
    /// Puts something that fails behind each of the three that the caller closed, so that no file or pipe of ours takes its number
    /// and receives what was meant for people.
    static func reserve() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // open takes the lowest number that is free: this one. Reading from the first and writing to the others fails.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// All of standard input.
    ///
    /// - Returns: nil where it cannot be read, or Ctrl-C was pressed.
    static func readAllInput(limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            switch Keyboard.wait() {
            case .interrupted: return nil
            case .signal: continue
            case .ready: break
            }
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count > 0 {
                bytes.append(contentsOf: chunk[..<count])
            } else if errno != EINTR && errno != EAGAIN {
                return nil
            }
        }
        return bytes
    }
}
