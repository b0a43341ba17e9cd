//! Texts that only their form gives away.

use regex::bytes::Regex;
use std::sync::OnceLock;

/// What a text of some form gives away.
pub(super) struct Form {
    pub(super) kind: &'static str,
    /// What it is.
    pub(super) what: &'static str,
    pattern: fn() -> String,
    /// One of these stands in every such text, in lower case.
    pub(super) signs: &'static [&'static str],
}

pub(super) const FORMS: &[Form] = &[
    Form {
        kind: "file path",
        what: "a path of source or configuration",
        // What a browser loads too is a file of the host only below what is a root of hosts.
        pattern: || {
            let roots = "opt|usr|var|srv|etc|root|tmp|private|Users|Volumes|mnt|proc|nix|workspaces?";
            let any = "java|kt|py|rb|go|rs|cs|exs?|scala|properties|ini|conf|cfg|toml";
            let web = "js|mjs|cjs|ts|tsx|jsx|php|xml|ya?ml|log|sql|jar";
            let data = "json|sh|env|lock|so|db|sqlite3?";
            let step = r"[\w@.+-]+";
            let before = r#"(?:^|[\s"'(=\[,;:<>`])"#;
            format!(
                r"(?-u){before}/(?:(?:{roots})/(?:{step}/)*{step}\.(?:{web}|{data})|(?:home|app)/(?:{step}/)*{step}\.(?:{web})|(?:{step}/)+{step}\.(?:{any}|(?:{web}):\d+))\b"
            )
        },
        signs: &[
            "/opt/",
            "/home/",
            "/usr/",
            "/var/",
            "/srv/",
            "/app/",
            "/etc/",
            "/root/",
            "/tmp/",
            "/private/",
            "/users/",
            "/volumes/",
            "/mnt/",
            "/proc/",
            "/nix/",
            "/workspace",
            ".java",
            ".kt",
            ".py",
            ".rb",
            ".go",
            ".rs",
            ".cs",
            ".exs",
            ".ex:",
            ".scala",
            ".properties",
            ".ini",
            ".conf",
            ".cfg",
            ".toml",
            ".js:",
            ".mjs:",
            ".cjs:",
            ".ts:",
            ".tsx:",
            ".jsx:",
            ".php:",
        ],
    },
    Form {
        kind: "file path",
        what: "a path of a Windows host",
        pattern: || {
            let ends = "cs|vb|fs|cshtml|config|dll|exe|pdb|json|js|ts|py|rb|php|java|jar|go|rs|xml|ya?ml|ini|conf|cfg|properties|toml|log|sql|mdf|env|bat|ps1|asp|aspx|sqlite|db|txt";
            format!(r"(?i-u)\b[a-z]:(?:\\+|/)(?:[\w .@+~()-]+(?:\\+|/))*[\w .@+~()-]+\.(?:{ends})\b")
        },
        signs: &[":\\", "c:/", "d:/", "e:/"],
    },
    Form {
        kind: "SQL",
        what: "an SQL statement",
        pattern: || {
            let quoted = r#"(?:["`\[][\w$ -]+["`\]])"#;
            let name = format!(r"(?:{quoted}|[\w$]+)");
            let path = format!(r"{name}(?:\.{name})*");
            let alias = format!(r"(?:\s+(?:as\s+)?{name})?");
            let holds = format!(
                r"where\s+(?:not\s+)?\(*\s*{path}\s*(?:=|<|>|!=|~|\s(?:not\s+)?(?:in\s*\(|i?like\s|between\s)|\sis\s+(?:not\s+)?null)"
            );
            let more = format!(
                r"(?:{holds}|(?:order|group)\s+by\s+{path}|limit\s+[\d$?:@%]|(?:inner|left|right|cross|full)\s+(?:outer\s+)?join\s|join\s+{path}{alias}\s+on\s|for\s+update\b)"
            );
            let columns = r#"[\w*.,\s"`\[\]()$:'=+-]+?"#;
            let several = format!(
                r"{quoted}(?:\.{quoted})?(?:\s+as\s+{name})?(?:\s*,\s*{quoted}(?:\.{quoted})?(?:\s+as\s+{name})?)+"
            );
            let given = r"(?:\?|\$\d+|:\w+|%s|%\(\w+\)s|@\w+)";
            let each = [
                format!(
                    r"insert\s+(?:ignore\s+|or\s+\w+\s+)?into\s+{path}\s*\([^)]*\)\s*(?:values|select|output|overriding|default)\b"
                ),
                format!(r"insert\s+(?:ignore\s+|or\s+\w+\s+)?into\s+{path}\s+(?:default\s+)?values\s*\("),
                format!(r"values\s*\(\s*{given}(?:\s*,\s*{given})+\s*\)"),
                format!(r"select\s+{columns}\s+from\s+{path}{alias}\s+{more}"),
                format!(r"select\s+(?:distinct\s+)?{several}\s+from\s+{quoted}"),
                format!(r"select\s+(?:distinct\s+)?{quoted}\.{quoted}[^;]*?\sfrom\s+{quoted}"),
                format!(r"select\s+(?:count|sum|max|min|avg|coalesce)\s*\([^)]*\)[^;]*?\sfrom\s+{path}"),
                format!(r"update\s+(?:only\s+)?{path}{alias}\s+set\s+{path}\s*="),
                format!(r"delete\s+from\s+(?:{quoted}(?:\.{quoted})*\s+where\b|{path}{alias}\s+{holds})"),
                format!(r"create\s+table\s+(?:if\s+not\s+exists\s+)?{path}\s*\("),
                format!(r"alter\s+table\s+{path}\s+(?:add|drop|alter|modify|rename)\s"),
            ];
            format!(r"(?i-u)\b(?:{})", each.join("|"))
        },
        signs: &[
            "insert ",
            "insert\n",
            "values",
            "select ",
            "select\n",
            "update ",
            "update\n",
            "delete ",
            "delete\n",
            "create table",
            "alter table",
        ],
    },
    Form {
        kind: "SQL",
        what: "the message of a data base",
        pattern: || {
            let each = [
                r#"relation "[^"]+" (?:does not|already) exist"#,
                r#"column "?\w+"? of relation "#,
                r#"value "[^"]*" is out of range for type \w"#,
                r"key \([\w, ]+\)=\(",
                r"(?:insert or update|update or delete) on table \S+ violates",
                r"pq: (?:duplicate|relation|column|syntax|null value|invalid|password|value|insert|update|permission)",
                r"error \d{4} \([0-9a-z]{5}\): ",
                r"column '\w+' cannot be null",
                r"field '\w+' doesn't have a default value",
                r"table '\w+\.\w+' doesn't exist",
                r"no such (?:table|column): [a-z_][\w.]*",
                r#"near "[^"]*": syntax error"#,
                r"(?:ora|pls|tns|db2)-\d{5}\b",
                r"pg::[a-z]\w+",
                r"unique constraint failed on the (?:fields?|constraint): [(`]",
                r"unique constraint \([\w.]+\) violated",
                r"invalid column name '\w+'",
            ];
            format!(r"(?i-u)\b(?:{})", each.join("|"))
        },
        signs: &[
            "relation \"",
            "of relation ",
            "out of range for type",
            ")=(",
            " on table ",
            "pq: ",
            "error 1",
            "cannot be null",
            "have a default value",
            "doesn't exist",
            "no such table",
            "no such column",
            ": syntax error",
            "ora-",
            "pls-",
            "tns-",
            "db2-",
            "pg::",
            "unique constraint failed on the ",
            "unique constraint (",
            "invalid column name '",
        ],
    },
    Form {
        kind: "exception",
        what: "the text of an exception",
        pattern: || {
            let each = [
                // Python
                r"(?i)'[\w.]+' object (?:has no attribute '|is not (?:subscriptable|iterable|callable)|does not support item|cannot be interpreted as)",
                r"(?i)\b(?:type object|module) '[\w.]+' has no attribute '",
                r"\w\(\) (?:takes (?:from )?\d|got an unexpected keyword argument|missing \d+ required (?:positional|keyword-only) argument)",
                r"\[type=\w+, input_value=[^\n]*, input_type=[\w.]+\]",
                r"\b\d+ validation errors? for [A-Za-z_]\w*\r?\n",
                r#"(?i)\bfile "[^"\n]+", line \d+"#,
                r"\b(?:KeyError|AttributeError|TypeError|IndexError|NameError|ZeroDivisionError|UnicodeDecodeError|ModuleNotFoundError|RecursionError|UnboundLocalError|ValueError|RuntimeError|AssertionError|OSError|FileNotFoundError|PermissionError|ImportError)(?:: |\()['\x22\w]",
                // Rust
                r#"\b[A-Z]\w*(?:::\w+)* \{ \w+: (?:"|-?\d|true\b|false\b|[A-Z]\w*(?:\(| \{))"#,
                r#"\bError\("[^"\n]*", line: \d+, column: \d+\)"#,
                r"\(os error \d+\)",
                r"\b[\w./-]+\.rs:\d+:\d+",
                // Go
                r"\bgoroutine \d+ \[",
                r"\.go:\d+ \+0x[0-9a-f]+",
                r"\bdial (?:tcp|unix|udp) [\w./\[:-]",
                r"&\{\w+:|(?:&[a-z]\w*|\bmain)\.[A-Z]\w*\{\w+:",
                r"&errors\.errorString\{",
                // .NET, Java
                r"\b(?:System|Microsoft|Npgsql|MySql|Newtonsoft)\.(?:\w+\.)*\w+Exception\b",
                r"\b(?:java|javax|jakarta|kotlin|scala|org|com|io|net)\.(?:[a-z_]\w*\.)+[A-Z][\w$]*(?:Exception|Error)\b",
                r"(?:^|\n)\s+at [\w$.<>`\[\],+/ -]+\([^)\n]*\)",
                r"\.(?:cs|vb|fs):line \d+",
                // PHP, Ruby, Elixir, Node
                r"\.php(?:\(\d+\)| on line \d+)",
                r"\.rb:\d+:in ",
                r"(?i)\bundefined (?:local variable or )?method ['`]\w+[?!=]?' for ",
                r"\*\* \([A-Z][\w.]*Error\)",
                r"\bECONNREFUSED [\w\[:/]",
            ];
            format!(r"(?-u)(?:{})", each.join("|"))
        },
        signs: &[
            "' object ",
            "has no attribute '",
            "() takes ",
            "() got an ",
            "() missing ",
            "input_value=",
            "validation error",
            "\", line ",
            "keyerror",
            "attributeerror",
            "typeerror",
            "indexerror",
            "nameerror",
            "divisionerror",
            "decodeerror",
            "notfounderror",
            "recursionerror",
            "localerror",
            "valueerror",
            "runtimeerror",
            "assertionerror",
            "oserror",
            "permissionerror",
            "importerror",
            " { ",
            "\", line: ",
            "(os error ",
            ".rs:",
            "goroutine ",
            ".go:",
            "dial tcp ",
            "dial unix ",
            "dial udp ",
            "&{",
            "main.",
            "&model",
            "&config.",
            "&errors.",
            "&fs.",
            "&http.",
            "&json.",
            "&net.",
            "&os.",
            "&pq.",
            "&sql.",
            "&store.",
            "&url.",
            "exception",
            ":line ",
            "\n   at ",
            "\n  at ",
            "\n at ",
            ".php",
            ".rb:",
            "undefined ",
            "** (",
            "econnrefused",
        ],
    },
];

/// The texts of a form, in small letters.
pub(super) fn texts(form: usize, text: &[u8]) -> impl Iterator<Item = String> {
    let found = pattern(form).into_iter().flat_map(|pattern| pattern.find_iter(text));
    let own = found.filter(|found| !is_loaded(text, found.start()));
    own.map(|found| String::from_utf8_lossy(found.as_bytes()).trim_start_matches(BEFORE).to_lowercase())
}

/// What may stand before a path.
const BEFORE: [char; 15] = [' ', '\t', '\n', '\r', '"', '\'', '=', '(', '[', ',', ';', ':', '<', '>', '`'];

/// Whether a page names it for the browser to load: that is a path of the API.
fn is_loaded(text: &[u8], start: usize) -> bool {
    const NAMES: [&[u8]; 5] = [b"src=", b"href=", b"action=", b"content=", b"url("];
    let ends = |end: usize| text.get(..end).is_some_and(|text| NAMES.iter().any(|name| text.ends_with(name)));
    ends(start) || ends(start + 1)
}

pub(super) fn pattern(form: usize) -> Option<&'static Regex> {
    static PATTERNS: [OnceLock<Option<Regex>>; FORMS.len()] = [const { OnceLock::new() }; FORMS.len()];
    PATTERNS.get(form)?.get_or_init(|| Regex::new(&(FORMS[form].pattern)()).ok()).as_ref()
}
