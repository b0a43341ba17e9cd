use super::*;
use crate::contract::Contract;
use crate::source::Document;
use proptest::prelude::*;
use serde_json::json;

struct Sample {
    contract: Contract,
    codec: Codec,
}

/// What a media type with a schema is written and read by.
fn sample(media: &str, schema: &Value, encoding: &Value) -> Sample {
    let text = json!({
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"post": {
            "requestBody": {"content": {media: {"schema": schema, "encoding": encoding}}},
            "responses": {"200": {"description": "ok"}}
        }}}
    });
    let contract = Contract::read(Document::from_text("t.json", &text.to_string()).unwrap()).ok().unwrap();
    let media = contract.operations[0].body.as_ref().unwrap().content[0].clone();
    let codec = Codec::of(&Folds::new(contract.schemas.raw(Side::Request)), &media);
    Sample { contract, codec }
}

impl Sample {
    fn write(&self, value: &Value) -> Option<String> {
        self.codec.write(value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn came(&self, body: impl AsRef<[u8]>) -> Came {
        self.codec
            .read(&self.contract.schemas, Side::Request, &self.codec.content_type, body.as_ref())
            .unwrap()
    }

    fn read(&self, body: impl AsRef<[u8]>) -> Value {
        self.came(body).text.to_value()
    }

    fn is_clear(&self, body: impl AsRef<[u8]>) -> bool {
        let came = self.came(body);
        came.unclear.is_empty() && came.text.duplicates.is_empty()
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data";

fn members() -> Value {
    json!({"type": "object", "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "on": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "sizes": {"type": "array", "items": {"type": "integer"}},
        "address": {"type": "object", "properties": {"street": {"type": "string"}, "number": {"type": "integer"}}},
        "file": {"type": "string", "format": "binary"},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
    }})
}

#[test]
fn a_form_has_a_pair_for_each_member_and_each_item() {
    let form = sample(FORM, &members(), &json!({}));
    let value = json!({"name": "a b&c=d+é%", "age": 5, "on": true, "tags": ["x", "y,z"]});
    let text = "name=a%20b%26c%3Dd%2B%C3%A9%25&age=5&on=true&tags=x&tags=y%2Cz";
    assert_eq!(form.write(&value).unwrap(), text);
    assert_eq!(form.read(text), value);
    assert_eq!(form.read("name=a+b&age=5"), json!({"name": "a b", "age": 5}));
}

#[test]
fn what_a_form_has_no_way_to_write_is_not_written() {
    let form = sample(FORM, &members(), &json!({}));
    for value in [json!(null), json!([1]), json!("a"), json!({"name": null}), json!({"tags": []})] {
        assert_eq!(form.write(&value), None, "{value}");
    }
}

#[test]
fn text_of_a_form_is_the_number_that_its_schema_asks_for_and_text_where_that_is_none() {
    let form = sample(FORM, &members(), &json!({}));
    assert_eq!(form.read("name=5&age=5&on=false"), json!({"name": "5", "age": 5, "on": false}));
    assert_eq!(form.read("age=x&on=1"), json!({"age": "x", "on": "1"}));
    assert_eq!(form.read("tags=5"), json!({"tags": ["5"]}));
    assert_eq!(form.read("other=5"), json!({"other": 5}));
}

#[test]
fn members_are_written_in_the_style_of_their_encoding() {
    let encoding = json!({
        "address": {"style": "deepObject", "explode": true},
        "tags": {"style": "pipeDelimited", "explode": false},
        "sizes": {"explode": false}
    });
    let form = sample(FORM, &members(), &encoding);
    let value = json!({"address": {"street": "a b", "number": 5}, "tags": ["x", "y"], "sizes": [1, 2]});
    let text = "address%5Bstreet%5D=a%20b&address%5Bnumber%5D=5&tags=x%7Cy&sizes=1%2C2";
    assert_eq!(form.write(&value).unwrap(), text);
    assert_eq!(form.read(text), value);
    assert!(form.is_clear(text));
    assert_eq!(form.write(&json!({"tags": ["x|y"]})), None);
}

#[test]
fn what_lawful_readers_of_a_form_read_otherwise_is_told() {
    let form = sample(FORM, &members(), &json!({}));
    assert!(form.is_clear("name=a&age=5"));
    for text in ["name=%zz", "name=%ff", "age=1&age=2", "address=%7B%22number%22%3A5%7D"] {
        assert!(!form.is_clear(text), "{text}");
    }
}

#[test]
fn what_stands_in_a_form_is_known_by_its_place() {
    let form = sample(FORM, &members(), &json!({}));
    let text = "age=5&name=a%20b";
    let came = form.came(text);
    let node = came.text.at("/name").unwrap();
    assert_eq!(&text[node.start..node.end], "a%20b");
}

#[test]
fn parts_hold_text_files_and_objects() {
    let parts = sample(PARTS, &members(), &json!({"files": {"contentType": "image/png, image/gif"}}));
    assert_eq!(parts.codec.content_type, "multipart/form-data; boundary=probity");
    let value =
        json!({"name": "é", "age": 5, "address": {"number": 1}, "file": "a\u{ff}\u{0}", "files": ["x", "y"]});
    let body = parts.codec.write(&value).unwrap();
    assert_eq!(parts.read(&body), value);
    let text = String::from_utf8_lossy(&body).into_owned();
    assert!(
        text.starts_with(
            "--probity\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\né\r\n--probity\r\n"
        )
    );
    assert!(text.ends_with("\r\n--probity--\r\n"));
    assert!(text.contains("name=\"address\"\r\nContent-Type: application/json\r\n\r\n{\"number\":1}\r\n"));
    assert!(
        text.contains(
            "name=\"file\"; filename=\"probity.bin\"\r\nContent-Type: application/octet-stream\r\n"
        )
    );
    assert_eq!(
        text.matches("name=\"files\"; filename=\"probity.png\"\r\nContent-Type: image/png\r\n").count(),
        2
    );
}

#[test]
fn a_part_whose_media_type_is_not_allowed_is_told() {
    let parts = sample(PARTS, &members(), &json!({"file": {"contentType": "image/png"}}));
    let value = json!({"file": "x"});
    assert!(parts.came(parts.codec.write(&value).unwrap()).strays.is_empty());
    let other = parts.codec.with_type(&value, "file", "text/csv").unwrap();
    let strays = parts.came(other).strays;
    assert_eq!(strays.len(), 1);
    assert!(strays[0].at.ends_with("/encoding/file/contentType"));
}

#[test]
fn what_lawful_readers_of_parts_read_otherwise_is_told() {
    let parts = sample(PARTS, &members(), &json!({}));
    let part = |head: &str, content: &str| {
        format!("--probity\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n--probity--\r\n")
    };
    assert!(parts.is_clear(part("name=\"name\"", "a")));
    assert!(parts.is_clear(part("name=\"file\"; filename=\"Übung %22a%22.bin\"", "a")));
    let unclear = [
        part("name=\"file\"; filename=\"../a\"", "a"),
        part("name=\"file\"; filename=\"a.bin\"", ""),
        part("name=\"file\"", "a"),
        part("name=\"name\"; filename=\"a\"", "a"),
        part("name=\"name\"", "a").replace("--\r\n", ""),
        part("nome=\"name\"", "a"),
        String::new(),
    ];
    for body in unclear {
        assert!(!parts.is_clear(&body), "{body}");
    }
}

#[test]
fn ranges_are_sent_as_a_media_type_that_suits_their_schema() {
    let sent = |media: &str, schema: Value| sample(media, &schema, &json!({})).codec.content_type;
    assert_eq!(sent("*/*", json!({"type": "object"})), "application/json");
    assert_eq!(sent("*/*", json!({"type": "string", "format": "binary"})), "application/octet-stream");
    assert_eq!(sent("*/*", json!({"type": "string"})), "text/plain");
    assert_eq!(sent("*/*", json!({})), "application/octet-stream");
    assert_eq!(sent("image/*", json!({"type": "string", "format": "binary"})), "image/png");
    assert_eq!(sent("text/*", json!({"type": "string"})), "text/plain");
    assert_eq!(sent("text/plain; charset=utf-8", json!({"type": "string"})), "text/plain; charset=utf-8");
}

#[test]
fn a_file_begins_as_its_media_type_says() {
    let image = sample("image/png", &json!({"type": "string", "format": "binary"}), &json!({}));
    let body = image.codec.write(&image.codec.with_files(&json!("x"))).unwrap();
    assert!(body.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(image.is_clear(&body));
    assert!(!image.is_clear(b"x"));
}

#[test]
fn a_list_is_written_line_by_line() {
    let schema = json!({"type": "array", "items": {"type": "object"}});
    let lines = sample("application/x-ndjson", &schema, &json!({}));
    let value = json!([{"a": 1}, {"b": "x\ny"}]);
    assert_eq!(lines.write(&value).unwrap(), "{\"a\":1}\n{\"b\":\"x\\ny\"}\n");
    assert_eq!(lines.read(lines.write(&value).unwrap()), value);
}

fn pet() -> Value {
    json!({"type": "object", "xml": {"name": "pet", "namespace": "https://example.com/pets", "prefix": "p"}, "properties": {
        "id": {"type": "integer", "xml": {"attribute": true}},
        "name": {"type": "string", "xml": {"name": "title"}},
        "tags": {"type": "array", "items": {"type": "string", "xml": {"name": "tag"}}},
        "photos": {"type": "array", "xml": {"wrapped": true}, "items": {"type": "string", "xml": {"name": "photo"}}},
        "owner": {"type": "object", "properties": {"age": {"type": "integer"}}}
    }})
}

#[test]
fn xml_has_the_names_attributes_and_wrappers_that_its_schema_gives_it() {
    let xml = sample("application/xml", &pet(), &json!({}));
    let value = json!({"id": 5, "name": "a & <b>", "tags": ["x", "y"], "photos": ["z"], "owner": {"age": 3}});
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><p:pet xmlns:p=\"https://example.com/pets\" id=\"5\"><title>a &amp; &lt;b&gt;</title><tag>x</tag><tag>y</tag><photos><photo>z</photo></photos><owner><age>3</age></owner></p:pet>";
    assert_eq!(xml.write(&value).unwrap(), text);
    assert_eq!(xml.read(text), value);
    assert!(xml.is_clear(text));
}

#[test]
fn xml_that_is_not_well_formed_is_told() {
    let xml = sample("application/xml", &pet(), &json!({}));
    let read = |body: &str| {
        xml.codec.read(&xml.contract.schemas, Side::Request, "application/xml", body.as_bytes()).is_ok()
    };
    assert!(read("<pet><title>a</title><!-- b --></pet>"));
    for body in [
        "",
        "pet",
        "<pet>",
        "<pet></cat>",
        "<pet/><pet/>",
        "<pet>&nothing;</pet>",
        "<pet a='1' a='2'/>",
        "{}",
    ] {
        assert!(!read(body), "{body}");
    }
    assert!(!xml.is_clear("<cat><title>a</title></cat>"));
    assert!(!xml.is_clear("<pet><title>a</title><title>b</title></pet>"));
}

/// Objects of the members above whose texts are anything.
fn values() -> impl Strategy<Value = Value> {
    let text = "[^\u{0}-\u{1f}]{0,8}";
    (text, any::<i32>(), any::<bool>(), prop::collection::vec(text, 1..3), prop::collection::vec(0u8.., 0..9))
        .prop_map(|(name, age, on, tags, bytes)| {
            let file: String = bytes.into_iter().map(char::from).collect();
            json!({"name": name, "age": age, "on": on, "tags": tags, "sizes": [age, 1], "address": {"number": age}, "file": file})
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_is_read_back_equal(value in values()) {
        for media in [FORM, PARTS] {
            for encoding in [json!({}), json!({"address": {"style": "deepObject"}, "tags": {"explode": false}})] {
                let codec = sample(media, &members(), &encoding);
                if let Some(body) = codec.codec.write(&value) {
                    prop_assert_eq!(codec.read(&body), value.clone(), "{:?}", String::from_utf8_lossy(&body));
                }
            }
        }
    }

    #[test]
    fn xml_is_read_back_equal(name in "[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{fffe}\u{ffff}]{1,8}", age: i32, tags in prop::collection::vec("[a-z<&\"'> ]{1,6}", 1..3)) {
        let xml = sample("application/xml", &pet(), &json!({}));
        let value = json!({"id": age, "name": name, "tags": tags, "photos": tags, "owner": {"age": age}});
        let body = xml.codec.write(&value).unwrap();
        prop_assert_eq!(xml.read(&body), value, "{:?}", String::from_utf8_lossy(&body));
    }

    #[test]
    fn text_and_bytes_are_read_back_equal(text: String, bytes: Vec<u8>) {
        let plain = sample("text/plain", &json!({"type": "string"}), &json!({}));
        prop_assert_eq!(plain.read(plain.codec.write(&json!(text)).unwrap()), json!(text));
        let binary = sample("application/pdf", &json!({"type": "string", "format": "binary"}), &json!({}));
        let latin: String = bytes.iter().copied().map(char::from).collect();
        prop_assert_eq!(binary.codec.write(&json!(latin)).unwrap(), bytes.clone());
        prop_assert_eq!(binary.read(bytes), json!(latin));
    }

    #[test]
    fn whatever_comes_is_read_without_a_panic(
        body: Vec<u8>,
        text in "(--probity|\r\n|Content-Disposition: form-data; name=\"|name|file|\\[|\\]|[a-z&=%:;\"+]|--|<pet>|</pet>|<|>|&amp;){0,24}",
    ) {
        for media in [FORM, PARTS, "text/plain", "*/*", "application/xml"] {
            let codec = sample(media, &members(), &json!({"address": {"style": "deepObject"}}));
            for came in [body.as_slice(), text.as_bytes()] {
                let kind = &codec.codec.content_type;
                let _ = codec.codec.read(&codec.contract.schemas, Side::Request, kind, came);
            }
        }
    }
}
