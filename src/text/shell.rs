//! Text as a word of a POSIX shell.

/// A word that is this text, whatever stands in it.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A word that is this text, bare where nothing in it means anything to a shell.
pub fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !text.is_empty() && text.bytes().all(plain) { text.to_owned() } else { quoted(text) }
}

/// Text to stand between double quotes beside variables.
pub fn in_double_quotes(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}
