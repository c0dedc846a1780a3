//! Arbitrary texts: the reader and saphyr-parser accept the same texts and read the same values, but for the known differences.
#![no_main]

#[path = "oracle/compare.rs"]
mod compare;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(difference) = compare::difference(text) {
        panic!("{difference}\n{text:?}");
    }
});
