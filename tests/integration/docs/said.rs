//! The reference says all that a document says of what it describes.

use std::collections::BTreeSet;
use std::sync::Arc;

use probity::docs::{Format, files};
use serde_json::Value;

use crate::laws::corpus;

/// Members of a document that describe no operation of the host.
const ELSEWHERE: &[&str] = &["webhooks", "callbacks", "example", "examples", "x-probity"];

/// What is not told yet, by document.
const UNTOLD: &[(&str, &str)] = &[
    // The summary of a whole document, of a path.
    ("fleet.yaml", "What 3.2 adds."),
    // The description of a link.
    ("library.yaml", "The item can be read at once."),
    ("signals.yaml", "JSON Schema as it is today."),
    ("signals.yaml", "All signals"),
];

/// The texts of a value that are written for its readers, and the names of properties.
fn said(value: &Value, texts: &mut Vec<String>, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| said(item, texts, names)),
        Value::Object(members) => {
            for (key, member) in members.iter().filter(|(key, _)| !ELSEWHERE.contains(&key.as_str())) {
                match (key.as_str(), member) {
                    ("description" | "summary", Value::String(text)) => texts.push(text.clone()),
                    ("properties", Value::Object(properties)) => {
                        names.extend(properties.keys().cloned());
                        properties.values().for_each(|property| said(property, texts, names));
                    }
                    _ => said(member, texts, names),
                }
            }
        }
        _ => {}
    }
}

/// The words of a text, without what marks them.
fn words(text: &str) -> String {
    let letters = text.replace(|letter: char| !letter.is_alphanumeric(), " ").to_lowercase();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_that_a_document_says_is_missing() {
    let mut untold = Vec::new();
    for path in corpus::small() {
        let mut contract = corpus::read(&path);
        let parts = contract.unread.iter().filter(|part| part.why.ends_with(" is not sent"));
        let lost = contract.untestable.iter().map(|one| &one.at).chain(parts.map(|part| &part.at));
        let lost: Vec<String> = lost.map(|at| at.trim_end_matches("/in").to_owned()).collect();
        let value = Arc::make_mut(&mut contract.document.value);
        for at in lost {
            if let Some(part) = value.pointer_mut(&at) {
                part.take();
            }
        }
        let (mut texts, mut names) = (Vec::new(), BTreeSet::new());
        said(&contract.document.value, &mut texts, &mut names);
        let files = files(&contract, None, Format::Markdown).unwrap();
        let page: String = files.iter().map(|file| file.text.as_str()).collect();
        let all = words(&page);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let lacking = texts.iter().filter(|text| !all.contains(&words(text)));
        untold.extend(lacking.map(|text| (name.clone(), text.clone())));
        let lacking: Vec<&String> = names.iter().filter(|name| !page.contains(name.as_str())).collect();
        assert_eq!(lacking, Vec::<&String>::new(), "{} lacks properties", path.display());
        assert!(texts.len() > 3 && names.len() > 3, "{}", path.display());
    }
    let untold: Vec<(&str, &str)> = untold.iter().map(|(name, text)| (&**name, &**text)).collect();
    assert_eq!(untold, UNTOLD);
}
