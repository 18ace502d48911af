internal import CDNNL

/// The oneDNN library, if the machine has it: loaded at the first question about it, never linked.
public enum OneDNN {
    /// Whether the library can be used.
    public static var isPresent: Bool { edge_dnnl_load() == nil }

    /// Why it cannot be used; nil where it can.
    public static var absence: String? { edge_dnnl_load().map { String(cString: $0) } }
}
