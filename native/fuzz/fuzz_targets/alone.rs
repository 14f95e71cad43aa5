//! Does a pattern among all the others find what it finds alone?
#![no_main]

mod shipped;

use std::sync::LazyLock;

use _native::scan::Patterns;
use libfuzzer_sys::fuzz_target;
use shipped::SHIPPED;

static ALL: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&SHIPPED.specs).expect("what ships can be compiled"));
static ALONE: LazyLock<Vec<Patterns>> = LazyLock::new(|| {
    let one = |spec| Patterns::new(std::slice::from_ref(spec)).expect("what ships can be compiled");
    SHIPPED.specs.iter().map(one).collect()
});

// Hundreds of scanners are made ready before the first text, whose time is measured.
fuzz_target!(
    init: {
        LazyLock::force(&ALL);
        LazyLock::force(&ALONE);
    },
    |text: &[u8]| {
        let together = ALL.text(text);
        for (index, pattern) in ALONE.iter().enumerate() {
            let of_this = together.iter().filter(|hit| hit.pattern == index);
            let of_this = of_this.map(|hit| (hit.start, hit.end, hit.validated));
            let alone = pattern.text(text);
            assert!(
                of_this.eq(alone.iter().map(|hit| (hit.start, hit.end, hit.validated))),
                "{} is found otherwise alone",
                SHIPPED.specs[index].id
            );
        }
    }
);
