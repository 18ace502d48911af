/// A source line as a terminal shows it, with the column at which each byte appears.
struct DisplayLine {
    /// Tabs stand at multiples of this.
    static let tabWidth = 4
    /// Longer lines are cut to the part around what is to be shown.
    static let maximumWidth = 160

    private(set) var text = ""
    /// The column of each byte of the line, and of the place behind the last.
    private var columns: [Int] = []

    init(_ bytes: ArraySlice<UInt8>) {
        var column = 0
        for character in String(decoding: bytes, as: UTF8.self) {
            let width: Int
            if character == "\t" {
                width = Self.tabWidth - column % Self.tabWidth
                text += String(repeating: " ", count: width)
            } else {
                let shown = character.isShownAsItIs ? character : "\u{FFFD}"
                width = DisplayWidth.of(shown)
                text.append(shown)
            }
            columns += Array(repeating: column, count: character.utf8.count)
            column += width
        }
        columns.append(column)
    }

    /// The column of a byte of the line; places behind the end are at the end.
    func column(at offset: Int) -> Int {
        columns[max(0, min(offset, columns.count - 1))]
    }

    /// Cuts a long line to a part around a column; what is cut off shows as `…`.
    ///
    /// - Returns: how many columns what is left has moved to the left.
    mutating func crop(around column: Int) -> Int {
        guard let width = columns.last, width > Self.maximumWidth else { return 0 }
        let first = max(0, min(column - Self.maximumWidth / 3, width - Self.maximumWidth))
        var cropped = first > 0 ? "…" : ""
        var position = 0
        for character in text {
            let next = position + DisplayWidth.of(character)
            if position > first || first == 0, next < first + Self.maximumWidth { cropped.append(character) }
            position = next
        }
        if first + Self.maximumWidth < width { cropped += "…" }
        text = cropped
        return first
    }
}

extension Character {
    /// Whether a terminal shows it without doing anything else.
    fileprivate var isShownAsItIs: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
            default: !(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
            }
        }
    }
}

extension String {
    /// The text with line ends as spaces, and a mark for every character that would do something to a terminal.
    var withoutControls: String {
        String(map { $0.isNewline ? " " : $0.isShownAsItIs ? $0 : "\u{FFFD}" })
    }
}
