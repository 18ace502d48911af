import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// What the sandbox lets through.
@Suite struct PermissionsTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        try folder.write("data/in.txt", "inside")
        try folder.write("outside/secret.txt", "secret")
        try folder.write("database/x.txt", "")
        let manager = FileManager.default
        for (link, target) in [
            ("data/link.txt", "../outside/secret.txt"), ("data/folder", folder.path + "/outside"),
            ("data/dangling", "../outside/new.txt"), ("data/circle", "circle"), ("data/self", "."),
            ("door", "data"),
        ] { try manager.createSymbolicLink(atPath: "\(folder.path)/\(link)", withDestinationPath: target) }
    }

    private func isAllowed(_ permissions: Permissions, _ access: Access) -> Bool {
        (try? permissions.authorize(access)) != nil
    }

    @Test(arguments: [
        ("data", true), ("data/in.txt", true), ("data/not/yet/there.txt", true), ("data/../data/in.txt", true),
        ("data/./self/self/in.txt", true), ("door/in.txt", true), ("data/x/../in.txt", true),
        ("outside/secret.txt", false), ("data/../outside/secret.txt", false), ("data/link.txt", false),
        ("data/folder/secret.txt", false), ("data/dangling", false), ("data/circle", false), ("data/folder/..", false),
        ("database/x.txt", false), ("", false), ("data/../../../../../../etc/passwd", false), ("data/in.txt\0", false),
        ("data/not/yet/../../../outside/secret.txt", false),
    ])
    func pathsCountAsWhatTheyLeadTo(_ path: String, _ isAllowed: Bool) {
        let permissions = Permissions(read: .only([folder.path + "/data"]), write: .only([folder.path + "/door"]))
        let full = path.isEmpty ? "" : folder.path + "/" + path
        #expect(self.isAllowed(permissions, .readFile(full)) == isAllowed)
        #expect(self.isAllowed(permissions, .writeFile(full)) == isAllowed)
    }

    @Test func pathsOfTheProcessThatLeadElsewhereAreFollowed() {
        let permissions = Permissions(read: .only(["/proc/self"]))
        #expect(!isAllowed(permissions, .readFile("/proc/self/root/etc/passwd")))
        #expect(!isAllowed(permissions, .readFile("/proc/self/cwd/x")))
    }

    @Test func relativePathsStartAtTheWorkingDirectory() {
        let permissions = Permissions(read: .only(["."]))
        #expect(isAllowed(permissions, .readFile("x.txt")) && isAllowed(permissions, .readFile("a/../b/x.txt")))
        #expect(!isAllowed(permissions, .readFile("../x.txt")))
    }

    @Test func readingIsNotWriting() {
        let permissions = Permissions(read: .everything)
        #expect(isAllowed(permissions, .readFile("/etc/passwd")) && !isAllowed(permissions, .writeFile("/tmp/x")))
        #expect(!isAllowed(permissions, .environment("HOME")))
    }

    @Test func hostsAreComparedAsTheyAreWritten() {
        let permissions = Permissions(network: .only(["Plant.local", "10.0.0.5:502", "[::1]:80"]))
        #expect(isAllowed(permissions, .network(host: "plant.local", port: 1)))
        #expect(isAllowed(permissions, .network(host: "10.0.0.5", port: 502)))
        #expect(isAllowed(permissions, .network(host: "::1", port: 80)))
        #expect(!isAllowed(permissions, .network(host: "10.0.0.5", port: 503)))
        #expect(!isAllowed(permissions, .network(host: "10.0.0.50", port: 502)))
        #expect(!isAllowed(permissions, .network(host: "evil.plant.local", port: 1)))
        #expect(!isAllowed(permissions, .network(host: "", port: 0)))
    }

    @Test func programsAndVariablesAreAllowedByName() {
        let permissions = Permissions(run: .only(["gnuplot", "/usr/bin/env"]), environment: .only(["PLANT"]))
        #expect(isAllowed(permissions, .runProgram("gnuplot")) && isAllowed(permissions, .runProgram("/usr/bin/env")))
        #expect(!isAllowed(permissions, .runProgram("/tmp/gnuplot")) && !isAllowed(permissions, .runProgram("sh")))
        #expect(isAllowed(permissions, .environment("PLANT")) && !isAllowed(permissions, .environment("PLANT_KEY")))
    }

    @Test(arguments: [
        (Access.readFile("/x/y"), "--allow-read=/x/y"), (.writeFile("/x/y"), "--allow-write=/x/y"),
        (.network(host: "a", port: 5), "--allow-net=a:5"), (.runProgram("p"), "--allow-run=p"),
        (.environment("E"), "--allow-env=E"),
    ])
    func aRefusalNamesTheOptionThatWouldAllowIt(_ access: Access, _ option: String) {
        do {
            try Permissions().authorize(access)
            Issue.record("nothing is allowed")
        } catch {
            let diagnostic = RuntimeError.wrapping(error).diagnostic
            #expect(diagnostic.code == .denied && diagnostic.hint?.contains(option) == true)
        }
    }

    @Test func aRefusalDoesNotTellWhereALinkLeads() {
        do {
            try Permissions().authorize(.readFile(folder.path + "/data/link.txt"))
        } catch {
            let diagnostic = RuntimeError.wrapping(error).diagnostic
            #expect(!"\(diagnostic)".contains("secret"))
        }
    }
}
