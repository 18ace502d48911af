import EdgeData
@testable import EdgeDeployment
import PeerTesting
import Testing

/// The profiles that come with edgesh, and those of users.
@Suite struct DeviceProfileTests {
    private let valid = """
        name: mine
        title: my board
        clock: 64e6
        ram: 65536
        flash: {value: 262144, source: its manual}
        multiplication:
          convolution: {int8: 2, f32: 8}
          pointwise: {int8: 1.5, int4: 2.5, f32: 7}
          depthwise: {int8: 6, f32: 9}
          dense: {int8: 2, f32: 7}
        moved_byte: 1
        layer: 3000
        """

    static let names = [
        "cortex-m4", "cortex-m55", "cortex-m7", "raspberry-pi-4", "riscv-c910", "rk3588", "x86",
    ]

    private func read(_ text: String) throws -> DeviceProfile {
        try DeviceProfileReader(path: "mine.yaml").read(try YAMLReader.read(Array(text.utf8)))
    }

    @Test(arguments: names) func everyFigureOfAProfileHasASource(name: String) throws {
        let path = PackageRoot.file("stdlib/devices/\(name).yaml")
        let profile = try DeviceLibrary.profile(path)
        #expect(profile.name == name)
        for figure in [profile.clock, profile.ram, profile.flash, profile.movedByte, profile.layer] {
            #expect(!figure.source.isEmpty)
        }
        #expect(profile.multiplication.count == LayerClass.allCases.count)
        #expect(profile.multiplication.values.allSatisfy { $0.source.count > 10 })
    }

    @Test func aUsersOwnProfileByPath() throws {
        let folder = try TemporaryDirectory()
        let profile = try DeviceLibrary.profile(try folder.write("mine.yaml", valid))
        #expect(profile.clock.value == 64e6 && profile.clock.source.isEmpty)
        #expect(profile.flash.source == "its manual")
        #expect(profile.multiplication[.pointwise]?.int4 == 2.5)
        #expect(profile.multiplication[.dense]?.int4 == 2, "as 8 bits where nothing is said")
    }

    @Test(arguments: [
        ("clock: 64e6", "clock: fast", "`clock` must be a number"), ("clock: 64e6", "clock: .nan", "`clock` must lie"),
        ("clock: 64e6", "clock: -3", "`clock` must lie"), ("ram: 65536\n", "", "`ram` is missing"),
        ("ram: 65536", "rom: 65536", "`rom` is not known"), ("int8: 6", "int8: 0", "depthwise.int8` must lie"),
        ("  dense: {int8: 2, f32: 7}", "  sparse: {int8: 2}", "`multiplication.sparse` is not known"),
        ("  dense: {int8: 2, f32: 7}\n", "", "`multiplication.dense` is missing"),
        ("name: mine", "name: [mine]", "`name` must be a text"),
    ]) func aFaultIsNamed(part: String, replacement: String, message: String) throws {
        let text = valid.replacing(part, with: replacement)
        let error = try #require(#expect(throws: DeploymentError.self) { try read(text) })
        #expect(error.code == "V0002")
        #expect(error.message.contains(message), "\(error.message)")
        #expect(error.message.contains("mine.yaml"))
    }

    @Test(arguments: ["", "[]", "- a", "clock", "multiplication: 3"]) func otherFilesAreRefused(text: String) throws {
        #expect(throws: DeploymentError.self) { try read(text) }
    }

    @Test func anUnknownNameListsThoseThatThereAre() throws {
        guard StandardLibrary.folder != nil else { return }
        let error = try #require(#expect(throws: DeploymentError.self) { try DeviceLibrary.profile("cortex-m5") })
        #expect(error.hint?.contains("cortex-m55") == true)
    }
}
