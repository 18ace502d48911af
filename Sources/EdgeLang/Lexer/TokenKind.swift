/// The kinds of tokens. The raw value is what diagnostics call it.
public enum TokenKind: String, Sendable {
    case identifier = "a name"
    case integer = "an integer"
    case float = "a number"
    case quantity = "a quantity"
    case bytes = "bytes"
    /// A string without interpolations.
    case string = "a string"
    // A string with interpolations: start, then texts and bracketed expressions in any order, then end.
    case stringStart = "the start of a string"
    case stringText = "text of a string"
    case interpolationStart = "`\\(`"
    case interpolationEnd = "the `)` of an interpolation"
    case stringEnd = "the end of a string"
    /// What no token begins with; already reported.
    case invalid = "an invalid character"
    case endOfFile = "the end of the text"

    case keywordLet = "`let`"
    case keywordVar = "`var`"
    case keywordFn = "`fn`"
    case keywordIf = "`if`"
    case keywordElse = "`else`"
    case keywordMatch = "`match`"
    case keywordFor = "`for`"
    case keywordIn = "`in`"
    case keywordWhile = "`while`"
    case keywordBreak = "`break`"
    case keywordContinue = "`continue`"
    case keywordReturn = "`return`"
    case keywordTry = "`try`"
    case keywordCatch = "`catch`"
    case keywordDefer = "`defer`"
    case keywordImport = "`import`"
    case keywordTrue = "`true`"
    case keywordFalse = "`false`"
    case keywordNull = "`null`"
    case keywordAnd = "`and`"
    case keywordOr = "`or`"
    case keywordNot = "`not`"

    case leftParenthesis = "`(`"
    case rightParenthesis = "`)`"
    case leftBracket = "`[`"
    case rightBracket = "`]`"
    case leftBrace = "`{`"
    case rightBrace = "`}`"
    case comma = "`,`"
    case colon = "`:`"
    case semicolon = "`;`"
    case dot = "`.`"
    case range = "`..`"
    case closedRange = "`..=`"
    case ellipsis = "`...`"
    case pipe = "`|>`"
    case arrow = "`=>`"
    case resultArrow = "`->`"
    case coalesce = "`??`"
    case question = "`?`"
    case assign = "`=`"
    case equal = "`==`"
    case notEqual = "`!=`"
    case less = "`<`"
    case lessOrEqual = "`<=`"
    case greater = "`>`"
    case greaterOrEqual = "`>=`"
    case shiftLeft = "`<<`"
    case shiftRight = "`>>`"
    case plus = "`+`"
    case minus = "`-`"
    case star = "`*`"
    case slash = "`/`"
    case doubleSlash = "`//`"
    case percent = "`%`"
    case doubleStar = "`**`"
    case ampersand = "`&`"
    case bar = "`|`"
    case caret = "`^`"
    case tilde = "`~`"
    case plusAssign = "`+=`"
    case minusAssign = "`-=`"
    case starAssign = "`*=`"
    case slashAssign = "`/=`"
    case doubleSlashAssign = "`//=`"
    case percentAssign = "`%=`"
    case doubleStarAssign = "`**=`"
    case ampersandAssign = "`&=`"
    case barAssign = "`|=`"
    case caretAssign = "`^=`"
    case shiftLeftAssign = "`<<=`"
    case shiftRightAssign = "`>>=`"

    /// The kind of a word: a keyword or an identifier.
    init(word: String) {
        self = Self.keywords[word] ?? .identifier
    }

    private static let keywords: [String: TokenKind] = [
        "let": .keywordLet, "var": .keywordVar, "fn": .keywordFn, "if": .keywordIf, "else": .keywordElse,
        "match": .keywordMatch, "for": .keywordFor, "in": .keywordIn, "while": .keywordWhile,
        "break": .keywordBreak, "continue": .keywordContinue, "return": .keywordReturn, "try": .keywordTry,
        "catch": .keywordCatch, "defer": .keywordDefer, "import": .keywordImport, "true": .keywordTrue,
        "false": .keywordFalse, "null": .keywordNull, "and": .keywordAnd, "or": .keywordOr, "not": .keywordNot,
    ]

    /// The reserved words, for completion.
    public static let reservedWords = keywords.keys.sorted()

    /// Whether it is a reserved word.
    var isKeyword: Bool {
        switch self {
        case .keywordLet, .keywordVar, .keywordFn, .keywordIf, .keywordElse, .keywordMatch, .keywordFor, .keywordIn,
            .keywordWhile, .keywordBreak, .keywordContinue, .keywordReturn, .keywordTry, .keywordCatch, .keywordDefer,
            .keywordImport, .keywordTrue, .keywordFalse, .keywordNull, .keywordAnd, .keywordOr, .keywordNot:
            true
        default: false
        }
    }
}
