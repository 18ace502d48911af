import Foundation

/// The folder that holds `Package.swift`.
public enum PackageRoot {
    public static let path: String = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The full path of a file of the repository: `PackageRoot.file("examples/pipeline.edge")`.
    public static func file(_ relative: String) -> String { path + "/" + relative }
}
