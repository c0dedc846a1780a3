//! Arbitrary texts: the reader and other parsers accept the same texts and read the same values, but for the known differences.
#![no_main]

#[path = "oracle/compare.rs"]
mod compare;
#[path = "oracle/granit.rs"]
mod granit;
#[path = "oracle/saphyr.rs"]
mod saphyr;
#[path = "oracle/tree.rs"]
mod tree;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for oracle in [saphyr::SAPHYR, granit::GRANIT] {
        if let Some(difference) = oracle.difference(text) {
            panic!("{difference}\n{text:?}");
        }
    }
});
