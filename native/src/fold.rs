//! How are words compared across cases and accents? Latin letters become their plain ASCII letters, others their small
//! letter, marks above and below are left out.

/// Appends what a character is compared as: ASCII as it is (the case is needed to tell words apart), Latin letters
/// without their marks, other letters small.
pub fn fold(character: char, into: &mut String) {
    let code = character as usize;
    let latin = code.checked_sub(0xc0).and_then(|place| LATIN.get(place));
    let latin = latin.or_else(|| code.checked_sub(0x1e00).and_then(|place| LATIN_ADDITIONAL.get(place)));
    match (character, latin) {
        ('\0'..='\x7f', _) => into.push(character),
        ('\u{300}'..='\u{36f}', _) => {}
        (_, Some(plain)) if !plain.is_empty() => into.push_str(plain),
        _ => into.extend(character.to_lowercase().map(plain)),
    }
}

/// Greek and Cyrillic letters without their marks.
fn plain(letter: char) -> char {
    match letter {
        'й' => 'и',
        'ё' | 'ѐ' => 'е',
        'ї' => 'і',
        'ў' => 'у',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        _ => letter,
    }
}

/// The letters from U+00C0 on (Unicode's decompositions, and ø, ł, đ, ß and their like); empty where there is none.
const LATIN: [&str; 372] = [
    "A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I", "I", "D", "N", "O", "O", "O", "O", "O",
    "", "O", "U", "U", "U", "U", "Y", "TH", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i",
    "i", "i", "i", "d", "n", "o", "o", "o", "o", "o", "", "o", "u", "u", "u", "u", "y", "th", "y", "A", "a", "A", "a",
    "A", "a", "C", "c", "C", "c", "C", "c", "C", "c", "D", "d", "D", "d", "E", "e", "E", "e", "E", "e", "E", "e", "E",
    "e", "G", "g", "G", "g", "G", "g", "G", "g", "H", "h", "H", "h", "I", "i", "I", "i", "I", "i", "I", "i", "I", "i",
    "IJ", "ij", "J", "j", "K", "k", "", "L", "l", "L", "l", "L", "l", "", "", "L", "l", "N", "n", "N", "n", "N", "n",
    "", "N", "n", "O", "o", "O", "o", "O", "o", "OE", "oe", "R", "r", "R", "r", "R", "r", "S", "s", "S", "s", "S", "s",
    "S", "s", "T", "t", "T", "t", "T", "t", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "W", "w", "Y",
    "y", "Y", "Z", "z", "Z", "z", "Z", "z", "s", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "E", "",
    "", "f", "", "", "", "", "", "", "", "", "", "", "", "", "", "O", "o", "", "", "", "", "", "", "", "", "", "", "",
    "", "", "U", "u", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "DZ", "Dz", "dz",
    "LJ", "Lj", "lj", "NJ", "Nj", "nj", "A", "a", "I", "i", "O", "o", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u",
    "", "A", "a", "A", "a", "AE", "ae", "", "", "G", "g", "K", "k", "O", "o", "O", "o", "", "", "j", "DZ", "Dz", "dz",
    "G", "g", "", "", "N", "n", "A", "a", "AE", "ae", "O", "o", "A", "a", "A", "a", "E", "e", "E", "e", "I", "i", "I",
    "i", "O", "o", "O", "o", "R", "r", "R", "r", "U", "u", "U", "u", "S", "s", "T", "t", "", "", "H", "h", "", "", "",
    "", "", "", "A", "a", "E", "e", "O", "o", "O", "o", "O", "o", "O", "o", "Y", "y",
];

/// The letters from U+1E00 on.
const LATIN_ADDITIONAL: [&str; 250] = [
    "A", "a", "B", "b", "B", "b", "B", "b", "C", "c", "D", "d", "D", "d", "D", "d", "D", "d", "D", "d", "E", "e", "E",
    "e", "E", "e", "E", "e", "E", "e", "F", "f", "G", "g", "H", "h", "H", "h", "H", "h", "H", "h", "H", "h", "I", "i",
    "I", "i", "K", "k", "K", "k", "K", "k", "L", "l", "L", "l", "L", "l", "L", "l", "M", "m", "M", "m", "M", "m", "N",
    "n", "N", "n", "N", "n", "N", "n", "O", "o", "O", "o", "O", "o", "O", "o", "P", "p", "P", "p", "R", "r", "R", "r",
    "R", "r", "R", "r", "S", "s", "S", "s", "S", "s", "S", "s", "S", "s", "T", "t", "T", "t", "T", "t", "T", "t", "U",
    "u", "U", "u", "U", "u", "U", "u", "U", "u", "V", "v", "V", "v", "W", "w", "W", "w", "W", "w", "W", "w", "W", "w",
    "X", "x", "X", "x", "Y", "y", "Z", "z", "Z", "z", "Z", "z", "h", "t", "w", "y", "", "s", "", "", "SS", "", "A",
    "a", "A", "a", "A", "a", "A", "a", "A", "a", "A", "a", "A", "a", "A", "a", "A", "a", "A", "a", "A", "a", "A", "a",
    "E", "e", "E", "e", "E", "e", "E", "e", "E", "e", "E", "e", "E", "e", "E", "e", "I", "i", "I", "i", "O", "o", "O",
    "o", "O", "o", "O", "o", "O", "o", "O", "o", "O", "o", "O", "o", "O", "o", "O", "o", "O", "o", "O", "o", "U", "u",
    "U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "Y", "y", "Y", "y", "Y", "y", "Y", "y",
];

#[cfg(test)]
mod tests {
    use super::fold;

    fn folded(text: &str) -> String {
        let mut into = String::new();
        text.chars().for_each(|character| fold(character, &mut into));
        into
    }

    #[test]
    fn letters_lose_their_marks() {
        assert_eq!(folded("Prüfziffer Straße"), "Prufziffer Strasse");
        assert_eq!(folded("Łódź fødselsnummer côté ế"), "Lodz fodselsnummer cote e");
        assert_eq!(folded("u\u{308} ИНН й Άλφα 身份"), "u инн и αλφα 身份");
    }
}
