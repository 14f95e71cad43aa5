//! Do any buffers of an Arrow column make the count panic, read out of bounds or count more than there is?
#![no_main]

mod shipped;

use std::sync::LazyLock;

use _native::cells::Column;
use _native::scan::Patterns;
use libfuzzer_sys::fuzz_target;
use shipped::SHIPPED;

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::with_context(&SHIPPED.specs, &SHIPPED.owners, &SHIPPED.contexts).expect("what ships can be compiled")
});

fuzz_target!(|input: (&[u8], &[u8], Option<&[u8]>, Option<&[u8]>, u8, u8, u8, bool)| {
    let (offsets, data, validity, weights, base, count, offset, large) = input;
    let column = Column {
        offsets,
        data,
        base: usize::from(base),
        validity,
        weights,
        count: usize::from(count),
        offset: usize::from(offset),
        large,
    };
    if column.check().is_ok() {
        tally(PATTERNS.column(data, column.cells()));
    }
    // Cells that are sound, whatever is in them.
    tally(PATTERNS.cells(data.split(|&byte| byte == 0xff).enumerate().map(|(row, cell)| (row, cell, 1))));
});

fn tally(counts: _native::count::Counts) {
    for index in 0..PATTERNS.len() {
        let [whole, whole_valid, inside, inside_valid] =
            [&counts.whole, &counts.whole_valid, &counts.inside, &counts.inside_valid].map(|each| each[index]);
        assert!(whole <= counts.filled && inside <= counts.filled);
        assert!(whole_valid <= whole && inside_valid <= inside && whole <= inside);
    }
}
