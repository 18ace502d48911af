import Glibc

/// Waits for what a person does next.
enum Keyboard {
    /// What happened: a key, Ctrl-C, or another signal, which a change of the terminal's size is.
    enum Event { case ready, interrupted, signal }

    /// Returns when standard input can be read (or has ended), Ctrl-C was pressed, or another signal was handled.
    static func wait() -> Event {
        while true {
            if Interrupts.isPending {
                Interrupts.clear()
                return .interrupted
            }
            var descriptors = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: Interrupts.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&descriptors, 2, -1) > 0 else {
                if errno == EINTR, !Interrupts.isPending { return .signal }
                continue
            }
            if descriptors[1].revents == 0, descriptors[0].revents != 0 { return .ready }
        }
    }
}
