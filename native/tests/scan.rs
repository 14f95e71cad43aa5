//! The pass over text and cells, seen from outside.

use _native::pattern::Spec;
use _native::scan::Patterns;

fn spec(id: &str, anchor: &str, regex: &str, validator: Option<&str>) -> Spec {
    Spec {
        id: id.to_owned(),
        anchor: anchor.to_owned(),
        literals: if anchor == "literal" { vec!["AKIA".to_owned()] } else { vec![] },
        regex: regex.to_owned(),
        lead: 0,
        validator: validator.map(str::to_owned),
        keep_unvalidated: false,
    }
}

fn patterns() -> Patterns {
    let specs = [
        spec("card", "digits", r"\b\d(?:[ -]?\d){11,18}\b", Some("payment_card")),
        spec("mail", "at", r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}\b", Some("email")),
        spec("key", "literal", r"AKIA[A-Z2-7]{16}\b", None),
        spec("v6", "colon", r"\b[0-9A-Fa-f:]{2,39}", Some("ipv6")),
        spec("word", "anywhere", r"\bcust-[a-f]{4}\b", None),
    ];
    Patterns::new(&specs).unwrap_or_else(|error| unreachable!("{error}"))
}

fn found(text: &str) -> Vec<(usize, &str)> {
    patterns().text(text.as_bytes()).iter().map(|hit| (hit.pattern, &text[hit.start..hit.end])).collect()
}

#[test]
fn one_pass_finds_every_kind() {
    let text = "pay 12 4111 1111 1111 1111, ask a.b@example.com key AKIAABCDEFGHIJKLMNOP from 2001:db8::7 cust-abcd";
    assert_eq!(
        found(text),
        [
            (0, "4111 1111 1111 1111"),
            (1, "a.b@example.com"),
            (2, "AKIAABCDEFGHIJKLMNOP"),
            (3, "2001:db8::7"),
            (4, "cust-abcd"),
        ]
    );
}

#[test]
fn a_match_ends_with_its_line() {
    let mut specs = vec![spec("n", "digits", r"\d[\d\s]{3,30}", None)];
    specs[0].lead = 0;
    let patterns = Patterns::new(&specs).unwrap_or_else(|error| unreachable!("{error}"));
    assert!(patterns.text(b"12345 6\n789012").iter().all(|hit| hit.end <= 7 || hit.start >= 8));
}

#[test]
fn refusals_name_the_category() {
    for bad in [
        spec("mine", "digits", r"(", None),
        spec("mine", "digits", r"\d*", None),
        spec("mine", "digits", r"\d", Some("no such")),
        spec("mine", "somewhere", r"\d", None),
        spec("mine", "digits", r"(?:[a-z0-9]{1,900}[0-9a-f]){900}", None),
    ] {
        let error = Patterns::new(&[bad]).err().unwrap_or_default();
        assert!(error.starts_with("category mine: "), "{error}");
    }
}

#[test]
fn cells_are_whole_or_hold_a_match() {
    let cells: [&[u8]; 5] = [b" 4111111111111111 ", b"4111111111111112", b"card 4111111111111111 kept", b"  ", b"x"];
    let counts = patterns().cells(cells.iter().enumerate().map(|(row, cell)| (row, *cell, 1)));
    assert_eq!(counts.filled, 4);
    assert_eq!(counts.whole.first(), Some(&2));
    assert_eq!(counts.whole_valid.first(), Some(&1));
    assert_eq!(counts.inside.first(), Some(&3));
    assert_eq!(counts.inside_valid.first(), Some(&2));
    assert_eq!(counts.some.first(), Some(&vec![0, 2]));
}

#[test]
fn repeated_anchors_come_to_an_end() {
    let patterns = patterns();
    for piece in ["@", "1 ", "a@", "1:", "AKIA", "\u{301}", "4-", "::", ".@-"] {
        let text = piece.repeat(200_000);
        assert!(patterns.text(text.as_bytes()).len() <= 1);
    }
}

#[test]
fn work_grows_with_the_text_and_not_faster() {
    let mut specs = vec![
        spec("jwt", "literal", r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", Some("jwt")),
        spec("phone", "digits", r"\+\(?\d(?:[ ().\-/]{0,3}\d){6,14}\b", None),
        spec("open", "anywhere", r"[a-z]+\d+!", None),
        spec("named", "digits", r"\b[a-z ]+\d{3}\b", None),
        spec("bank", "word", r"\b[A-Z]{6}[A-Z0-9]{2,300}!", None),
    ];
    specs[0].literals = vec!["eyJ".to_owned()];
    specs[1].lead = 2;
    specs[3].lead = 20;
    let patterns = Patterns::new(&specs).unwrap_or_else(|error| unreachable!("{error}"));
    let pieces =
        ["1-", "a", "a@", "(", "::", "eyJ", "eyJ-", "eyJabcdefg.", "+1", "AB ", "A", "a1", "\u{200b}1", "1 2 3 "];
    for piece in pieces {
        let work = |size: usize| patterns.text_and_work(piece.repeat(size / piece.len()).as_bytes()).1;
        let (small, large) = (work(100_000), work(400_000));
        assert!(large <= 4 * small + small / 10 + 1000, "{piece:?}: {small} and {large}");
        assert!(large <= 400_000 * 1100, "{piece:?}: {large}");
    }
}

/// A form that begins with a literal, where it stands, and whether it is one there.
const LITERALS: [(&str, &str, bool); 7] = [
    ("SK", "SK0a1b", true),
    ("SK", "xSK0a1b", false),
    ("SK", "_SK0a1b", false),
    ("SK", "SKx", false),
    ("ID", "ID<AB", true),
    ("ID", "9ID<AB", true),
    ("ID", "ID1AB", false),
];

#[test]
fn short_literals_are_met_wherever_they_may_stand() {
    let mut specs = vec![spec("SK", "literal", r"\bSK[0-9a-f]{4}\b", None), spec("ID", "literal", "ID[A-Z<]{3}", None)];
    for spec in &mut specs {
        spec.literals = vec![spec.id.clone()];
    }
    let patterns = Patterns::new(&specs).unwrap_or_else(|error| unreachable!("{error}"));
    for (id, form, is_one) in LITERALS {
        let number = specs.iter().position(|spec| spec.id == id).unwrap_or_default();
        for before in 0..200 {
            for behind in ["", " ", "\n", &" ".repeat(70)] {
                let text = format!("{}{form}{behind}", ".".repeat(before));
                let found = patterns.text(text.as_bytes()).iter().any(|hit| hit.pattern == number);
                assert_eq!(found, is_one, "{form} behind {before} bytes");
            }
        }
    }
    // Cells lie one behind the other, and the last letter of one is not before the next.
    let data = LITERALS.map(|(_, form, _)| form).concat();
    let mut from = 0;
    let cells = LITERALS.map(|(_, form, _)| {
        from += form.len();
        (from, from - form.len(), from, 1)
    });
    let counts = patterns.column(data.as_bytes(), cells.into_iter());
    assert_eq!(counts.inside, [1, 2]);
}

#[test]
fn a_remembered_shape_answers_for_no_other() {
    let mut specs = vec![
        spec("two", "digits", r"\b\d\d,\d\b", None),
        spec("sign", "digits", r"-\d\d\b", None),
        spec("line", "digits", r"^\d\d$", None),
        spec("long", "digits", r"\b\d{26}\b", None),
    ];
    specs[1].lead = 1;
    let patterns = Patterns::new(&specs).unwrap_or_else(|error| unreachable!("{error}"));
    let long = "1".repeat(26);
    let cases: [(&str, &[usize]); 9] = [
        ("12", &[2]),
        (" 12", &[]),
        ("12,3", &[0]),
        ("12,34", &[]),
        ("x12,3", &[]),
        ("-12", &[1]),
        ("-123", &[]),
        (&long, &[3]),
        ("11111111111111111111111111x", &[]),
    ];
    // One walker remembers them all.
    for _ in 0..3 {
        for (text, wanted) in cases {
            for text in [text.to_owned(), format!("-1\n{text}"), format!("{text}\n-1")] {
                let found: Vec<usize> = patterns.text(text.as_bytes()).iter().map(|hit| hit.pattern).collect();
                assert_eq!(found, wanted, "{text:?}");
            }
        }
    }
}

#[test]
fn a_form_of_digits_reaches_its_digit_whatever_else_begins_there() {
    let mut specs = vec![
        spec("hash", "digits", r"\b[0-9b-hjkmnp-z]{5,12}\b", None),
        spec("named", "digits", r"\b[a-z]+ \d{10}\b", None),
    ];
    for spec in &mut specs {
        spec.lead = 11;
    }
    let text = "number 9434765918";
    let alone = Patterns::new(&specs[..1]).unwrap_or_else(|error| unreachable!("{error}"));
    assert_eq!(alone.text(text.as_bytes()).iter().map(|hit| hit.start).collect::<Vec<_>>(), [7]);
    let both = Patterns::new(&specs).unwrap_or_else(|error| unreachable!("{error}"));
    let found: Vec<_> = both.text(text.as_bytes()).iter().map(|hit| (hit.pattern, hit.start)).collect();
    assert_eq!(found, [(1, 0), (0, 7)]);
}
