import Foundation

/// Real networks and labelled data that are too large for the repository.
///
/// They stand where `EDGESH_SHARED_DATA` says, else in `../shared/data` beside the repository. A test that needs them is
/// skipped where they are absent: `@Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))`.
public enum SharedData {
    /// The folder, whether it exists or not.
    public static let path: String =
        ProcessInfo.processInfo.environment["EDGESH_SHARED_DATA"]
        ?? URL(fileURLWithPath: PackageRoot.path).appendingPathComponent("../shared/data").standardized.path

    public static let isPresent = FileManager.default.fileExists(atPath: path + "/models")

    /// What a skipped test says.
    public static let absence = "no shared data at \(path); set EDGESH_SHARED_DATA"

    /// The full path of a file below the folder: `SharedData.file("models/onnx/vision/mnist.onnx")`.
    public static func file(_ relative: String) -> String { path + "/" + relative }
}
