//! Somebody's words inside Markdown.

/// Somebody's words as Markdown's code, which they cannot end.
pub fn code(text: &str) -> String {
    format!("`{}`", text.replace(['`', '\n', '\r'], " "))
}

/// Somebody's words as Markdown's text: shown as they are, on one line.
pub fn prose(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        if r"\`*_[]<>&|~#".contains(sign) {
            out.push('\\');
        }
        out.push(if sign.is_control() { ' ' } else { sign });
    }
    out
}
