//! Texts and numbers that break careless servers.

/// Text that is ordinary to people and odd to careless servers: all of it clearly valid
/// where a schema only asks for text. Each with its name.
pub const TEXTS: &[(&str, &str)] = &[
    // What breaks on any of the others most likely breaks on this one, and it is sent early.
    (
        "everything",
        "It's \"ÉVERYTHING\" \\ <b>&amp;</b> ${x} {{7*7}} 100%25 e\u{301} straße 徽章 Группа مجموعة 🏅",
    ),
    ("quotes", r#"it's "quoted""#),
    ("backslash", r"back\slash \n \u0041"),
    ("markup", "<b>bold</b> & <i>co</i>"),
    ("entity", "&amp; &lt;tag&gt;"),
    ("template", "{{7*7}} ${x} %s %d"),
    ("percent", "100%25 +plus&a=b"),
    ("sql-quote", "Robert'); --"),
    ("accents", "Crème Brûlée Größe"),
    ("combining", "e\u{301}cole a\u{30a}"),
    ("han", "徽章等级组"),
    ("kana", "バッジ グループ"),
    ("cyrillic", "Группа значков"),
    ("devanagari", "बैज समूह"),
    ("right-to-left", "مجموعة الشارات"),
    ("hebrew", "קבוצת תגים"),
    ("emoji", "🏅 gold"),
    ("emoji-sequence", "👩‍👩‍👧‍👦 🇮🇳"),
    ("turkish", "ıİ ŞĞ iI"),
    ("sharp-s", "straße STRASSE ﬁ"),
    ("null-word", "null"),
    ("true-word", "true"),
    ("number-word", "12345"),
    ("json-word", r#"{"a":1}"#),
    ("path-like", "a/b:c?d#e"),
];

/// Text about which a schema says nothing unless it bounds it.
pub const SILENT_TEXTS: &[(&str, &str)] = &[
    ("empty", ""),
    ("space", " "),
    ("spaces-around", "  around  "),
    ("newline", "two\nlines"),
    ("tab", "tab\there"),
    ("nul", "nul\u{0}here"),
    ("escape", "esc\u{1b}[31mred"),
    ("bidi-override", "a\u{202e}b"),
    ("zero-width", "a\u{200b}b"),
    ("no-break-space", "a\u{a0}b"),
    ("non-character", "a\u{fffe}b"),
];

/// One character of two UTF-16 units and four bytes.
pub const ASTRAL: &str = "\u{1f3c5}";

/// Text that has no format.
pub const UNFORMATTED: &str = "not this format!";

/// A lone surrogate can only be written as an escape.
pub const LONE_SURROGATE: (&str, &str) = ("lone-surrogate", r"a\ud800b");

/// Lengths of long texts: the last that every column of 255 holds, the first it does not,
/// one that no column holds, and one beyond the 64 KiB of many buffers.
pub const LENGTHS: &[(&str, usize)] = &[("255", 255), ("256", 256), ("10000", 10_000), ("70000", 70_000)];

/// Integers, as JSON text.
pub const INTEGERS: &[(&str, &str)] = &[
    ("one", "1"),
    ("zero", "0"),
    ("negative", "-1"),
    ("int32-max", "2147483647"),
    ("beyond-int32", "2147483648"),
    ("int32-min", "-2147483648"),
    ("safe-max", "9007199254740991"),
    ("beyond-double", "9007199254740993"),
    ("int64-max", "9223372036854775807"),
    ("beyond-int64", "9223372036854775808"),
    ("beyond-uint64", "18446744073709551616"),
    ("exponent", "1e2"),
    ("point-zero", "7.0"),
    ("minus-zero", "-0"),
    ("huge-exponent", "1e400"),
    ("many-digits", "123456789012345678901234567890"),
];

/// Numbers, as JSON text.
pub const NUMBERS: &[(&str, &str)] = &[
    ("zero", "0"),
    ("negative", "-1.5"),
    ("fraction", "0.1"),
    ("exponent", "1e2"),
    ("tiny", "1e-300"),
    ("beyond-double", "9007199254740993"),
    ("huge-exponent", "1e400"),
    ("many-digits", "3.14159265358979323846264338327950288"),
];

/// Makes something else of a valid document.
pub type Spoil = fn(&str) -> Vec<u8>;

/// Bodies that are no JSON documents, made from one that is.
pub const MALFORMED: [(&str, Spoil); 17] = [
    ("truncated", |valid| {
        let cut = valid.char_indices().nth(valid.chars().count() / 2).map_or(0, |(index, _)| index);
        valid.as_bytes()[..cut].to_vec()
    }),
    ("empty", |_| Vec::new()),
    ("not-json", |_| b"this is not json".to_vec()),
    ("trailing-comma", |valid| format!("{},}}", inner(valid)).into_bytes()),
    ("single-quotes", |valid| valid.replace('"', "'").into_bytes()),
    ("unclosed", |valid| inner(valid).as_bytes().to_vec()),
    ("trailing-garbage", |valid| format!("{valid} x").into_bytes()),
    ("two-documents", |valid| format!("{valid}{valid}").into_bytes()),
    ("comment", |valid| format!("/* c */ {valid}").into_bytes()),
    ("unquoted-keys", |valid| valid.replace("{\"", "{").replace("\":", ":").replace(",\"", ",").into_bytes()),
    ("nan", |valid| format!("{},\"x\":NaN}}", inner(valid)).into_bytes()),
    ("white-space-only", |_| b"  \n".to_vec()),
    ("xml", |_| b"<root><name>x</name></root>".to_vec()),
    ("form", |_| b"name=x&rank=1".to_vec()),
    ("invalid-utf-8", |valid| {
        let mut bytes = valid.as_bytes().to_vec();
        let text = bytes.windows(2).position(|pair| pair == b":\"").map_or(1, |at| at + 2);
        bytes.splice(text..text, [0xc3, 0x28]);
        bytes
    }),
    ("utf-16", |valid| valid.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("nul-byte", |valid| format!("{valid}\0").into_bytes()),
];

/// A document without what closes it.
fn inner(valid: &str) -> &str {
    valid.trim_end().trim_end_matches('}')
}
