import EdgeData
import Testing

@Suite struct CSVTests {
    @Test func fieldsShowTheirTypes() throws {
        let table = try CSVTable(
            Array("name,n,x,ok,note\r\npump,3,-0.5e2,true,\r\n\"a, \"\"b\"\"\",0,.5,no,007x\r\n".utf8))
        #expect(table.columns == ["name", "n", "x", "ok", "note"])
        #expect(
            table.rows == [
                [.text("pump"), .int(3), .float(-50), .bool(true), .null],
                [.text("a, \"b\""), .int(0), .float(0.5), .text("no"), .text("007x")],
            ])
    }

    @Test func quotedFieldsMayHoldLineEnds() throws {
        #expect(try CSVReader().rows(Array("a,\"b\nc\"\n\nd,e".utf8)) == [["a", "b\nc"], ["d", "e"]])
    }

    @Test func otherSeparatorsAndNoHeader() throws {
        let table = try CSVTable(Array("1;2\n3;4\n".utf8), separator: 0x3B, hasHeader: false)
        #expect(table.columns == ["column1", "column2"])
        #expect(table.rows == [[.int(1), .int(2)], [.int(3), .int(4)]])
    }

    @Test(arguments: ["a,b\n1", "a,b\n1,2,3", "a,a\n1,2", "a\n\"x", "a\n\"x\"y"])
    func faultsNameTheirLine(_ text: String) throws {
        let error = try #require(throws: DataError.self) { try CSVTable(Array(text.utf8)) }
        #expect(error.message.contains("line"))
    }

    @Test func aMarkOfByteOrderIsNotPartOfTheFirstName() throws {
        #expect(try CSVTable([0xEF, 0xBB, 0xBF] + Array("a\n1\n".utf8)).columns == ["a"])
    }

    @Test func notUTF8IsAnError() {
        #expect(throws: DataError.self) { try CSVTable([0x61, 0x0A, 0xFF, 0x0A]) }
    }

    @Test func whatIsWrittenReadsBack() throws {
        let rows: [[DataTree]] = [
            [.text("a\"b"), .int(1), .null], [.text(" padded "), .float(0.1), .bool(false)],
            [.text("x\ny"), .int(-5), .null],
        ]
        let text = try CSVWriter().write(columns: ["t", "n", "o"], rows: rows)
        let table = try CSVTable(Array(text.utf8))
        #expect(table.columns == ["t", "n", "o"])
        #expect(table.rows[0] == rows[0])
        #expect(table.rows[2] == rows[2])
    }
}
