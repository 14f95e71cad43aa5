//! Does any text make the scan panic, or tell a match outside its line, out of order or over another one?
#![no_main]

mod shipped;

use std::sync::LazyLock;

use _native::lines::Characters;
use _native::scan::Patterns;
use libfuzzer_sys::fuzz_target;
use shipped::SHIPPED;

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::with_context(&SHIPPED.specs, &SHIPPED.owners, &SHIPPED.contexts).expect("what ships can be compiled")
});

fuzz_target!(|text: &[u8]| {
    for (characters, whole) in [(Characters::Points, false), (Characters::Replaced, false), (Characters::Points, true)] {
        let found = PATTERNS.lines(text, characters, whole);
        let lines: Vec<&[u8]> = if whole { vec![text] } else { text.split(|&byte| byte == b'\n').collect() };
        for one in &found {
            let line = lines.get(one.line).expect("a match stands in a line that there is");
            assert!(one.start < one.end && one.end <= line.len(), "a match is not empty and ends in its line");
            assert!(one.category < SHIPPED.contexts.len());
        }
        for pair in found.windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            assert!(before.line < after.line || (before.line == after.line && before.end <= after.start));
        }
    }
});
