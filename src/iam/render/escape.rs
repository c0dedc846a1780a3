//! Foreign text inside Markdown.

/// Text as inline code, which it cannot end.
pub fn code(text: &str) -> String {
    format!("`{}`", text.replace(['`', '\n', '\r'], " "))
}

/// Text on one line, without any Markdown of its own.
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

/// Text of our own in a table's cell; names of roles in it may be foreign.
pub fn cell(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace('|', r"\|")
}
