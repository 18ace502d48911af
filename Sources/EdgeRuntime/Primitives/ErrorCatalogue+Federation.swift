import EdgeLang

extension ErrorCatalogue {
    private typealias Entry = DiagnosticCatalogue.Entry

    /// `Uxxxx`: updates of devices.
    static let federation = [
        Entry(
            "U0001", "setting of federation", "A strategy, weight or share is out of what it can be: see the message."),
        Entry("U0002", "no updates", "There is nothing to join: no device answered, or no update of any was usable."),
        Entry(
            "U0003", "updates do not fit",
            "Updates of one round come from one model: the same tensors, in the same order, of the same shapes."),
        Entry(
            "U0004", "numbers not finite",
            "An update holds NaN or infinite numbers, as training that diverged makes them."),
        Entry(
            "U0005", "type of an update",
            "Updates are of floating-point numbers. Integers of quantized models have no meaningful mean or noise."),
        Entry(
            "U0006", "compressed update damaged",
            "The bytes do not follow the format of `compress_update`. The message says at which byte reading stopped."),
        Entry("U0007", "update too large", "The update is larger than what is sent, or unpacked, at once."),
        Entry(
            "U0008", "setting of privacy", "A setting of noise, clipping or accounting has no meaning: see the message."
        ),
        Entry("U0009", "no random numbers", "The operating system does not give cryptographic random numbers."),
        Entry("U0010", "device not understood", "The record of a device holds what is no sensible number."),
    ]
}
