//! Words that speak for what follows them, and beginnings that are told before a walk, at their edges.

use _native::context::{Context, Owner};
use _native::pattern::Spec;
use _native::scan::Patterns;

fn spec(anchor: &str, lead: usize, regex: &str) -> Spec {
    Spec {
        id: regex.to_owned(),
        anchor: anchor.to_owned(),
        literals: vec![],
        regex: regex.to_owned(),
        lead,
        validator: None,
        keep_unvalidated: false,
    }
}

fn weak(anchor: &str, lead: usize, regex: &str, boost: &str) -> Patterns {
    let owners = [Owner { category: 0, weak: true, label: false, rank: 0 }];
    let contexts = [Context { boost: vec![boost.to_owned()], ..Context::default() }];
    Patterns::with_context(&[spec(anchor, lead, regex)], &owners, &contexts).unwrap_or_else(|e| unreachable!("{e}"))
}

fn found(patterns: &Patterns, text: &str) -> Vec<(usize, usize)> {
    patterns.matches(text.as_bytes()).iter().map(|one| (one.start, one.end)).collect()
}

#[test]
fn a_phrase_may_begin_with_one_letter() {
    assert_eq!(found(&weak("digits", 0, r"\b\d{6}\b", "d-nummer"), "D-nummer: 123456"), [(10, 16)]);
    assert_eq!(found(&weak("digits", 0, r"\b\d{6}\b", "n"), "n 123456"), [(2, 8)]);
}

#[test]
fn a_long_run_of_one_letter_comes_to_an_end() {
    let patterns = weak("word", 0, r"[a-z]+", "bank account");
    assert!(found(&patterns, &format!("bank {}", "a".repeat(1_000_000))).len() <= 1);
    let patterns = weak("digits", 0, r"\b\d{6}\b", &format!("bank {}b", "a".repeat(20)));
    assert!(found(&patterns, &format!("bank {} 123456", "a".repeat(50))).is_empty());
}

#[test]
fn a_word_is_heard_before_a_form_that_begins_before_its_digit() {
    for (lead, regex, boost, dots, form) in [
        (20, r"\b[a-z]{19} \d{3}\b", "ssn", 38, "abcdefghijklmnopqrs 123"),
        (9, r"\b[a-z]{8} \d{3}\b", "passport number", 37, "abcdefgh 123"),
    ] {
        let text = format!("{} {boost} {} {form}", "x".repeat(30), ".".repeat(dots));
        let whole = (text.len() - form.len(), text.len());
        assert_eq!(found(&weak("digits", lead, regex, boost), &text), [whole], "{text}");
    }
}

#[test]
fn a_form_is_no_part_of_the_word_right_before_it() {
    assert_eq!(found(&weak("digits", 2, r"\xc2\xa3\d{3}", "price"), "price£123"), [(5, 10)]);
    assert_eq!(found(&weak("digits", 0, r"\d{6}\b", "ssn"), "ssns123456"), [(4, 10)]);
    assert_eq!(found(&weak("digits", 2, r"[A-Z]{2}\d{6}", "iban"), "IBANDE123456"), [(4, 12)]);
}

#[test]
fn what_a_line_holds_does_not_depend_on_the_next_one() {
    let patterns = Patterns::new(&[spec("digits", 10, r"\d")]).unwrap_or_else(|e| unreachable!("{e}"));
    let of_first = |text: &str| {
        patterns.text(text.as_bytes()).iter().map(|hit| hit.start).filter(|&at| at < 8).collect::<Vec<_>>()
    };
    assert_eq!(of_first("12345678\n9"), of_first("12345678"));
}

#[test]
fn a_beginning_that_takes_long_to_tell_is_taken_to_be_possible() {
    let patterns = Patterns::new(&[spec("digits", 20, r"(?:[a-z ]?){200}\d")]).unwrap_or_else(|e| unreachable!("{e}"));
    let hits: Vec<_> = patterns.text(b"= ab cd 7").iter().map(|hit| (hit.start, hit.end)).collect();
    assert_eq!(hits, [(1, 9)]);
}

#[test]
fn a_word_speaks_for_its_own_line_only() {
    let patterns = weak("digits", 2, r"\b(?:[A-Z]{2})?\d{6}\b", "ssn");
    let lines: [(&str, &[usize]); 9] = [
        ("ssn 123456", &[4]),
        ("123456", &[]),
        ("12 ssn", &[]),
        ("123456 ssn 12 123456", &[14]),
        ("é 123456", &[]),
        ("ssn é AB123456", &[7]),
        ("1 2 3 4", &[]),
        ("the 123456 customer ssn", &[]),
        ("", &[]),
    ];
    for turn in 0..lines.len() {
        for step in 1..lines.len() {
            let order: Vec<_> = (0..lines.len()).map(|number| lines[(turn + number * step) % lines.len()]).collect();
            let text: Vec<&str> = order.iter().map(|(line, _)| *line).collect();
            let mut from = 0;
            let mut wanted = Vec::new();
            for (line, starts) in order {
                wanted.extend(starts.iter().map(|start| from + start));
                from += line.len() + 1;
            }
            let starts: Vec<usize> = found(&patterns, &text.join("\n")).iter().map(|one| one.0).collect();
            assert_eq!(starts, wanted, "{:?}", text.join("\n"));
        }
    }
}
