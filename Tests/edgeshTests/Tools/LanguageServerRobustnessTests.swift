import Foundation
import PeerTesting
import Testing

/// What arrives at `edgesh lsp` is not trusted.
@Suite struct LanguageServerRobustnessTests {
    private func message(_ body: String) -> String { "Content-Length: \(body.utf8.count)\r\n\r\n\(body)" }

    private func exchange(_ input: String) throws -> (answers: [[String: Any]], exitCode: Int32) {
        let result = try ProgramUnderTest.run(["lsp"], standardInput: input, timeout: 60)
        #expect(!result.timedOut)
        var answers: [[String: Any]] = []
        var rest = Data(result.standardOutput.utf8)
        while let header = rest.range(of: Data("\r\n\r\n".utf8)) {
            let text = String(decoding: rest[..<header.lowerBound], as: UTF8.self)
            let length = try #require(Int(text.dropFirst("Content-Length: ".count)))
            let body = rest[header.upperBound..<header.upperBound + length]
            answers.append(try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any]))
            rest = Data(rest[(header.upperBound + length)...])
        }
        return (answers, result.exitCode)
    }

    private func code(_ answer: [String: Any]) -> Int? { (answer["error"] as? [String: Any])?["code"] as? Int }

    private let hello = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#
    private let leave = [
        #"{"jsonrpc":"2.0","id":99,"method":"shutdown"}"#, #"{"jsonrpc":"2.0","method":"exit"}"#,
    ]

    @Test func garbageIsAnsweredAndTheSessionGoesOn() throws {
        let bodies = [
            "{", "[]", "17", #"{"id":5}"#, #"{"jsonrpc":"2.0","id":6,"method":"no/such"}"#,
            #"{"jsonrpc":"2.0","id":7,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///none"}}}"#,
            #"{"jsonrpc":"2.0","id":8,"method":"textDocument/hover"}"#, #"{"jsonrpc":"2.0","method":"no/such"}"#,
            #"{"jsonrpc":"2.0","id":9,"method":"initialize","params":{}}"#,
        ]
        let input =
            "nonsense\r\n\r\n" + "Content-Length: many\r\n\r\n" + message(hello) + bodies.map(message).joined()
            + leave.map(message).joined()
        let (answers, exitCode) = try exchange(input)
        #expect(exitCode == 0)
        let codes = answers.map(code)
        #expect(codes.filter { $0 == -32700 }.count == 3)
        #expect(codes.filter { $0 == -32601 }.count == 1)
        #expect(codes.filter { $0 == -32602 }.count == 2)
        #expect(codes.filter { $0 == -32600 }.count == 4)
        #expect(answers.contains { $0["id"] as? Int == 99 && $0["error"] == nil })
    }

    @Test func requestsBeforeAndBehindTheSessionAreRefused() throws {
        let early = #"{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{}}"#
        let (answers, exitCode) = try exchange(
            message(early) + message(hello) + message(leave[0]) + message(early) + message(leave[1]))
        #expect(code(answers[0]) == -32002)
        #expect(code(answers[3]) == -32600)
        #expect(exitCode == 0)
    }

    @Test func anEditorThatVanishesEndsTheServer() throws {
        #expect(try exchange(message(hello)).exitCode == 1)
        #expect(try exchange(message(hello) + "Content-Length: 100\r\n\r\n{").exitCode == 1)
        #expect(try exchange(message(hello) + message(leave[1])).exitCode == 1)
    }

    @Test func hugeAnnouncementsTakeNoMemory() throws {
        let (answers, exitCode) = try exchange(message(hello) + "Content-Length: 9223372036854775807\r\n\r\nabc")
        #expect(answers.count == 1)
        #expect(exitCode == 1)
    }

    @Test func textsAndPositionsOutOfRangeDoNoHarm() throws {
        let text = "let a = [\\n\\\"\\ud83d\\ude00"
        let open =
            #"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:1","languageId":"edge","version":1,"text":"\#(text)"}}}"#
        var requests: [String] = []
        let methods = [
            "hover", "completion", "signatureHelp", "definition", "references", "documentHighlight", "prepareRename",
        ]
        for method in methods {
            for (line, character) in [
                (0, 0), (0, 9), (1, 1), (1, 2), (1, 3), (1, 999), (999_999, 0), (-1, 0), (0, 4_000_000_000),
            ] {
                requests.append(
                    #"{"jsonrpc":"2.0","id":3,"method":"textDocument/\#(method)","params":{"textDocument":{"uri":"untitled:1"},"position":{"line":\#(line),"character":\#(character)}}}"#
                )
            }
        }
        let change =
            #"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:1","version":2},"contentChanges":[{"range":{"start":{"line":9,"character":9},"end":{"line":0,"character":0}},"text":"x"}]}}"#
        let all = [hello, open] + requests + [change] + leave
        let (answers, exitCode) = try exchange(all.map(message).joined())
        #expect(exitCode == 0)
        #expect(answers.filter { $0["id"] as? Int == 3 }.count == requests.count)
    }
}
