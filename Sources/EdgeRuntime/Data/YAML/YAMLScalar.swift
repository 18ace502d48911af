/// What a YAML scalar means: the core schema of YAML 1.2.2, section 10.3.2.
enum YAMLScalar {
    static func resolve(_ event: YAMLReader.Event) throws(DataError) -> DataTree {
        switch event.tag {
        case nil: return event.isPlain ? try plain(event) : .text(event.text)
        case "!", "tag:yaml.org,2002:str": return .text(event.text)
        case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float":
            let value = try plain(event)
            switch (event.tag, value) {
            case ("tag:yaml.org,2002:null", .null), ("tag:yaml.org,2002:bool", .bool), ("tag:yaml.org,2002:int", .int),
                ("tag:yaml.org,2002:float", .float):
                return value
            case ("tag:yaml.org,2002:float", .int(let whole)): return .float(Double(whole))
            default: throw event.fault("\"\(event.text)\" is not what its tag says")
            }
        case .some(let tag): throw event.fault("the tag \(tag) is not known")
        }
    }

    private static func plain(_ event: YAMLReader.Event) throws(DataError) -> DataTree {
        let text = event.text
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        default: break
        }
        if let number = wholeNumber(text) {
            guard let value = number else {
                throw event.fault("\(text) does not fit 64 bits", hint: "write it in quotes")
            }
            return .int(value)
        }
        if isDecimal(text), let value = Double(text) { return .float(value) }
        return .text(text)
    }

    /// Whether a text without quotes would be read as something else than itself.
    static func isAmbiguous(_ text: String) -> Bool {
        switch text {
        case "", "~", ".nan", ".NaN", ".NAN": return true
        default: break
        }
        let word = text.lowercased()
        // The words of YAML 1.1 count too: other readers may follow it.
        if ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(word) { return true }
        return wholeNumber(text) != nil || isDecimal(text) || word.hasSuffix(".inf")
    }

    /// nil where the text is not a whole number, `.some(nil)` where it is one that does not fit.
    private static func wholeNumber(_ text: String) -> Int64?? {
        let bytes = Array(text.utf8)
        if text.hasPrefix("0x"), bytes.count > 2 {
            let digits = text.dropFirst(2)
            return digits.utf8.allSatisfy(isHexadecimal) ? .some(Int64(digits, radix: 16)) : nil
        }
        if text.hasPrefix("0o"), bytes.count > 2 {
            let digits = text.dropFirst(2)
            return digits.utf8.allSatisfy { (0x30...0x37).contains($0) } ? .some(Int64(digits, radix: 8)) : nil
        }
        let digits = bytes.first == 0x2D || bytes.first == 0x2B ? bytes.dropFirst() : bytes[...]
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return .some(Int64(text))
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isDecimal(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        func skipSign() { if rest.first == 0x2D || rest.first == 0x2B { rest = rest.dropFirst() } }
        func skipDigits() -> Int {
            let before = rest.count
            rest = rest.drop(while: isDigit)
            return before - rest.count
        }
        skipSign()
        var digits = skipDigits()
        if rest.first == 0x2E {
            rest = rest.dropFirst()
            digits += skipDigits()
        }
        guard digits > 0 else { return false }
        if rest.first == 0x65 || rest.first == 0x45 {
            rest = rest.dropFirst()
            skipSign()
            guard skipDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
