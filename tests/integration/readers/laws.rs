//! What holds for every reader, whatever a stranger wrote: a function for each, of any bytes, that
//! panics where it does not, and says whether there was something to read.

#![allow(unreachable_pub, reason = "it is the library of `fuzz/` too")]

use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use probity::contract::Contract;
use probity::contract::Expression;
use probity::contract::expression;
use probity::contract::model::{Parameter, ParameterLocation, Style};
use probity::docs::{harmless, harmless_line};
use probity::json;
use probity::judge;
use probity::record::file::{self, Kept};
use probity::report::{self, Detail, Subject};
use probity::source::Document;
use probity::wire::parameter as wire;
use pulldown_cmark::Options;
use regex::Regex;
use serde_json::{Map, Value, json};

/// Deeper than this another reader of JSON gives up.
const SHALLOW: usize = 100;

/// What is read as JSON is JSON, and what it was read as is written and read again as the same.
pub fn json(bytes: &[u8]) -> bool {
    let theirs = serde_json::from_slice::<Value>(bytes);
    match json::read(bytes) {
        Ok(text) => {
            let value = text.to_value();
            let again = json::read(value.to_string().as_bytes()).expect("what was written is read");
            assert_eq!(again.to_value(), value);
            match theirs {
                Ok(theirs) => assert_eq!(value, theirs),
                Err(error) => {
                    let why = error.to_string();
                    let known = why.contains("out of range") || why.contains("recursion limit");
                    assert!(text.lone_surrogates || known, "accepted, but {why}");
                }
            }
        }
        Err(refused) => {
            assert!(theirs.is_err(), "refused: {refused}");
            return false;
        }
    }
    true
}

/// What is read as a record can be reported on.
pub fn record(bytes: &[u8]) -> bool {
    let Ok(kept) = file::read([("run.probity".to_owned(), bytes)]) else { return false };
    let Kept { contract, record, levels, .. } = kept;
    let exchanges = (&*record.plan, &*record.exchanges);
    let findings = judge::findings(&contract, exchanges, &record.observations, &levels);
    let report = report::report(&Subject::new(&contract, &record.plan, &record, &findings));
    report::terminal(&report, Detail::Verbose);
    true
}

/// What is read as YAML has a place for each of its nodes, and is the same once it is JSON.
pub fn yaml(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut is_read = false;
    for name in ["a.yaml", "a"] {
        let Ok(document) = Document::from_text(name, &text) else { continue };
        is_read = true;
        for pointer in ["", "/a", "/a/0", "/paths/~1a"] {
            let at = document.locate(pointer);
            assert!(at.line >= 1 && at.line <= text.lines().count().max(1) + 1, "{at}");
            document.snippet(&document.locate_key(pointer), "title", "label", Some("help"), false);
        }
        if depth(&document.value) < SHALLOW {
            let written = document.value.to_string();
            for name in ["a.json", "a.yaml"] {
                let again = Document::from_text(name, &written).expect("what was written is read");
                assert_eq!(again.value, document.value, "{name}: {written}");
            }
        }
    }
    is_read
}

fn depth(value: &Value) -> usize {
    let below = |values: &mut dyn Iterator<Item = &Value>| 1 + values.map(depth).max().unwrap_or(0);
    match value {
        Value::Array(items) => below(&mut items.iter()),
        Value::Object(members) => below(&mut members.values()),
        _ => 0,
    }
}

/// What is read as a runtime expression is written as one that is the same, and finds only what is
/// there.
pub fn expression(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Ok(read) = Expression::parse(&text) else { return false };
    let written = read.to_string();
    assert_eq!(Expression::parse(&written).as_ref(), Ok(&read), "{text} is {written}");
    let value = json!({"a": [{"b": 1}, {"b": [2, null]}], "": {"~": true, "/": "x"}, "*": []});
    let selector = read.response_body().or(read.request_body());
    for (at, found) in selector.iter().flat_map(|selector| expression::select(&value, selector)) {
        assert_eq!(value.pointer(&at), Some(found), "{text} finds {at}");
        assert!(expression::covers(selector.expect("a selector"), &at), "{text} covers {at}");
    }
    true
}

/// What markup does nothing is told of: no element that loads, runs or takes anything, and no link
/// but into the web.
pub fn sanitiser(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    shows_only_text(&harmless(&text));
    shows_only_text(&format!("x {}", harmless_line(&text)));
    !text.is_empty()
}

static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"<(?<what>/?[a-zA-Z][^\s>/]*|[!?/])(?<attributes>[^<>]*)").expect("a pattern")
});
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?<name>[^\s=/"'>]+)(\s*=\s*("(?<value>[^"]*)"|'[^']*'|[^\s"'>]+))?"#).expect("a pattern")
});

/// What a page may be made of.
const HARMLESS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "article",
    "aside",
    "b",
    "bdi",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

pub fn shows_only_text(markdown: &str) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new_ext(markdown, options));
    for tag in TAG.captures_iter(&html) {
        let name = tag["what"].trim_start_matches('/').to_lowercase();
        assert!(HARMLESS.contains(&name.as_str()), "<{name}> of {markdown:?}");
        for attribute in ATTRIBUTE.captures_iter(&tag["attributes"]) {
            let value = attribute.name("value").map_or("", |value| value.as_str());
            let is_harmless = match &attribute["name"] {
                "href" => leads_out(value),
                // What the renderer itself writes of tables, lists, titles and fences.
                "style" => value.starts_with("text-align: "),
                "class" | "start" | "title" => !tag["what"].starts_with('/'),
                _ => false,
            };
            assert!(is_harmless, "{} of {markdown:?}", &attribute[0]);
        }
    }
}

/// Whether a link is one into the web, to a person, or to a place beside the page, as the URL
/// standard reads it: without what surrounds it, tabs and line ends, and with a scheme only where
/// its letters may stand in one.
fn leads_out(url: &str) -> bool {
    let plain = url.replace("&amp;", "&").to_lowercase();
    let plain = plain.trim_matches(|letter| letter <= ' ').replace(['\t', '\n', '\r'], "");
    let is_scheme = |text: &str| {
        text.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
    };
    match plain.split_once(':').filter(|(start, _)| is_scheme(start)) {
        Some((scheme, _)) => matches!(scheme, "http" | "https" | "mailto"),
        None => !plain.starts_with("//"),
    }
}

/// Every way in which a parameter travels, as a contract has them.
static PARAMETERS: LazyLock<Vec<Parameter>> = LazyLock::new(|| {
    let ways = [
        ("path", "simple", 0),
        ("path", "label", 0),
        ("path", "matrix", 0),
        ("query", "form", 0),
        ("query", "spaceDelimited", 0),
        ("query", "pipeDelimited", 0),
        ("query", "deepObject", 1),
        ("header", "simple", 0),
        ("cookie", "form", 0),
        ("cookie", "cookie", 0),
    ];
    let styled = ways.iter().flat_map(|(place, style, least)| {
        (*least..2)
            .map(move |explode| json!({"in": place, "style": style, "explode": explode == 1, "schema": {}}))
    });
    let as_json = ["path", "query", "header"]
        .map(|place| json!({"in": place, "content": {"application/json": {"schema": {}}}}));
    let mut path = String::new();
    let mut parameters = Vec::new();
    for (index, mut parameter) in styled.chain(as_json).enumerate() {
        // A name of a query can be anything.
        let name = if parameter["in"] == "query" { format!("p [{index}]&") } else { format!("p{index}") };
        if parameter["in"] == "path" {
            path += &format!("/{{{name}}}");
        }
        parameter["name"] = json!(name);
        parameter["required"] = json!(true);
        parameters.push(parameter);
    }
    let document = json!({"openapi": "3.2.0", "info": {"title": "T", "version": "1"},
        "paths": {path: {"get": {"parameters": parameters, "responses": {"200": {"description": "ok"}}}}}});
    let document = Document::from_text("a.json", &document.to_string()).expect("a document");
    let contract = Contract::read(document).map_err(|refused| refused.1).expect("a contract");
    let parameters = contract.operations[0].parameters.clone();
    assert_eq!(parameters.len(), 22);
    parameters
});

/// What is written of a parameter is read back as the same. The first byte says in which way it
/// travels, the second whether it is one text, a list or an object; lines are its items, or names
/// and values in turn.
pub fn parameter(bytes: &[u8]) -> bool {
    let [way, kind, text @ ..] = bytes else { return false };
    let parameter = &PARAMETERS[usize::from(*way) % PARAMETERS.len()];
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.split('\n').collect();
    let value = match kind % 3 {
        0 => Value::from(&*text),
        1 => Value::from(lines),
        _ => lines
            .chunks_exact(2)
            .map(|pair| (pair[0].to_owned(), Value::from(pair[1])))
            .collect::<Map<_, _>>()
            .into(),
    };
    let Some(written) = wire::written(parameter, &value) else { return false };
    let odd = |letter: char| match parameter.location {
        ParameterLocation::Header => letter.is_ascii_control() && letter != '\t',
        ParameterLocation::Path => letter <= ' ' || !letter.is_ascii() || "/?#".contains(letter),
        ParameterLocation::Query | ParameterLocation::Querystring => {
            letter <= ' ' || !letter.is_ascii() || letter == '#'
        }
        // A space is only between cookies.
        ParameterLocation::Cookie if parameter.style == Style::Cookie => {
            letter < ' ' || !letter.is_ascii() || "\"\\".contains(letter)
        }
        ParameterLocation::Cookie => letter <= ' ' || !letter.is_ascii() || ";\"\\".contains(letter),
    };
    assert!(!written.contains(odd), "{parameter:?} is written {written:?}");
    let told = || format!("{:?} {:?}, explode: {}", parameter.location, parameter.style, parameter.explode);
    assert_eq!(read_back(parameter, &value, &written), Some(value), "{}: {written}", told());
    true
}

/// The value of the same kind that was written so.
fn read_back(parameter: &Parameter, like: &Value, written: &str) -> Option<Value> {
    let is_named = matches!(parameter.location, ParameterLocation::Query | ParameterLocation::Cookie);
    if parameter.media_type.is_some() {
        let text = if is_named { written.split_once('=')?.1 } else { written };
        return serde_json::from_str(&decoded(parameter, text)).ok();
    }
    let explode = parameter.explode;
    let (text, between) = match parameter.style {
        Style::Simple => (written, ","),
        Style::Label => (written.strip_prefix('.')?, if explode { "." } else { "," }),
        Style::Matrix => (written.strip_prefix(';')?, if explode { ";" } else { "," }),
        Style::DeepObject => (written, "&"),
        Style::Cookie => (written, if explode { "; " } else { "," }),
        _ if explode => (written, "&"),
        Style::SpaceDelimited => (written, "%20"),
        Style::PipeDelimited => (written, "%7C"),
        Style::Form => (written, ","),
    };
    let each_is_named = explode && (is_named || parameter.style == Style::Matrix);
    let own = |text: &str| -> Option<String> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (decoded(parameter, name) == parameter.name).then(|| value.to_owned())
    };
    let bears_its_name = is_named || parameter.style == Style::Matrix;
    let whole = || if bears_its_name { own(text) } else { Some(text.to_owned()) };
    let text_of = |text: &str| Value::from(decoded(parameter, text));
    match like {
        Value::Array(_) if each_is_named => {
            text.split(between).map(|item| Some(text_of(&own(item)?))).collect()
        }
        Value::Array(_) => Some(whole()?.split(between).map(text_of).collect()),
        Value::Object(_) if explode => {
            let pairs = text.split(between).map(|pair| {
                let (name, value) = pair.split_once('=')?;
                let mut name = decoded(parameter, name);
                if parameter.style == Style::DeepObject {
                    let inner = name.strip_prefix(&parameter.name)?.strip_prefix('[')?.strip_suffix(']')?;
                    name = String::from(inner);
                }
                Some((name, text_of(value)))
            });
            pairs.collect::<Option<Map<_, _>>>().map(Value::from)
        }
        Value::Object(_) => {
            let whole = whole()?;
            let parts: Vec<&str> = whole.split(between).collect();
            let pairs =
                parts.chunks(2).map(|pair| Some((decoded(parameter, pair[0]), text_of(pair.get(1)?))));
            pairs.collect::<Option<Map<_, _>>>().map(Value::from)
        }
        _ => Some(text_of(&whole()?)),
    }
}

fn decoded(parameter: &Parameter, text: &str) -> String {
    match parameter.location {
        ParameterLocation::Header => text.to_owned(),
        _ if parameter.style == Style::Cookie => text.to_owned(),
        _ => percent_decode_str(text).decode_utf8_lossy().into_owned(),
    }
}
