//! A host of shops and of what they sell: it counts ids, pages its lists, refuses what it does not know,
//! and does not let a shop go that sells something.

use crate::canned::{Asked, Canned, Reply, json as answer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// So many shops are there before.
pub(crate) const BEFORE: u64 = 500;

/// What it does otherwise than it should.
#[derive(Clone, Copy, Default)]
pub(crate) struct Manners {
    /// Which create is carried out and not answered, from 1.
    pub(crate) cuts_create: Option<usize>,
    /// What every DELETE is answered with, which it then does not carry out.
    pub(crate) refuses_delete: Option<u16>,
    /// How long each answer takes.
    pub(crate) takes: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shop {
    shop: Value,
    items: BTreeMap<u64, Value>,
}

struct Books {
    last: u64,
    shops: BTreeMap<u64, Shop>,
}

pub(crate) struct Shops {
    pub(crate) server: Canned,
    books: Arc<Mutex<Books>>,
    creates: Arc<AtomicUsize>,
}

impl Shops {
    pub(crate) fn start(manners: Manners) -> Shops {
        let shop = |id: u64| {
            let item = id.is_multiple_of(7).then(|| (10_000 + id, json!({"id": 10_000 + id, "name": "tea"})));
            let shop = json!({"id": id, "name": format!("shop {id}"), "note": "old"});
            (id, Shop { shop, items: item.into_iter().collect() })
        };
        let books = Books { last: 20_000, shops: (1..=BEFORE).map(shop).collect() };
        let (books, creates) = (Arc::new(Mutex::new(books)), Arc::new(AtomicUsize::new(0)));
        let (own, count) = (Arc::clone(&books), Arc::clone(&creates));
        let server = Canned::start(move |asked| {
            std::thread::sleep(manners.takes);
            let reply = own.lock().unwrap().answer(asked, manners);
            let is_made = reply.starts_with(b"HTTP/1.1 201");
            let number = count.fetch_add(usize::from(is_made), Ordering::SeqCst) + 1;
            if is_made && manners.cuts_create == Some(number) {
                return Reply::Last(Vec::new());
            }
            Reply::Bytes(reply)
        });
        Shops { server, books, creates }
    }

    /// All that is there.
    pub(crate) fn held(&self) -> BTreeMap<u64, Shop> {
        self.books.lock().unwrap().shops.clone()
    }

    /// How many shops and items are there.
    pub(crate) fn count(&self) -> usize {
        self.held().values().map(|shop| 1 + shop.items.len()).sum()
    }

    /// How much was made.
    pub(crate) fn made(&self) -> usize {
        self.creates.load(Ordering::SeqCst)
    }
}

impl Books {
    fn answer(&mut self, asked: &Asked, manners: Manners) -> Vec<u8> {
        let mut words = asked.line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let body = serde_json::from_str::<Value>(body).ok().filter(is_sound);
        if method == "DELETE"
            && let Some(status) = manners.refuses_delete
        {
            return refusal(status);
        }
        match (method, &segments[..]) {
            ("GET", ["shops"]) => page(self.shops.values().map(|shop| &shop.shop), query),
            ("POST", ["shops"]) => self.made(asked, body, None),
            (_, ["shops", id, rest @ ..]) => {
                let Some(id) = id.parse().ok().filter(|id| self.shops.contains_key(id)) else {
                    return refusal(404);
                };
                self.below(asked, (method, id, rest), body, query)
            }
            (_, ["shops"]) => refusal(405),
            _ => refusal(404),
        }
    }

    fn below(
        &mut self,
        asked: &Asked,
        (method, id, rest): (&str, u64, &[&str]),
        body: Option<Value>,
        query: &str,
    ) -> Vec<u8> {
        let shop = self.shops.get_mut(&id).unwrap();
        let item = |id: &str| id.parse::<u64>().ok().filter(|id| shop.items.contains_key(id));
        match (method, rest) {
            ("GET", []) => answer("200 OK", "", shop.shop.to_string()),
            ("PUT", []) if !is_json(asked) => refusal(415),
            ("PUT", []) => match body {
                Some(body) => {
                    shop.shop = with_id(body, id);
                    answer("200 OK", "", shop.shop.to_string())
                }
                None => refusal(400),
            },
            ("DELETE", []) if !shop.items.is_empty() => refusal(409),
            ("DELETE", []) => {
                self.shops.remove(&id);
                answer("204 No Content", "", "")
            }
            ("GET", ["items"]) => page(shop.items.values(), query),
            ("POST", ["items"]) => self.made(asked, body, Some(id)),
            ("GET" | "DELETE", ["items", known]) => match (item(known), method) {
                (None, _) => refusal(404),
                (Some(known), "GET") => answer("200 OK", "", shop.items[&known].to_string()),
                (Some(known), _) => {
                    shop.items.remove(&known);
                    answer("204 No Content", "", "")
                }
            },
            _ => refusal(405),
        }
    }

    fn made(&mut self, asked: &Asked, body: Option<Value>, shop: Option<u64>) -> Vec<u8> {
        if !is_json(asked) {
            return refusal(415);
        }
        let Some(body) = body else { return refusal(400) };
        self.last += 1;
        let made = with_id(body, self.last);
        let text = made.to_string();
        match shop {
            Some(shop) => drop(self.shops.get_mut(&shop).unwrap().items.insert(self.last, made)),
            None => drop(self.shops.insert(self.last, Shop { shop: made, items: BTreeMap::new() })),
        }
        answer("201 Created", "", text)
    }
}

fn is_json(asked: &Asked) -> bool {
    asked.head.to_lowercase().contains("content-type: application/json")
}

fn is_sound(body: &Value) -> bool {
    let text = |name: &str| body[name].as_str().map(|text| text.chars().count());
    let known = body.as_object().is_some_and(|body| body.keys().all(|key| key == "name" || key == "note"));
    let note = body.get("note").is_none() || text("note").is_some_and(|length| length <= 60);
    known && note && text("name").is_some_and(|length| (1..=60).contains(&length))
}

fn with_id(mut body: Value, id: u64) -> Value {
    body["id"] = id.into();
    body
}

/// At most fifty at once.
fn page<'v>(all: impl Iterator<Item = &'v Value>, query: &str) -> Vec<u8> {
    let mut offset = 0;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=').map(|(name, text)| (name, text.parse::<usize>())) {
            Some(("offset", Ok(number))) => offset = number,
            _ => return refusal(400),
        }
    }
    let page: Vec<&Value> = all.skip(offset).take(50).collect();
    answer("200 OK", "", json!({"data": page}).to_string())
}

fn refusal(status: u16) -> Vec<u8> {
    let phrase = match status {
        400 => "400 Bad Request",
        404 => "404 Not Found",
        405 => "405 Method Not Allowed",
        409 => "409 Conflict",
        415 => "415 Unsupported Media Type",
        _ => "403 Forbidden",
    };
    answer(phrase, "", json!({"error": phrase}).to_string())
}

/// The contract of the host.
pub(crate) const CONTRACT: &str = r##"
openapi: 3.1.0
info: {title: Shops, version: "1"}
paths:
  /shops:
    get:
      operationId: listShops
      parameters: [{name: offset, in: query, schema: {type: integer, minimum: 0}}]
      responses:
        "200": {$ref: "#/components/responses/Page"}
        "400": {$ref: "#/components/responses/Refused"}
    post:
      operationId: makeShop
      requestBody: {$ref: "#/components/requestBodies/Shop"}
      responses:
        "201": {$ref: "#/components/responses/Shop"}
        "400": {$ref: "#/components/responses/Refused"}
        "415": {$ref: "#/components/responses/Refused"}
  /shops/{shop}:
    parameters: [{$ref: "#/components/parameters/Shop"}]
    get:
      operationId: readShop
      responses:
        "200": {$ref: "#/components/responses/Shop"}
        "404": {$ref: "#/components/responses/Refused"}
    put:
      operationId: changeShop
      requestBody: {$ref: "#/components/requestBodies/Shop"}
      responses:
        "200": {$ref: "#/components/responses/Shop"}
        "400": {$ref: "#/components/responses/Refused"}
        "404": {$ref: "#/components/responses/Refused"}
        "415": {$ref: "#/components/responses/Refused"}
    delete:
      operationId: closeShop
      responses:
        "204": {description: closed}
        "404": {$ref: "#/components/responses/Refused"}
        "409": {$ref: "#/components/responses/Refused"}
  /shops/{shop}/items:
    parameters: [{$ref: "#/components/parameters/Shop"}]
    get:
      operationId: listItems
      parameters: [{name: offset, in: query, schema: {type: integer, minimum: 0}}]
      responses:
        "200": {$ref: "#/components/responses/Page"}
        "400": {$ref: "#/components/responses/Refused"}
        "404": {$ref: "#/components/responses/Refused"}
    post:
      operationId: makeItem
      requestBody: {$ref: "#/components/requestBodies/Shop"}
      responses:
        "201": {$ref: "#/components/responses/Item"}
        "400": {$ref: "#/components/responses/Refused"}
        "404": {$ref: "#/components/responses/Refused"}
        "415": {$ref: "#/components/responses/Refused"}
  /shops/{shop}/items/{item}:
    parameters:
      - {$ref: "#/components/parameters/Shop"}
      - {name: item, in: path, required: true, schema: {type: integer}}
    get:
      operationId: readItem
      responses:
        "200": {$ref: "#/components/responses/Item"}
        "404": {$ref: "#/components/responses/Refused"}
    delete:
      operationId: dropItem
      responses:
        "204": {description: dropped}
        "404": {$ref: "#/components/responses/Refused"}
components:
  parameters:
    Shop: {name: shop, in: path, required: true, schema: {type: integer}, example: 7}
  requestBodies:
    Shop:
      required: true
      content:
        application/json:
          schema:
            type: object
            required: [name]
            additionalProperties: false
            properties:
              name: {type: string, minLength: 1, maxLength: 60}
              note: {type: string, maxLength: 60}
  responses:
    Shop:
      description: one
      content:
        application/json:
          schema: {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: string}}}
    Item:
      description: one
      content:
        application/json:
          schema: {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: string}}}
    Page:
      description: some
      content:
        application/json:
          schema: {type: object, required: [data], properties: {data: {type: array, items: {type: object}}}}
    Refused:
      description: no
      content: {application/json: {schema: {type: object, required: [error], properties: {error: {type: string}}}}}
"##;

/// The same without any way to delete.
pub(crate) fn without_delete() -> String {
    let mut kept = Vec::new();
    let mut inside = false;
    for line in CONTRACT.lines() {
        let indent = line.len() - line.trim_start().len();
        inside = line == "    delete:" || (inside && indent > 4);
        if !inside {
            kept.push(line);
        }
    }
    kept.join("\n")
}
