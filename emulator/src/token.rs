//! Random access tokens and names.

/// Returns a new opaque token.
pub fn secret(prefix: &str) -> String {
    let mut bytes = [0u8; 32];
    // Without randomness every token would be guessable.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes.iter().fold(prefix.to_owned(), |mut out, byte| {
        out.push_str(&format!("{byte:02x}"));
        out
    })
}
