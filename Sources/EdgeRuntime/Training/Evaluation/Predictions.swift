/// The real numbers a model gave for a data set: one row a sample.
package struct Predictions: Sendable {
    /// In C order.
    package var values: [Float]
    package var rows: Int
    package var columns: Int

    package init(values: [Float], rows: Int, columns: Int) {
        self.values = values
        self.rows = rows
        self.columns = columns
    }

    package func row(_ index: Int) -> ArraySlice<Float> { values[index * columns..<(index + 1) * columns] }

    /// The class of a sample: the position of the largest output, the first among equals; with one column, whether it is
    /// above a half.
    package func predictedClass(_ index: Int) -> Int {
        if columns == 1 { return values[index] > 0.5 ? 1 : 0 }
        var best = 0
        let row = row(index)
        for (position, value) in row.enumerated() where value > row[row.startIndex + best] { best = position }
        return best
    }
}
