import EdgeData
import EdgeLang
import Glibc

extension Primitives {
    /// Streams from and to files.
    static let streams: [BuiltinSpec] = [streamLines, standardInput, follow, sink]

    private static let topicOfStreams = "Streams"

    private static var streamLines: BuiltinSpec {
        BuiltinSpec(
            "stream_lines", "Makes a stream of the lines of a file.",
            .value("path", String.self, "the file, a named pipe, or `-` for the standard input"),
            .label(
                "repair", Bool.self, default: false,
                "puts U+FFFD in place of bytes that are not UTF-8; otherwise they are an error"),
            returns: "the lines without their ends", type: "stream", effects: [.readsFiles],
            details: "Only a piece of the file is in memory at a time. A line has at most 16 MiB.",
            topic: topicOfStreams,
            seeAlso: ["read_lines", "follow", "stdin", "sink"],
            examples: [
                Example(
                    "write_text(\"rows.txt\", \"7\\n8\\n9\\n\")\nstream_lines(\"rows.txt\") |> map(int) |> sum()", "24")
            ]
        ) { context, path, repair in
            if path == "-" { return try input(repair, "stream_lines", context) }
            try context.authorize(.readFile(path))
            return try StreamObject(LineSource(LineReader(path: path, repairs: repair)), name: "stream_lines", context)
        }
    }

    private static var standardInput: BuiltinSpec {
        BuiltinSpec(
            "stdin", "Makes a stream of the lines of the standard input.",
            .label(
                "repair", Bool.self, default: false,
                "puts U+FFFD in place of bytes that are not UTF-8; otherwise they are an error"),
            returns: "the lines as they come", type: "stream", topic: topicOfStreams, seeAlso: ["stream_lines"],
            examples: [.varies("stdin() |> take(0) |> collect()")]
        ) { context, repair in try input(repair, "stdin", context) }
    }

    private static func input(_ repair: Bool, _ name: String, _ context: CallContext) throws -> StreamObject {
        let reader = LineReader(descriptor: STDIN_FILENO, name: "the standard input", repairs: repair)
        return try StreamObject(LineSource(reader), name: name, context)
    }

    private static var follow: BuiltinSpec {
        BuiltinSpec(
            "follow", "Makes a stream of the lines that are written to a file, as `tail -F` does.",
            .value("path", String.self, "the file; it need not be there yet"),
            .label("from_start", Bool.self, default: false, "begins with what stands in the file already"),
            .label(
                "repair", Bool.self, default: true,
                "puts U+FFFD in place of bytes that are not UTF-8; otherwise they are an error"),
            returns: "the lines as they come, without end", type: "stream", effects: [.readsFiles],
            details: """
                It looks for new lines fifty times a second. Where the file was replaced, as logs are when they are rotated, it goes on in the new one
                behind the end of the old one; where it was cut short, from its start.
                """,
            topic: topicOfStreams, seeAlso: ["stream_lines", "timeout"],
            examples: [
                Example(
                    "write_text(\"app.log\", \"up\\nready\\n\")\nfollow(\"app.log\", from_start: true) |> take(2) |> collect()",
                    "[\"up\", \"ready\"]")
            ]
        ) { context, path, fromStart, repair in
            try context.authorize(.readFile(path))
            let file = FollowedFile(path: path, fromStart: fromStart, repairs: repair)
            return try StreamObject(FollowSource(file), name: "follow", context)
        }
    }

    private enum SinkFormat: String, BuiltinChoice {
        case csv, jsonl, text
    }

    private static var sink: BuiltinSpec {
        BuiltinSpec(
            "sink", "Writes the elements of a stream to a file, one by one.",
            .value("stream", StreamArgument.self, "the elements"), .value("path", String.self, "the file"),
            .label(
                "format", SinkFormat?.self,
                "rows of a table, a line of JSON each, or a line of text each; without it what the ending says: .csv, .jsonl, others text"
            ),
            .label(
                "append", Bool?.self,
                "adds to what is there; without it that is so for streams that come as time goes by, and others replace the file"
            ),
            .label(
                "columns", [String]?.self,
                "of a table; without it those of the file, or the fields of the first element"),
            returns: "how many elements were written", effects: [.writesFiles],
            details: """
                What is added to is written at its own name, and handed to the system whenever the stream has nothing more to give at once; after Ctrl-C or an
                error it holds all elements that came. What is replaced is written under a temporary name and renamed at the end; after an error
                the old file is untouched. Quantities are written as numbers in base units.
                """,
            topic: topicOfStreams, seeAlso: ["write_csv", "collect", "stream_lines"],
            examples: [
                Example(
                    "stream(1..=2) |> map(n => {n: n, square: n * n}) |> sink(\"squares.csv\")\nread_text(\"squares.csv\")",
                    "\"n,square\\n1,1\\n2,4\\n\""),
                Example(
                    "print(sink([{a: 1}, {b: 2}], \"rows.jsonl\"))\nread_lines(\"rows.jsonl\")",
                    "2\n[\"{\\\"a\\\": 1}\", \"{\\\"b\\\": 2}\"]"),
            ]
        ) { context, stream, path, format, append, columns in
            try context.authorize(.writeFile(path))
            let reader = try stream.read(for: "sink", context)
            defer { reader.close(context) }
            let form = format.flatMap { RecordFile.Format(rawValue: $0.rawValue) } ?? RecordFile.Format(path: path)
            let file = try RecordFile(path: path, format: form, appends: append ?? reader.isLive, columns: columns)
            // Where the stream or the disk fails, or Ctrl-C is pressed.
            defer { file.abandon() }
            var due = Moment.now.advanced(bySeconds: 1)
            while true {
                // What is there already is taken first; before waiting for more the file gets what there is.
                var pull = try reader.next(context, until: file.hasUnwritten && reader.isLive ? .past : .never)
                if case .late = pull {
                    try file.flush()
                    pull = try reader.next(context, until: .never)
                }
                switch pull {
                case .late: continue
                case .end:
                    try file.finish()
                    return file.count
                case .element(let element):
                    if form == .text {
                        try file.write(.text(element.stringValue ?? context.display(element)))
                    } else {
                        try file.write(DataTree(context.plain(element)))
                    }
                    // A stage may wait within itself.
                    if reader.isLive, Moment.now >= due {
                        try file.flush()
                        due = Moment.now.advanced(bySeconds: 1)
                    }
                }
            }
        }
    }
}

/// Lines of a file or pipe as elements.
private final class LineSource: StreamSource {
    private let reader: LineReader

    init(_ reader: LineReader) { self.reader = reader }

    var isLive: Bool { reader.isLive }

    func next(until deadline: Moment, _ context: CallContext) throws -> Pull {
        var milliseconds = 0
        while true {
            switch try reader.next(waiting: milliseconds) {
            case .line(let line): return .element(context.string(line))
            case .end: return .end
            case .nothing:
                if Moment.now >= deadline { return .late }
                try context.checkCancellation()
                milliseconds = 20
                if deadline != .never {
                    milliseconds = min(20, max(1, Int(min(Moment.now.seconds(until: deadline), 1) * 1000)))
                }
            }
        }
    }

    func close(_ context: CallContext) { reader.close() }
}

/// Lines as they are written to a file.
private final class FollowSource: StreamSource {
    private let file: FollowedFile

    init(_ file: FollowedFile) { self.file = file }

    var isLive: Bool { true }

    func next(until deadline: Moment, _ context: CallContext) throws -> Pull {
        while true {
            switch try file.next() {
            case .line(let line): return .element(context.string(line))
            case .end: return .end
            case .nothing: if try !context.nap(until: deadline) { return .late }
            }
        }
    }

    func close(_ context: CallContext) { file.close() }
}
