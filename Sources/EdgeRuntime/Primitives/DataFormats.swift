import EdgeData
import EdgeLang

extension Primitives {
    /// JSON, YAML and CSV.
    static let dataFormats: [BuiltinSpec] = [
        BuiltinSpec(
            "parse_json", "Reads a value from a text of JSON.",
            .value("text", String.self, "JSON"),
            returns: "the value; the order of names is kept", type: "any", topic: "Data formats",
            seeAlso: ["to_json", "read_json"],
            examples: [Example("parse_json(\"{\\\"a\\\": [1, 2.5, null]}\").a", "[1, 2.5, null]")]
        ) { context, text in
            try context.cancellableDataWork { PlainValue(try JSONReader.read(Array(text.utf8))) }
        },
        BuiltinSpec(
            "to_json", "Writes a value as JSON.",
            .value("value", PlainValue.self, "what to write"),
            .label("indent", Int.self, default: 0, in: 0...16, "blanks a level is indented by; 0 for one line"),
            returns: "JSON", details: quantitiesInFiles, topic: "Data formats", seeAlso: ["parse_json", "write_json"],
            examples: [
                Example("to_json({name: \"pump\", size: 1KiB})", "\"{\\\"name\\\": \\\"pump\\\", \\\"size\\\": 1024}\"")
            ]
        ) { context, value, indent in
            try context.cancellableDataWork {
                try JSONWriter(indentation: indent == 0 ? nil : indent).write(DataTree(value))
            }
        },
        BuiltinSpec(
            "read_json", "Reads a value from a file of JSON.",
            .value("path", String.self, "the file"),
            returns: "the value", type: "any", effects: [.readsFiles], topic: "Data formats",
            seeAlso: ["write_json", "parse_json"],
            examples: [Example("write_text(\"a.json\", \"[1, 2]\")\nread_json(\"a.json\")", "[1, 2]")]
        ) { context, path in
            try context.authorize(.readFile(path))
            return try context.cancellableDataWork {
                PlainValue(try inFile(path) { () throws(DataError) in try JSONReader.read(FileContents.read(path)) })
            }
        },
        BuiltinSpec(
            "write_json", "Writes a value to a file of JSON.",
            .value("path", String.self, "the file"),
            .value("value", PlainValue.self, "what to write"),
            .label("indent", Int.self, default: 2, in: 0...16, "blanks a level is indented by; 0 for one line"),
            returns: "nothing", effects: [.writesFiles], details: quantitiesInFiles, topic: "Data formats",
            seeAlso: ["read_json", "to_json"],
            examples: [Example("write_json(\"b.json\", {a: 1})\nread_json(\"b.json\").a", "1")]
        ) { context, path, value, indent in
            try context.authorize(.writeFile(path))
            let text = try context.cancellableDataWork {
                try JSONWriter(indentation: indent == 0 ? nil : indent).write(DataTree(value))
            }
            try FileContents.write((text + "\n").utf8, to: path)
            return Nothing()
        },
        BuiltinSpec(
            "parse_yaml", "Reads a value from a text of YAML.",
            .value("text", String.self, "one document of YAML 1.2"),
            returns: "the value", type: "any", topic: "Data formats", seeAlso: ["to_yaml", "read_yaml"],
            examples: [Example("parse_yaml(\"rate: 50\\nunits: [a, b]\")", "{rate: 50, units: [\"a\", \"b\"]}")]
        ) { context, text in
            try context.cancellableDataWork { PlainValue(try YAMLReader.read(Array(text.utf8))) }
        },
        BuiltinSpec(
            "to_yaml", "Writes a value as YAML.",
            .value("value", PlainValue.self, "what to write"),
            returns: "YAML", details: quantitiesInFiles, topic: "Data formats", seeAlso: ["parse_yaml", "write_yaml"],
            examples: [Example("print(to_yaml({rate: 50, units: [\"a\"]}))", "rate: 50\nunits:\n  - a\n")]
        ) { context, value in
            try context.cancellableDataWork { try YAMLWriter.write(DataTree(value)) }
        },
        BuiltinSpec(
            "read_yaml", "Reads a value from a file of YAML.",
            .value("path", String.self, "the file"),
            returns: "the value", type: "any", effects: [.readsFiles], topic: "Data formats",
            seeAlso: ["write_yaml", "parse_yaml"],
            examples: [Example("write_text(\"a.yaml\", \"a: [1, 2]\")\nread_yaml(\"a.yaml\").a", "[1, 2]")]
        ) { context, path in
            try context.authorize(.readFile(path))
            return try context.cancellableDataWork {
                PlainValue(try inFile(path) { () throws(DataError) in try YAMLReader.read(FileContents.read(path)) })
            }
        },
        BuiltinSpec(
            "write_yaml", "Writes a value to a file of YAML.",
            .value("path", String.self, "the file"),
            .value("value", PlainValue.self, "what to write"),
            returns: "nothing", effects: [.writesFiles], details: quantitiesInFiles, topic: "Data formats",
            seeAlso: ["read_yaml", "to_yaml"],
            examples: [Example("write_yaml(\"b.yaml\", {a: \"yes\"})\nread_yaml(\"b.yaml\").a", "\"yes\"")]
        ) { context, path, value in
            try context.authorize(.writeFile(path))
            let text = try context.cancellableDataWork { try YAMLWriter.write(DataTree(value)) }
            try FileContents.write(text.utf8, to: path)
            return Nothing()
        },
        BuiltinSpec(
            "read_csv", "Reads a table from a file of comma-separated values.",
            .value("path", String.self, "the file"),
            .label("header", Bool.self, default: true, "whether the first row names the columns"),
            .label("separator", String.self, default: ",", "the character between two fields"),
            returns: "one record a row", type: "list of record", effects: [.readsFiles],
            details: """
                Fields show their type by their text: numbers, `true` and `false`, and nothing (`null`) are what they look like,
                everything else is a string. Without a header the columns are called `column1`, `column2` and so on.
                """,
            topic: "Data formats", seeAlso: ["write_csv", "dataset"],
            examples: [
                Example(
                    "write_text(\"t.csv\", \"name,rate\\npump,50\\n\")\nread_csv(\"t.csv\")",
                    "[{name: \"pump\", rate: 50}]")
            ]
        ) { context, path, header, separator in
            try context.authorize(.readFile(path))
            let byte = try separatorByte(separator)
            return try context.cancellableDataWork {
                let table = try inFile(path) { () throws(DataError) in
                    try CSVTable(FileContents.read(path), separator: byte, hasHeader: header)
                }
                return PlainValue.list(
                    table.rows.map { row in
                        .record(zip(table.columns, row).map { PlainValue.Field($0, PlainValue($1)) })
                    })
            }
        },
        BuiltinSpec(
            "write_csv", "Writes a list of records to a file of comma-separated values.",
            .value("path", String.self, "the file"),
            .value("rows", PlainValue.self, "the records; the columns are the names of all of them"),
            .label("separator", String.self, default: ",", "the character between two fields"),
            returns: "nothing", effects: [.writesFiles], details: quantitiesInFiles, topic: "Data formats",
            seeAlso: ["read_csv"],
            examples: [Example("write_csv(\"u.csv\", [{a: 1}, {a: 2}])\nread_text(\"u.csv\")", "\"a\\n1\\n2\\n\"")]
        ) { context, path, rows, separator in
            try context.authorize(.writeFile(path))
            _ = try separatorByte(separator)
            let text = try context.cancellableDataWork {
                let (columns, cells) = try csvCells(DataTree(rows))
                return try CSVWriter(separator: separator.first ?? ",").write(columns: columns, rows: cells)
            }
            try FileContents.write(text.utf8, to: path)
            return Nothing()
        },
    ]

    private static let quantitiesInFiles = """
        Quantities are written as numbers in base units: seconds, bytes, joules and their quotients. Bytes are written as a text of
        hexadecimal digits.
        """

    /// Puts the file's name into errors about its contents.
    private static func inFile<Result>(
        _ path: String, _ body: () throws(DataError) -> Result
    ) throws(DataError) -> Result {
        do throws(DataError) {
            return try body()
        } catch {
            guard !error.message.contains(path) else { throw error }
            throw DataError(code: error.code, message: "\(path): \(error.message)", hint: error.hint)
        }
    }

    private static func separatorByte(_ text: String) throws -> UInt8 {
        guard text.utf8.count == 1, let byte = text.utf8.first, byte != 0x22, byte != 0x0A, byte != 0x0D else {
            throw RuntimeError(
                .unsuitableValue, "a separator is one character of ASCII, and neither a quote nor a line end")
        }
        return byte
    }

    private static func csvCells(_ tree: DataTree) throws -> (columns: [String], rows: [[DataTree]]) {
        var columns: [String] = []
        var positions: [String: Int] = [:]
        var records: [[DataTree.Field]] = []
        guard case .list(let elements) = tree else {
            throw RuntimeError(.unsuitableValue, "only a list of records can be written as CSV")
        }
        for element in elements {
            guard case .record(let fields) = element else {
                throw RuntimeError(.unsuitableValue, "only a list of records can be written as CSV")
            }
            for field in fields where positions[field.name] == nil {
                positions[field.name] = columns.count
                columns.append(field.name)
            }
            records.append(fields)
        }
        let rows = records.map { fields in
            var row = [DataTree](repeating: .null, count: columns.count)
            for field in fields { if let position = positions[field.name] { row[position] = field.value } }
            return row
        }
        return (columns, rows)
    }
}
