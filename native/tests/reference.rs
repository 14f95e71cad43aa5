//! Does the quick road find what the slow one finds? Each pattern alone, tried at every place where it may begin.

use std::collections::BTreeSet;

use _native::pattern::{Pattern, Spec};
use _native::plain::plain;
use _native::scan::Patterns;
use regex_automata::dfa::dense::{self, DFA};
use regex_automata::dfa::{Automaton, StartKind};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

const LONGEST: usize = 512;

/// Anchor, lead, regular expression, check: forms of every kind, some without `\b`, some that overlap.
const FORMS: &[(&str, usize, &str, Option<&str>)] = &[
    ("digits", 0, r"\b(?:\d{12,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?)\b", Some("payment_card")),
    ("digits", 0, r"\b\d{9}\b", None),
    ("digits", 0, r"\b\d{3}[- ]?\d{2}[- ]?\d{4}\b", Some("us_ssn")),
    ("digits", 2, r"\+\(?\d(?:[ ().\-/]{0,3}\d){6,14}\b", None),
    ("digits", 1, r"(?:\(|\b)\d{1,5}\)?[ .\-/](?:\(?\d{1,5}\)?[ .\-/]{0,2}){1,4}\d{2,8}\b", None),
    ("digits", 2, r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}", Some("iban")),
    ("digits", 3, r"[A-Z]{2}\d{3}", None),
    ("digits", 6, r"\b[A-Z]{6}\d\d\b", None),
    ("digits", 20, r"\b[a-z]+ \d+", None),
    ("digits", 5, r"\b[A-Z]{2} ?\d{2} ?\d{2}", None),
    ("digits", 0, r"^\d{3}$", None),
    ("digits", 0, r"\d\B\d", None),
    ("digits", 4, r"_?\d+_\b", None),
    ("digits", 0, r"\b\d{1,3}(?:\.\d{1,3}){3}\b", Some("ipv4")),
    ("at", 0, r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}\b", Some("email")),
    ("colon", 0, r"\b[0-9A-Fa-f:]{2,39}", Some("ipv6")),
    ("word", 0, r"\b[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}\b", None),
    ("word", 0, r"[a-f]{2}-", None),
    ("anywhere", 0, r"b-[a-f]{2}\b", None),
    ("anywhere", 0, r"\d[\d\s]{3,30}x?", None),
];

fn specs() -> Vec<Spec> {
    let spec = |(number, &(anchor, lead, regex, validator)): (usize, &(&str, usize, &str, Option<&str>))| Spec {
        id: number.to_string(),
        anchor: anchor.to_owned(),
        literals: vec![],
        regex: regex.to_owned(),
        lead,
        validator: validator.map(str::to_owned),
        keep_unvalidated: false,
    };
    FORMS.iter().enumerate().map(spec).collect()
}

fn automaton(regex: &str) -> DFA<Vec<u32>> {
    dense::Builder::new()
        .syntax(syntax::Config::new().unicode(false).utf8(false).multi_line(false))
        .thompson(thompson::Config::new().utf8(false))
        .configure(dense::Config::new().match_kind(MatchKind::All).start_kind(StartKind::Anchored))
        .build(regex)
        .unwrap_or_else(|error| unreachable!("{error}"))
}

/// Beginnings that the anchor allows in one line, as its documentation words it.
fn beginnings(line: &[u8], anchor: &str, lead: usize) -> BTreeSet<usize> {
    let at = |place: usize, kind: fn(&u8) -> bool| line.get(place).is_some_and(kind);
    let first = |place: usize, kind: fn(&u8) -> bool| at(place, kind) && (place == 0 || !at(place - 1, kind));
    let all = 0..line.len();
    match anchor {
        "digits" => {
            let runs = all.filter(|&place| first(place, u8::is_ascii_digit));
            runs.flat_map(|place| place.saturating_sub(lead)..=place).collect()
        }
        "word" => all.filter(|&place| first(place, u8::is_ascii_alphanumeric)).collect(),
        "anywhere" => all.collect(),
        "colon" => all
            .filter(|&place| at(place, |b| *b == b':'))
            .map(|place| (0..place).rev().find(|&p| !at(p, u8::is_ascii_hexdigit)).map_or(0, |p| p + 1))
            .filter(|&start| start == 0 || line.get(start - 1) != Some(&b':'))
            .collect(),
        _ => all
            .filter(|&place| at(place, |b| *b == b'@'))
            .map(|place| {
                let letter = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, 0x80..=0xbf | 0xc3..=0xdf);
                let local = |b: &u8| letter(b) || b"._%+-".contains(b);
                let back = (0..place).rev().find(|&p| !line.get(p).is_some_and(local)).map_or(0, |p| p + 1);
                let marks =
                    line.iter().skip(back).take_while(|b| b".%+-".contains(b) || (0x80..=0xbf).contains(*b)).count();
                (back + marks).min(place)
            })
            .collect(),
    }
}

/// Each pattern with an automaton of its own.
type Alone = Vec<(Spec, Pattern, DFA<Vec<u32>>)>;

fn alone() -> Alone {
    let ready = |spec: Spec| {
        let pattern = Pattern::new(&spec).unwrap_or_else(|error| unreachable!("{error}"));
        let dfa = automaton(&spec.regex);
        (spec, pattern, dfa)
    };
    specs().into_iter().map(ready).collect()
}

fn slow(alone: &Alone, text: &[u8]) -> Vec<(usize, usize, usize, bool)> {
    let mut found = Vec::new();
    for (number, (spec, pattern, dfa)) in alone.iter().enumerate() {
        let mut offset = 0;
        for line in text.split(|&byte| byte == b'\n') {
            let mut free = 0;
            for start in beginnings(line, &spec.anchor, spec.lead) {
                let span = start..line.len().min(start + LONGEST);
                let input = Input::new(line).span(span).anchored(Anchored::Yes);
                let Ok(Some(end)) = dfa.try_search_fwd(&input) else {
                    continue;
                };
                let validated = pattern.validated(line, start, end.offset());
                if start >= free && (validated.is_some() || !pattern.strict()) {
                    free = validated.unwrap_or(end.offset());
                    found.push((offset + start, offset + free, number, validated.is_some()));
                }
            }
            offset += line.len() + 1;
        }
    }
    found.sort_unstable();
    found
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }
}

const PIECES: &[&str] = &[
    "4111 1111 1111 1111",
    "536-90-4399",
    "536904399",
    "DE89370400440532013000",
    "+44 20 7946 0958",
    "(202) 555-0143",
    "a.b@example.com",
    "2001:db8::7",
    "192.0.2.7",
    "ABCDEF12",
    "BANKDEFF",
    "ab-",
    "x b-af",
    "10:22:07",
    "2024-01-15T",
    "1",
    "22",
    "_",
    " ",
    " ",
    "-",
    ".",
    ":",
    "@",
    "+",
    "(",
    ")",
    "\n",
    "é",
    "\u{a0}",
    "Z",
    "AB",
    "order ",
    "7_",
    "::",
    "AB 12 34",
    "e29b",
    "-41d4-a716-446655440000",
    "123",
    "\n123\n",
    "\r\n",
];

#[test]
fn the_quick_road_finds_what_the_slow_one_finds() {
    let patterns = Patterns::new(&specs()).unwrap_or_else(|error| unreachable!("{error}"));
    let alone = alone();
    let mut random = Random(7);
    for round in 0..1500 {
        let mut text = String::new();
        for _ in 0..random.below(if round % 50 == 0 { 200 } else { 24 }) {
            text.push_str(PIECES[random.below(PIECES.len())]);
        }
        let mut quick: Vec<_> = patterns
            .text(text.as_bytes())
            .iter()
            .map(|hit| (hit.start, hit.end, hit.pattern, hit.validated.is_some()))
            .collect();
        quick.sort_unstable();
        assert_eq!(quick, slow(&alone, text.as_bytes()), "{text:?}");
    }
}

#[test]
fn columns_and_single_cells_count_alike() {
    let patterns = Patterns::new(&specs()).unwrap_or_else(|error| unreachable!("{error}"));
    let alone = alone();
    let mut random = Random(11);
    for _ in 0..50 {
        let (mut data, mut spans) = (String::new(), Vec::new());
        for row in 0..random.below(60) {
            let start = data.len();
            for _ in 0..random.below(5) {
                data.push_str(PIECES[random.below(PIECES.len())]);
            }
            spans.push((row, start, data.len(), 1 + row as u64 % 3));
        }
        let data = data.as_bytes();
        let one = patterns.column(data, spans.iter().copied());
        let other = patterns.cells(spans.iter().map(|&(row, start, end, weight)| (row, &data[start..end], weight)));
        assert_eq!((one.filled, &one.whole, &one.whole_valid), (other.filled, &other.whole, &other.whole_valid));
        assert_eq!((&one.inside, &one.inside_valid, &one.some), (&other.inside, &other.inside_valid, &other.some));
        // Every cell that a form fills or stands in, counted the slow way.
        let (mut whole, mut inside) = (vec![0; FORMS.len()], vec![0; FORMS.len()]);
        for &(_, start, end, weight) in &spans {
            let plain = plain(&data[start..end]).map_or(data[start..end].to_vec(), |plain| plain.bytes);
            let cell = plain.trim_ascii();
            let hits = slow(&alone, cell);
            for (number, (whole, inside)) in whole.iter_mut().zip(&mut inside).enumerate() {
                let mut of_this = hits.iter().filter(|hit| hit.2 == number).peekable();
                *inside += if of_this.peek().is_some() { weight } else { 0 };
                *whole += if of_this.any(|hit| (hit.0, hit.1) == (0, cell.len())) { weight } else { 0 };
            }
        }
        for (number, form) in FORMS.iter().enumerate() {
            let checked = form.3.is_some();
            let counted = if checked { (&one.whole_valid, &one.inside_valid) } else { (&one.whole, &one.inside) };
            assert_eq!((counted.0[number], counted.1[number]), (whole[number], inside[number]), "pattern {number}");
        }
    }
}
