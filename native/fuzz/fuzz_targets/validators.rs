//! Does any check panic, or answer a place outside its candidate?
#![no_main]

use _native::validate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, u16, &[u8])| {
    let (first, second, text) = input;
    let place = |number: u16| usize::from(number) % (text.len() + 1);
    let (start, end) = (place(first).min(place(second)), place(first).max(place(second)));
    for name in validate::names() {
        let check = validate::by_name(name).expect("names() are known");
        if let Some(stop) = check(text, start, end) {
            assert!(start <= stop && stop <= text.len(), "{name} answers outside the text");
        }
    }
});
