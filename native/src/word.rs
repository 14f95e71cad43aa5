//! How may a word be spelt in a text? With marks between its parts or none, with umlauts or without, and with a letter
//! behind it only where the word ends there all the same.

use crate::fold::fold;

/// A word or phrase, in one spelling.
#[derive(Clone)]
pub struct Word {
    /// Folded; a blank stands for one or more of the marks between words.
    pub letters: Box<[u8]>,
    /// Its last letter is of a script that puts no blanks between words.
    pub unbounded: bool,
    /// For which it speaks.
    pub categories: Vec<u32>,
}

/// Sorts the words; those that are spelt alike become one.
pub fn in_order(words: &mut Vec<Word>) {
    words.sort_by(|one, other| one.letters.cmp(&other.letters));
    words.dedup_by(|next, kept| {
        let same = next.letters == kept.letters;
        if same {
            kept.categories.append(&mut next.categories);
        }
        same
    });
}

/// Calls `found` with each of the sorted words that stands in `bytes` from `at` on, and where it ends. Their first
/// `depth` letters have been met. Ä, ö, ü, ø and å may be written out: an `e` behind a, o or u and a second a are
/// passed over where the word has none.
pub fn spoken(mut words: &[Word], bytes: &[u8], mut depth: usize, mut at: usize, found: &mut impl FnMut(&Word, usize)) {
    loop {
        if let Some((word, rest)) = words.split_first().filter(|(word, _)| word.letters.len() == depth) {
            found(word, at);
            words = rest;
        }
        let Some(&byte) = bytes.get(at).filter(|_| !words.is_empty()) else {
            return;
        };
        if depth > 0 && matches!(byte | 0x20, b'a' | b'e') && written_out(bytes, at) {
            spoken(words, bytes, depth, at + 1, found);
        }
        let letter = if is_mark(byte) { b' ' } else { byte.to_ascii_lowercase() };
        let here = |word: Option<&Word>| word.and_then(|word| word.letters.get(depth)) == Some(&letter);
        if !here(words.first()) || !here(words.last()) {
            let from = words.partition_point(|word| word.letters.get(depth) < Some(&letter));
            let rest = words.get(from..).unwrap_or_default();
            let count = rest.partition_point(|word| word.letters.get(depth) == Some(&letter));
            words = rest.get(..count).unwrap_or_default();
        }
        at += if letter == b' ' { marks(bytes, at) } else { 1 };
        depth += 1;
    }
}

/// Whether the letter at `at` may be the second half of an umlaut that is written out.
pub fn written_out(bytes: &[u8], at: usize) -> bool {
    let letter = |at: usize| bytes.get(at).map_or(0, u8::to_ascii_lowercase);
    let before = at.checked_sub(1).map_or(0, letter);
    let doubled = (before, letter(at)) == (b'a', b'a') && at.checked_sub(2).map_or(0, letter) != b'a';
    (doubled || matches!((before, letter(at)), (b'a' | b'o' | b'u', b'e')))
        && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)
}

/// How many marks between words stand at `at`.
pub fn marks(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take_while(|&&byte| is_mark(byte)).count()
}

/// A word folded, in small letters.
pub fn small(word: &str) -> String {
    let mut folded = String::new();
    word.chars().for_each(|character| fold(character, &mut folded));
    folded.make_ascii_lowercase();
    folded
}

/// A word folded, in all its spellings: a phrase with marks between its words, and as one word; either with its
/// umlauts as one letter, where they may have been written out.
pub fn spellings(word: &str) -> Vec<Word> {
    let folded = small(word);
    let pieces: Vec<&str> =
        folded.split(|c: char| c.is_ascii() && is_mark(c as u8)).filter(|p| !p.is_empty()).collect();
    let unbounded = folded.chars().next_back().is_some_and(|last| last >= '\u{e00}');
    let spelling =
        |letters: String| Word { letters: letters.into_bytes().into_boxed_slice(), unbounded, categories: Vec::new() };
    let mut all = Vec::new();
    for between in [" ", ""].iter().take(pieces.len()) {
        let whole = pieces.join(between);
        let short = whole.replace("ae", "a").replace("oe", "o").replace("ue", "u");
        if short != whole && short.len() > 3 {
            all.push(spelling(short));
        }
        all.push(spelling(whole));
    }
    all
}

/// Whether a byte stands between the words of a phrase.
pub fn is_mark(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'_' | b'-')
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The first three letters of a word as a number of 15 bits; what follows a shorter word plays no part.
pub fn key(bytes: &[u8], place: usize) -> Option<u16> {
    let mut key = 0_u16;
    let mut inside = true;
    for distance in 0..3 {
        let byte = bytes.get(place + distance).copied().unwrap_or(b' ');
        inside = inside && (byte.is_ascii_alphabetic() || byte >= 0x80);
        key = key << 5 | if inside { u16::from(byte & 31) } else { 0 };
    }
    (key != 0).then_some(key)
}

/// The key of the word that begins at `place`, and, where an umlaut at its beginning may be written out, the key of the
/// word without it.
pub fn keys(bytes: &[u8], place: usize) -> [Option<u16>; 2] {
    let at = |distance: usize| bytes.get(place + distance).copied().unwrap_or(b' ').to_ascii_lowercase();
    let written_out = |one: u8, two: u8| matches!((one, two), (b'a' | b'o' | b'u', b'e') | (b'a', b'a'));
    let short = if written_out(at(0), at(1)) {
        Some([at(0), at(2), at(3)])
    } else if written_out(at(1), at(2)) {
        Some([at(0), at(1), at(3)])
    } else {
        None
    };
    [key(bytes, place), short.and_then(|letters| key(&letters, 0))]
}

/// Whether a word ends at `end`: no letter follows, but for a capital, a digit, or the s of the plural.
pub fn bounded(bytes: &[u8], end: usize, unbounded: bool) -> bool {
    let at = |place: usize| bytes.get(place).copied().filter(|&byte| is_letter(byte));
    let last = end.checked_sub(1).and_then(|last| bytes.get(last)).copied().unwrap_or(b' ');
    match at(end) {
        None => true,
        Some(_) if unbounded => true,
        Some(next) if next.is_ascii_digit() => !last.is_ascii_digit(),
        Some(next) if next.is_ascii_uppercase() => last.is_ascii_lowercase() || last.is_ascii_digit(),
        Some(b's') => at(end + 1).is_none_or(|next| next.is_ascii_uppercase() || next.is_ascii_digit()),
        Some(_) => false,
    }
}
