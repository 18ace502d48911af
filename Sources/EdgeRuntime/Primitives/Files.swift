import EdgeData
import EdgeLang

extension Primitives {
    /// Files of text and bytes, and folders.
    static let files: [BuiltinSpec] = [
        BuiltinSpec(
            "read_text", "Reads a whole file of text.",
            .value("path", String.self, "the file"),
            returns: "its text", effects: [.readsFiles],
            details: "The text must be UTF-8. A mark of byte order at its start is left out.",
            topic: "Files", seeAlso: ["read_lines", "read_bytes", "write_text"],
            examples: [
                Example("write_text(\"note.txt\", \"hello\\n\")\nread_text(\"note.txt\")", "\"hello\\n\"")
            ]
        ) { context, path in
            try context.authorize(.readFile(path))
            return try FileContents.readText(path)
        },
        BuiltinSpec(
            "read_lines", "Reads the lines of a file of text.",
            .value("path", String.self, "the file"),
            returns: "the lines without their ends", effects: [.readsFiles], topic: "Files", seeAlso: ["read_text"],
            examples: [Example("write_text(\"list.txt\", \"a\\nb\\n\")\nread_lines(\"list.txt\")", "[\"a\", \"b\"]")]
        ) { context, path in
            try context.authorize(.readFile(path))
            return lines(of: try FileContents.readText(path))
        },
        BuiltinSpec(
            "read_bytes", "Reads a whole file as bytes.",
            .value("path", String.self, "the file"),
            returns: "its bytes", effects: [.readsFiles], topic: "Files", seeAlso: ["read_text", "write_bytes"],
            examples: [Example("write_text(\"ab.txt\", \"ab\")\nlen(read_bytes(\"ab.txt\"))", "2")]
        ) { context, path in
            try context.authorize(.readFile(path))
            return ByteString(try FileContents.read(path))
        },
        BuiltinSpec(
            "write_text", "Writes a file of text.",
            .value("path", String.self, "the file, replaced as a whole where it exists"),
            .value("text", String.self, "what it shall hold"),
            .label("append", Bool.self, default: false, "add to what is there"),
            returns: "nothing", effects: [.writesFiles],
            details: "The file is written under a temporary name and renamed, so that nobody ever reads half of it.",
            topic: "Files", seeAlso: ["read_text", "write_bytes"],
            examples: [
                Example(
                    "write_text(\"log.txt\", \"one \")\nwrite_text(\"log.txt\", \"two\", append: true)\nread_text(\"log.txt\")",
                    "\"one two\"")
            ]
        ) { context, path, text, append in
            try context.authorize(.writeFile(path))
            if append {
                try FileContents.append(text.utf8, to: path)
            } else {
                try FileContents.write(text.utf8, to: path)
            }
            return Nothing()
        },
        BuiltinSpec(
            "write_bytes", "Writes a file of bytes.",
            .value("path", String.self, "the file, replaced as a whole where it exists"),
            .value("bytes", ByteString.self, "what it shall hold"),
            returns: "nothing", effects: [.writesFiles], topic: "Files", seeAlso: ["read_bytes", "write_text"],
            examples: [Example("write_bytes(\"b.bin\", hex\"0102\")\nread_bytes(\"b.bin\") == hex\"0102\"", "true")]
        ) { context, path, bytes in
            try context.authorize(.writeFile(path))
            try FileContents.write(bytes.bytes, to: path)
            return Nothing()
        },
        BuiltinSpec(
            "exists", "Tells whether there is a file or folder.",
            .value("path", String.self, "where to look"),
            returns: "whether there is one", effects: [.readsFiles], topic: "Files", seeAlso: ["list_dir"],
            examples: [Example("exists(\"no/such/file\")", "false")]
        ) { context, path in
            try context.authorize(.readFile(path))
            return Folder.entry(at: path) != .nothing
        },
        BuiltinSpec(
            "list_dir", "Lists what is in a folder.",
            .value("path", String.self, default: ".", "the folder"),
            returns: "the names in it, sorted", effects: [.readsFiles], topic: "Files",
            seeAlso: ["exists", "make_dir"],
            examples: [
                Example("make_dir(\"d\")\nwrite_text(\"d/x.txt\", \"\")\nlist_dir(\"d\")", "[\"x.txt\"]")
            ]
        ) { context, path in
            try context.authorize(.readFile(path))
            return try Folder.names(in: path)
        },
        BuiltinSpec(
            "make_dir", "Makes a folder, and those above it that are missing.",
            .value("path", String.self, "the folder; it may exist already"),
            returns: "nothing", effects: [.writesFiles], topic: "Files", seeAlso: ["list_dir"],
            examples: [Example("make_dir(\"out/models\")\nexists(\"out/models\")", "true")]
        ) { context, path in
            try context.authorize(.writeFile(path))
            try Folder.make(path)
            return Nothing()
        },
    ]

    /// The lines of a text, whatever ends them; an end at the end of the text begins no further line.
    static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.utf8.last == 0x0D ? String(line.unicodeScalars.dropLast()) : String(line)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
