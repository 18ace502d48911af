public import EdgeData

/// Device profiles: those that come with edgesh and those of users.
public enum DeviceLibrary {
    /// A profile is a page of figures; anything larger is something else.
    private static let largestFile = 1 << 18

    /// The names of the profiles that come with edgesh, sorted.
    public static func names() throws(DataError) -> [String] {
        let folder = try StandardLibrary.path("devices")
        return try Folder.names(in: folder).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// Reads a profile.
    ///
    /// - Parameter name: One of `names()`, or the path of a YAML file: anything with a slash or the ending `.yaml` or `.yml`.
    /// - Throws: `DeploymentError` for an unknown name and for what a profile may not hold; `DataError` for files that cannot be read.
    public static func profile(_ name: String) throws -> DeviceProfile {
        let isPath = name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml")
        let path: String
        if isPath {
            path = name
        } else {
            let known = try names()
            guard known.contains(name) else { throw DeploymentError.unknownDevice(name, known: known) }
            path = try StandardLibrary.path("devices/\(name).yaml")
        }
        let bytes = try FileContents.read(path, limit: largestFile)
        return try DeviceProfileReader(path: path).read(try YAMLReader.read(bytes))
    }
}
