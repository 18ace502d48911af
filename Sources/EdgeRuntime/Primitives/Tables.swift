import EdgeLang

extension Primitives {
    /// Lists of records as tables.
    static let tables: [BuiltinSpec] = [
        BuiltinSpec(
            "table", "Shows a list of records as a table.",
            .value("rows", PlainValue.self, "the records"),
            .value("columns", [String]?.self, "which columns, in which order; all where it is left out"),
            returns: "a table, which prints with aligned columns", type: "table", topic: "Data formats",
            seeAlso: ["read_csv"],
            examples: [
                Example(
                    "print(table([{name: \"pump\", rate: 50}, {name: \"fan\", rate: 9}]))",
                    "name  rate\n────  ────\npump    50\nfan      9\n")
            ]
        ) { _, rows, columns in
            guard let table = ValueTable(rows) else {
                throw RuntimeError(.unsuitableValue, "`table` needs a list of records")
            }
            let names = columns ?? table.columns
            return TableObject(columns: names, rows: table.cells(of: names))
        }
    ]
}
