//! What a contract says, as plain values.

use super::extension::{Behaviour, TokenEndpoint};
use super::link::Link;
use crate::schema::schemas::SchemaAt;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One operation of the contract.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name in case identities and file names: the `operationId`, made safe.
    pub id: String,
    /// The method, in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// JSON Pointer to the operation.
    pub at: String,
    /// JSON Pointer to the path item that it belongs to.
    pub path_item: String,
    /// One line about it.
    pub summary: Option<String>,
    /// Markdown about it.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it takes outside its body.
    pub parameters: Vec<Parameter>,
    /// What it takes as its body.
    pub body: Option<Body>,
    /// What it answers.
    pub responses: Vec<Response>,
    /// The alternatives of credentials; an empty alternative means that none are needed.
    pub security: Vec<Requirement>,
    /// Where it is said to live, if not where the API is.
    pub servers: Vec<String>,
    /// The methods that the path declares, this operation's among them.
    pub path_methods: Vec<String>,
    /// What schemas cannot say.
    pub behaviour: Behaviour,
}

/// The schemes that must all be satisfied.
pub type Requirement = Vec<String>;

/// A value outside the body.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it travels.
    pub location: ParameterLocation,
    /// Whether a request must carry it.
    pub required: bool,
    /// The schema of its value.
    pub schema: Option<SchemaAt>,
    /// How its value is written.
    pub style: Style,
    /// Whether items and members of its value are written each by itself.
    pub explode: bool,
    /// Whether reserved characters of its value are written as they are (RFC 3986 2.2).
    pub allow_reserved: bool,
    /// The media type of its value, which is then written as that and not in a style.
    pub media_type: Option<String>,
    /// Documented values, with their names and places.
    pub examples: Vec<Example>,
    /// JSON Pointer to the parameter.
    pub at: String,
    /// Markdown about it.
    pub description: Option<String>,
}

impl Parameter {
    /// One of which nothing is known but where it travels, and how.
    pub fn new(name: &str, location: ParameterLocation, style: Style, explode: bool) -> Parameter {
        Parameter {
            name: name.to_owned(),
            location,
            required: false,
            schema: None,
            style,
            explode,
            allow_reserved: false,
            media_type: None,
            examples: Vec::new(),
            at: String::new(),
            description: None,
        }
    }
}

/// How the value of a parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Style {
    /// `a,b`
    Simple,
    /// `.a,b`
    Label,
    /// `;name=a,b`
    Matrix,
    /// `name=a,b`
    Form,
    /// `name=a b`
    SpaceDelimited,
    /// `name=a|b`
    PipeDelimited,
    /// `name[key]=a`
    DeepObject,
    /// `name=a; name=b`, in which nothing is encoded
    Cookie,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterLocation {
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// As the whole query string.
    Querystring,
    /// As a header.
    Header,
    /// As a cookie.
    Cookie,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether a request must have one.
    pub required: bool,
    /// What it can be, by media type.
    pub content: Vec<MediaType>,
    /// JSON Pointer to the body.
    pub at: String,
}

/// One representation of a body.
#[derive(Clone, Debug)]
pub struct MediaType {
    /// The media type or range.
    pub name: String,
    /// The schema of the decoded body.
    pub schema: Option<SchemaAt>,
    /// The schema of each of its items, where it is a sequence.
    pub items: Option<SchemaAt>,
    /// Documented values, with their names and places.
    pub examples: Vec<Example>,
    /// How its members are written, where the contract says so.
    pub encoding: Vec<Encoding>,
    /// Whether what it holds cannot be read, so that nothing of it can be made.
    pub unread: bool,
    /// JSON Pointer to the media type.
    pub at: String,
}

impl MediaType {
    /// How a member is written, where the contract says so.
    pub fn encoding(&self, member: &str) -> Option<&Encoding> {
        self.encoding.iter().find(|encoding| encoding.name == member)
    }
}

/// How a member of a form, or a part, is written.
#[derive(Clone, Debug)]
pub struct Encoding {
    /// Which member.
    pub name: String,
    /// The media types that it may have, where that is said.
    pub content_type: Option<String>,
    /// The header fields of the part.
    pub headers: Vec<Header>,
    /// The style, where one is said.
    pub style: Option<Style>,
    /// Whether items and members are written each by itself, where that is said.
    pub explode: Option<bool>,
    /// JSON Pointer to the encoding.
    pub at: String,
}

impl Encoding {
    /// The media types that it may have.
    pub fn content_types(&self) -> impl Iterator<Item = &str> {
        let names = self.content_type.as_deref().unwrap_or_default().split(',');
        names.map(str::trim).filter(|name| !name.is_empty())
    }
}

/// How items follow each other in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// JSON texts, each on a line of its own.
    Lines,
    /// JSON texts behind record separators (RFC 7464).
    Records,
    /// Server-sent events.
    Events,
    /// The parts of a multipart body.
    Parts,
}

/// A documented value.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its name; `example` for the unnamed one.
    pub name: String,
    /// The value.
    pub value: Value,
    /// JSON Pointer to the value.
    pub at: String,
}

/// One documented answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The statuses that it stands for.
    pub status: StatusRange,
    /// Markdown about it.
    pub description: String,
    /// The headers that it declares.
    pub headers: Vec<Header>,
    /// What its body can be; empty when the contract does not say.
    pub content: Vec<MediaType>,
    /// Where it leads.
    pub links: Vec<Link>,
    /// JSON Pointer to the response.
    pub at: String,
}

/// A declared header of an answer.
#[derive(Clone, Debug)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Whether every answer must carry it.
    pub required: bool,
    /// Its schema, where its value is written in a style.
    pub schema: Option<SchemaAt>,
    /// What it holds, where its value is written as a media type.
    pub content: Option<MediaType>,
    /// JSON Pointer to the header.
    pub at: String,
}

impl Header {
    /// The schema of its value, however that is written.
    pub fn value_schema(&self) -> Option<&SchemaAt> {
        self.schema.as_ref().or_else(|| self.content.as_ref()?.schema.as_ref())
    }
}

/// The statuses that a documented answer stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusRange {
    /// One status.
    Code(u16),
    /// `4XX`: its first digit.
    Class(u16),
    /// Every other status.
    Default,
}

impl StatusRange {
    /// Whether a status belongs to it.
    pub fn contains(self, status: u16) -> bool {
        match self {
            StatusRange::Code(code) => code == status,
            StatusRange::Class(class) => status / 100 == class,
            StatusRange::Default => true,
        }
    }
}

impl ParameterLocation {
    /// Its name in a contract.
    pub fn name(self) -> &'static str {
        match self {
            ParameterLocation::Path => "path",
            ParameterLocation::Query => "query",
            ParameterLocation::Querystring => "querystring",
            ParameterLocation::Header => "header",
            ParameterLocation::Cookie => "cookie",
        }
    }
}

impl StatusRange {
    /// Statuses that are expected, in words: `default` is the name of no status.
    pub fn in_words(statuses: &[StatusRange]) -> String {
        let mut names: Vec<String> = Vec::new();
        for status in statuses.iter().filter(|status| **status != StatusRange::Default) {
            let prefix = if names.is_empty() { "status " } else { "" };
            names.push(format!("{prefix}{status}"));
        }
        if statuses.contains(&StatusRange::Default) {
            names.push(DOCUMENTED_REFUSAL.to_owned());
        }
        names.join(" or ")
    }
}

/// What is expected where a contract documents refusals by `default` alone.
pub const DOCUMENTED_REFUSAL: &str = "a documented refusal (`default`)";

impl std::fmt::Display for StatusRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StatusRange::Code(code) => write!(f, "{code}"),
            StatusRange::Class(class) => write!(f, "{class}XX"),
            StatusRange::Default => f.write_str("default"),
        }
    }
}

/// How a client shows who it is.
#[derive(Clone, Debug)]
pub enum SecurityScheme {
    /// `Authorization: Basic`.
    Basic,
    /// `Authorization: Digest`.
    Digest,
    /// A certificate that the client shows.
    MutualTls,
    /// `Authorization: Bearer`; OAuth 2 and `OpenID` Connect too.
    Bearer,
    /// A value in a header, query parameter or cookie of its own.
    ApiKey {
        /// Where it travels.
        location: ParameterLocation,
        /// Its name there.
        name: String,
        /// Where a token comes from.
        token: Option<TokenEndpoint>,
    },
    /// A scheme that Probity cannot satisfy by itself.
    Other(String),
}

/// Every scheme by its name in the contract.
pub type SecuritySchemes = IndexMap<String, SecurityScheme>;

impl Operation {
    /// The documented answer for a status: exact, then by class, then the default.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let matching = self.responses.iter().filter(|response| response.status.contains(status));
        matching.min_by_key(|response| match response.status {
            StatusRange::Code(_) => 0,
            StatusRange::Class(_) => 1,
            StatusRange::Default => 2,
        })
    }

    /// The link of an answer with a status, by where the link stands.
    pub fn link(&self, status: u16, at: &str) -> Option<&Link> {
        self.response(status)?.links.iter().find(|link| link.at == at)
    }

    /// The documented answers of a class of statuses.
    pub fn responses_of_class(&self, class: u16) -> impl Iterator<Item = &Response> {
        self.responses.iter().filter(move |response| match response.status {
            StatusRange::Code(code) => code / 100 == class,
            StatusRange::Class(documented) => documented == class,
            StatusRange::Default => class == 4 || class == 5,
        })
    }

    /// Whether it documents a status for a request whose form is not what it asks for. Where it does
    /// not, what is left of its refusals says nothing about such a request.
    pub fn names_a_refusal(&self) -> bool {
        self.responses_of_class(4).any(|response| match response.status {
            StatusRange::Code(code) => matches!(code, 400 | 422),
            StatusRange::Class(_) | StatusRange::Default => true,
        })
    }

    /// The JSON representation of its body, if it has one that can be read.
    pub fn json_body(&self) -> Option<&MediaType> {
        self.body.as_ref()?.content.iter().find(|media| is_json(&media.name) && !media.unread)
    }

    /// The representation of its body as JSON texts in a sequence, if it has one.
    pub fn sequence_body(&self) -> Option<(&MediaType, &SchemaAt, Sequence)> {
        let mut content = self.body.iter().flat_map(|body| &body.content).filter(|media| !media.unread);
        content.find_map(|media| {
            let kind = sequence(&media.name)?;
            let is_json = matches!(kind, Sequence::Lines | Sequence::Records);
            Some((media, media.items.as_ref()?, kind)).filter(|_| is_json)
        })
    }

    /// Whether a request without credentials is documented as good enough.
    pub fn is_open(&self) -> bool {
        self.security.is_empty() || self.security.iter().any(Vec::is_empty)
    }
}

/// Whether a status can refuse a request for what it asks, and not for who sends it, through what, how
/// slowly or how often.
pub fn is_about_what_is_asked(status: u16) -> bool {
    status / 100 == 4 && !matches!(status, 401 | 407 | 408 | 429)
}

/// Whether a media type is JSON, by name or by suffix.
pub fn is_json(media_type: &str) -> bool {
    const SUFFIX: &str = "+json";
    let name = without_parameters(media_type);
    let suffix = name.len().checked_sub(SUFFIX.len()).and_then(|at| name.get(at..));
    name.eq_ignore_ascii_case("application/json")
        || name.eq_ignore_ascii_case("text/json")
        || (name.contains('/') && suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case(SUFFIX)))
}

/// How the items of a media type follow each other, if it has any.
pub fn sequence(media_type: &str) -> Option<Sequence> {
    let name = essence(media_type);
    match name.as_str() {
        "application/jsonl"
        | "application/x-jsonl"
        | "application/ndjson"
        | "application/x-ndjson"
        | "application/jsonlines"
        | "application/x-jsonlines" => Some(Sequence::Lines),
        "application/json-seq" => Some(Sequence::Records),
        "text/event-stream" => Some(Sequence::Events),
        "multipart/mixed" => Some(Sequence::Parts),
        _ if name.ends_with("+json-seq") => Some(Sequence::Records),
        _ if name.ends_with("+jsonl") => Some(Sequence::Lines),
        _ => None,
    }
}

/// Whether a media type is that of forms in a query.
pub fn is_form(media_type: &str) -> bool {
    without_parameters(media_type).eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A media type without parameters, in lower case.
pub fn essence(media_type: &str) -> String {
    without_parameters(media_type).to_ascii_lowercase()
}

fn without_parameters(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// Whether a documented media type or range includes an actual one.
pub fn includes(documented: &str, actual: &str) -> bool {
    let (documented, actual) = (essence(documented), essence(actual));
    if documented == "*/*" || documented == actual {
        return true;
    }
    match documented.strip_suffix("/*") {
        Some(class) => actual.split('/').next() == Some(class),
        None => false,
    }
}

/// The documented representation that fits a media type best: the same before a range.
pub fn choose<'m>(content: &'m [MediaType], actual: &str) -> Option<&'m MediaType> {
    if let Some(same) = content.iter().find(|media| media.name == actual) {
        return Some(same);
    }
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    let fitting = content.iter().filter(|media| includes(&media.name, actual));
    fitting.min_by_key(|media| {
        if plain(&media.name) == plain(actual) {
            0
        } else if essence(&media.name) == essence(actual) {
            1
        } else if media.name.trim() == "*/*" {
            3
        } else {
            2
        }
    })
}
