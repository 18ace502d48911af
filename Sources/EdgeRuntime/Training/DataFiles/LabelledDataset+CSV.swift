import EdgeData
import EdgeTensors

extension LabelledDataset {
    /// How the columns of a CSV file become samples and labels.
    public struct CSVOptions: Sendable {
        /// The column with the label; nil for data without labels.
        public var label: String?
        /// The columns that make up a sample; nil for all but the label and the ignored ones.
        public var columns: [String]?
        /// Columns that are passed over.
        public var ignored: [String]
        public var separator: UInt8

        public init(label: String? = nil, columns: [String]? = nil, ignored: [String] = [], separator: UInt8 = 0x2C) {
            self.label = label
            self.columns = columns
            self.ignored = ignored
            self.separator = separator
        }
    }

    /// Reads a table with a header line: one sample a row, its numbers as `f32`.
    ///
    /// Labels that are all whole numbers are taken as they are (`i32`), other numbers as targets (`f32`), and words as classes, which
    /// are numbered in the order of their names. An empty field is a missing number (NaN); a missing label is an error.
    ///
    /// - Throws: `TrainingError` that names file and line.
    public init(csv path: String, options: CSVOptions = CSVOptions()) throws {
        try self.init(csvBytes: FileContents.read(path), path: path, options: options)
    }

    package init(csvBytes bytes: [UInt8], path: String, options: CSVOptions) throws {
        var table = CSVSamples(path: path, options: options)
        do throws(DataError) {
            try CSVReader(separator: options.separator).forEachRow(bytes) { (fields, line) throws(DataError) in
                do throws(TrainingError) { try table.add(fields, line: line) } catch {
                    throw DataError(code: error.code, message: error.message, hint: error.hint)
                }
            }
        } catch {
            // Errors of the table already name the file.
            let isOurs = error.code.hasPrefix("L")
            throw TrainingError(
                code: isOurs ? error.code : "L0001", message: isOurs ? error.message : "\(path): \(error.message)",
                hint: error.hint)
        }
        self = try table.dataset()
    }
}

/// Gathers the rows of a table into samples.
private struct CSVSamples {
    let path: String
    let options: LabelledDataset.CSVOptions
    private var header: [String] = []
    private var featurePositions: [Int] = []
    private var labelPosition: Int?
    private var features: [Float] = []
    private var labels: [String] = []
    private var rowCount = 0

    init(path: String, options: LabelledDataset.CSVOptions) {
        self.path = path
        self.options = options
    }

    mutating func add(_ fields: [String], line: Int) throws(TrainingError) {
        guard !header.isEmpty else { return try readHeader(fields, line: line) }
        guard fields.count == header.count else {
            throw .malformed(path, at: "line \(line)", "\(fields.count) fields where \(header.count) are expected")
        }
        for position in featurePositions {
            let text = trimmed(fields[position])
            if text.isEmpty {
                features.append(.nan)
            } else if let number = Float(text) {
                features.append(number)
            } else {
                throw .malformed(
                    path, at: "line \(line)", "\"\(text.prefix(40))\" in column \"\(header[position])\" is no number",
                    hint: "leave the column out with `ignore` or name the ones to use with `columns`")
            }
        }
        if let labelPosition {
            let text = trimmed(fields[labelPosition])
            guard !text.isEmpty else { throw .malformed(path, at: "line \(line)", "the label is missing") }
            labels.append(text)
        }
        rowCount += 1
    }

    private mutating func readHeader(_ fields: [String], line: Int) throws(TrainingError) {
        header = fields.map(trimmed)
        if let label = options.label { labelPosition = try position(of: label) }
        let ignored = try positions(of: options.ignored)
        if let columns = options.columns {
            featurePositions = try positions(of: columns)
        } else {
            featurePositions = header.indices.filter { $0 != labelPosition && !ignored.contains($0) }
        }
        guard !featurePositions.isEmpty else {
            throw .malformed(path, at: "line \(line)", "no column is left for the samples")
        }
    }

    private func positions(of names: [String]) throws(TrainingError) -> [Int] {
        var result: [Int] = []
        for name in names { result.append(try position(of: name)) }
        return result
    }

    private func position(of name: String) throws(TrainingError) -> Int {
        guard let position = header.firstIndex(of: name) else {
            throw .unsuitable(
                "\(path) has no column \"\(name)\"",
                hint: "it has \(header.prefix(30).map { "\"\($0)\"" }.joined(separator: ", "))")
        }
        return position
    }

    func dataset() throws -> LabelledDataset {
        guard rowCount > 0 else { throw TrainingError.unsuitable("\(path) has no rows below its header") }
        let samples = try Tensor(features, shape: [rowCount, featurePositions.count])
        guard labelPosition != nil else { return LabelledDataset(inputs: [samples], labels: nil) }
        let whole = labels.compactMap { Int32($0) }
        if whole.count == rowCount {
            return LabelledDataset(inputs: [samples], labels: try Tensor(whole, shape: [rowCount]))
        }
        let numbers = labels.compactMap { Float($0) }
        if numbers.count == rowCount {
            return LabelledDataset(inputs: [samples], labels: try Tensor(numbers, shape: [rowCount, 1]))
        }
        let names = Set(labels).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let numberOf = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
        return LabelledDataset(
            inputs: [samples], labels: try Tensor(labels.compactMap { numberOf[$0] }, shape: [rowCount]),
            classNames: names)
    }

    private func trimmed(_ text: String) -> String {
        var bytes = text.utf8[...]
        while bytes.first == 0x20 || bytes.first == 0x09 { bytes = bytes.dropFirst() }
        while bytes.last == 0x20 || bytes.last == 0x09 { bytes = bytes.dropLast() }
        return String(Substring(bytes))
    }
}
