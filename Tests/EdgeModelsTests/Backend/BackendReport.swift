import Foundation

/// Writes what each test says into the file that `EDGESH_BACKEND_REPORT` names; the last line names the test that crashed, if one did.
struct BackendReport {
    private let file: UnsafeMutablePointer<FILE>?

    init() {
        file = ProcessInfo.processInfo.environment["EDGESH_BACKEND_REPORT"].flatMap { fopen($0, "w") }
    }

    func begin(_ name: String) {
        guard let file else { return }
        fputs("\(name)\t", file)
        fflush(file)
    }

    func end(_ item: BackendCase, _ problem: String?) {
        guard let file else { return }
        fputs("\(item.suite)\t\(problem ?? "pass")\n", file)
        fflush(file)
    }
}
