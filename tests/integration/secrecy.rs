//! What the user entrusts to the program appears in nothing that it writes.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::canned::{Canned, Reply, json};
use crate::driver::{probity, shipped_contract};
use crate::rival::md5_hex;

/// What stands in a text, and in the texts that its Base64 words stand for.
pub(crate) fn unfolded(text: &str) -> String {
    let mut all = text.to_owned();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c)));
    for word in words.filter(|word| word.len() > 7) {
        let bare = word.trim_end_matches('=');
        if let Ok(bytes) =
            STANDARD.decode(word).or_else(|_| base64::engine::general_purpose::STANDARD_NO_PAD.decode(bare))
        {
            all.push('\n');
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    all
}

fn files(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// Sends with these arguments to a host that says back whatever it was told.
#[track_caller]
fn nothing_of(secrets: &[&str], arguments: &[&str]) {
    for status in ["400 No", "200 OK", "500 No"] {
        let target = Canned::start(move |asked| {
            if asked.line.contains("/token/") {
                let body = r#"{"data":{"accessToken":"token-that-is-secret","ttlSeconds":300}}"#;
                return Reply::Bytes(json("200 OK", "", body));
            }
            let more = asked.head.lines().find(|line| line.to_lowercase().starts_with("authorization"));
            let more = more.map(|line| format!("X-Cap-RequestId: {line}\r\n")).unwrap_or_default();
            let quoted = serde_json::Value::from(asked.whole.clone());
            let body = format!(r#"{{"errors":[{{"code":{quoted},"message":{quoted}}}],"data":{quoted}}}"#);
            Reply::Bytes(json(status, &more, body))
        });
        let ran = probity()
            .args(["check", "--verbose", "--target", &target.url(), "--profile", "p"])
            .args(["--report", "json=r.json", "--report", "junit=r.xml", "--record"])
            .args(["--report", "html=r.html"])
            .args(arguments.iter().copied())
            .arg(shipped_contract())
            .run();
        assert!(target.lines().len() > 100, "{}", ran.everything());
        let mut texts = vec![ran.stdout.clone(), ran.stderr.clone()];
        files(ran.folder(), &mut texts);
        assert!(texts.len() > 10, "{}", ran.everything());
        for text in &texts {
            let text = unfolded(text);
            for secret in secrets {
                let line = text.lines().find(|line| line.contains(secret));
                assert_eq!(line, None, "{secret} with {status}");
            }
        }
    }
}

#[test]
fn a_password_is_in_no_output() {
    let password = "pa\"ss-wörd/17";
    let hash = md5_hex(password);
    let pair = STANDARD.encode(format!("someone:{password}"));
    nothing_of(&[password, &hash, &pair, "ss-wörd/17"], &["--basic", &format!("someone:{password}")]);
    nothing_of(&[password, &hash, "ss-wörd/17"], &["--basic-md5", "--basic", &format!("someone:{password}")]);
}

#[test]
fn a_key_a_secret_and_a_token_are_in_no_output() {
    let secrets = ["key-of-mine", "secret-of-mine", "token-that-is-secret", "token-that-is-secre"];
    nothing_of(&secrets, &["--oauth-key", "key-of-mine", "--oauth-secret", "secret-of-mine"]);
}

#[test]
fn headers_and_bearers_are_in_no_output() {
    let arguments = ["--basic", "someone:password-17", "--bearer", "bearer-of-mine"];
    let headers = ["--header", "X-Api-Key: key-of-mine", "--header", "X-Tenant: tenant-of-mine"];
    let all: Vec<&str> = arguments.into_iter().chain(headers).collect();
    nothing_of(&["bearer-of-mine", "key-of-mine", "tenant-of-mine", "password-17"], &all);
}

#[test]
fn what_is_wrong_with_a_secret_is_said_without_it() {
    for arguments in [
        ["--basic", "no-colon-hunter"],
        ["--header", "no-colon-hunter"],
        ["--bearer", "two\nlines-hunter"],
        ["--target", "http://user:url-hunter@host"],
    ] {
        let ran = probity().args(["check", "--quiet"]);
        let ran = ran.args(arguments).run().ends_with(2);
        assert!(!ran.everything().contains("hunter"), "{}", ran.everything());
    }
    let text = "basic = \"user:${SECRET}\"\njobs = \"many\"\n";
    let ran = probity().with_file("probity.toml", text).env("SECRET", "from-the-environment");
    let ran = ran.arg("check").run().ends_with(2);
    assert!(!ran.everything().contains("from-the-environment"), "{}", ran.everything());
    let ran = probity().env("PROBITY_BASIC", "someone:from-the-environment").args(["check", "--help"]).run();
    assert!(!ran.everything().contains("from-the-environment"), "{}", ran.everything());
}
