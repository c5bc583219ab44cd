import Spec

/// How texts and queries become words.
///
/// Chinese, Japanese, Korean and Thai are written without spaces between words, so each of their characters is a word
/// of its own, as an emoji is; a search for several of them is a search for a phrase.
enum SearchText {
    /// The text as it is put into the index.
    static func words(_ text: String) -> String {
        var words = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.value == 0 {
                // SQLite's text ends at a NUL.
                words.append(" ")
            } else if standsAlone(scalar) {
                words.append(contentsOf: [" ", scalar, " "])
            } else {
                words.append(scalar)
            }
        }
        return String(words)
    }

    /// The query in the language of the index, every term as a quoted string, which no text can break; nil when there
    /// is no word in it.
    static func expression(_ query: SearchQuery) -> String? {
        let terms = query.terms.filter { $0.text.unicodeScalars.contains(where: isPartOfWord) }.map { term in
            "\"\(words(term.text).filter { $0 != "\"" })\"" + (term.isPrefix ? " *" : "")
        }
        return terms.isEmpty ? nil : terms.joined(separator: " AND ")
    }

    /// Whether the character is a word by itself.
    static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF,  // Thai, Lao
            0x1780...0x17FF,  // Khmer
            0x1000...0x109F,  // Burmese
            0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F,  // Japanese syllables
            0x3100...0x312F, 0x31A0...0x31BF,  // Bopomofo
            0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF,  // Korean
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:  // Chinese characters
            isPartOfWord(scalar)
        default: scalar.value >= 0x2000 && scalar.properties.generalCategory == .otherSymbol
        }
    }

    /// The categories that the index's tokenizer is told to take as parts of words.
    static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse, .otherSymbol:
            true
        default: false
        }
    }
}
