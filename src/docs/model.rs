//! What a reference tells, as plain values: the same for every format.

/// A reference of an API.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The name of the API.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The file of the contract.
    pub file: String,
    /// Markdown about the API.
    pub description: Option<String>,
    /// Where it lives.
    pub servers: Vec<Server>,
    /// How clients show who they are.
    pub schemes: Vec<Scheme>,
    /// The operations by their first tag.
    pub groups: Vec<Group>,
    /// What several places refer to.
    pub shared: Vec<Shared>,
    /// What a broken part of the contract keeps from being described.
    pub undescribed: Vec<Undescribed>,
    /// The requests that the host sends.
    pub webhooks: Vec<Webhook>,
    /// The names of the parts for other documents by what they are, where there is no operation.
    pub components: Vec<(String, Vec<String>)>,
    /// The run that the marks and the recorded examples come from.
    pub run: Option<Run>,
    /// The profile of the snapshots that they come from.
    pub profile: Option<String>,
}

/// An operation that a broken part of the contract keeps from being described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undescribed {
    /// Method and path.
    pub operation: String,
    /// What is wrong.
    pub why: String,
    /// The file, line and column of the broken part.
    pub at: String,
}

/// A part of an operation that is not described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Why, with the name of the part, as plain text.
    pub why: String,
    /// The file, line and column.
    pub at: String,
}

/// A request that the host sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its name, and its method where that is known.
    pub name: String,
    /// One line about it.
    pub summary: Option<String>,
}

/// Where an API lives.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its URL, templates filled with their defaults.
    pub url: String,
    /// Markdown about it.
    pub description: Option<String>,
}

/// How clients show who they are.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// Its anchor.
    pub anchor: String,
    /// Its name in the contract.
    pub name: String,
    /// What a request carries, as Markdown.
    pub carries: String,
    /// Markdown about it.
    pub description: Option<String>,
}

/// The operations of a tag.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its anchor.
    pub anchor: String,
    /// The tag.
    pub name: String,
    /// Markdown about it.
    pub description: Option<String>,
    /// Its operations, in the document's order.
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its anchor, and the name of its file.
    pub anchor: String,
    /// Its name in the contract.
    pub id: String,
    /// One line about it.
    pub title: String,
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The server that it has of its own.
    pub server: Option<String>,
    /// Markdown about it.
    pub description: Option<String>,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// The alternatives of credentials, each the schemes that must all be satisfied.
    pub security: Vec<Vec<Link>>,
    /// What it takes outside its body, by where it travels.
    pub parameters: Vec<(&'static str, Vec<Field>)>,
    /// What it takes as its body.
    pub body: Option<Body>,
    /// A line for a shell that sends a request; or as Markdown, why there is none.
    pub curl: Result<String, String>,
    /// What it answers.
    pub responses: Vec<Response>,
    /// The business error codes.
    pub errors: Vec<ErrorCode>,
    /// What holds in every accepted exchange.
    pub promises: Vec<Promise>,
    /// Which values must be unique, as Markdown.
    pub unique: Vec<String>,
    /// What the contract does not say, as Markdown.
    pub unknown: Vec<String>,
    /// What the contract says of it and is not described here.
    pub unread: Vec<Unread>,
    /// The statuses that came and are not documented.
    pub undocumented: Vec<Stray>,
    /// The codes that came and are not in the catalogue, each with the statuses that it had.
    pub unknown_codes: Vec<(String, Vec<Stray>)>,
    /// What a run found to be wrong.
    pub failures: Option<Failures>,
}

/// Something that came with a status which the contract does not have for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The status.
    pub status: u16,
    /// How many answers had it.
    pub times: usize,
    /// The anchor of what is wrong with it, if something is.
    pub failure: Option<String>,
}

/// What a run found to be wrong with an operation.
#[derive(Clone, Debug)]
pub struct Failures {
    /// The anchor of them all.
    pub anchor: String,
    /// Each, the most serious first.
    pub each: Vec<Failure>,
}

/// Something that a run found to be wrong.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its anchor.
    pub anchor: String,
    /// The check that failed.
    pub check: String,
    /// Whether it is only a warning.
    pub warning: bool,
    /// What is wrong, as plain text.
    pub title: String,
    /// What the contract asks for, as plain text.
    pub expected: String,
    /// What came, as plain text.
    pub actual: String,
    /// The beginning of the body that came, where that is a refusal or a failure.
    pub said: Option<String>,
    /// How many cases of the operation show it.
    pub count: usize,
    /// The first of them.
    pub case: String,
    /// The file, line and column where the contract asks for it.
    pub at: String,
}

/// A name and the anchor where it is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The name.
    pub name: String,
    /// The anchor.
    pub anchor: String,
}

/// What an operation takes as its body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether a request must have one.
    pub required: bool,
    /// Markdown about it.
    pub description: Option<String>,
    /// What it can be.
    pub media: Vec<Media>,
}

/// One representation of a body.
#[derive(Clone, Debug)]
pub struct Media {
    /// The media type.
    pub name: String,
    /// What it is made of.
    pub shape: Option<Shape>,
    /// What it can look like.
    pub examples: Vec<Example>,
    /// Whether what it is made of cannot be read.
    pub unread: bool,
}

/// What a body can look like.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Whether the text is JSON.
    pub json: bool,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an example comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The contract gives it.
    Documented,
    /// It was made from the schema.
    Made,
    /// A run sent or received it.
    Recorded,
}

/// What an operation answers.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its anchor.
    pub anchor: String,
    /// The statuses that it stands for.
    pub status: String,
    /// Whether it says that the request was accepted.
    pub good: bool,
    /// Markdown about it.
    pub description: String,
    /// The headers that it declares.
    pub headers: Vec<Field>,
    /// What its body can be.
    pub media: Vec<Media>,
    /// Whether what it holds cannot be read.
    pub unread: bool,
    /// Whether a run has seen it.
    pub mark: Option<Mark>,
}

/// A business error code.
#[derive(Clone, Debug)]
pub struct ErrorCode {
    /// Its anchor.
    pub anchor: String,
    /// The code.
    pub code: String,
    /// The status that it comes with.
    pub status: u16,
    /// When it comes, as Markdown.
    pub when: String,
    /// What it means, as Markdown.
    pub meaning: Option<String>,
    /// What to do about it, as Markdown.
    pub fix: Option<String>,
    /// Whether a run has seen it.
    pub mark: Option<Mark>,
    /// The other statuses that it came with.
    pub elsewhere: Vec<Stray>,
}

/// Something that holds in every accepted exchange.
#[derive(Clone, Debug)]
pub struct Promise {
    /// What holds, as Markdown.
    pub words: String,
    /// Why, or how that is known, as Markdown.
    pub because: Option<String>,
    /// Whether nobody promises it.
    pub usual: bool,
    /// Whether a run has seen it hold.
    pub mark: Option<Mark>,
}

/// A named part of a body, a parameter or a header.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it is.
    pub shape: Shape,
}

/// What a value is made of.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a keyword of the schema")]
pub struct Shape {
    /// Its type, in words and links.
    pub kind: Vec<Term>,
    /// Its title.
    pub title: Option<String>,
    /// Markdown about it.
    pub description: Option<String>,
    /// Whether it can be null.
    pub nullable: bool,
    /// Whether only answers have it.
    pub read_only: bool,
    /// Whether only requests have it.
    pub write_only: bool,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// Its limits, as Markdown.
    pub limits: Vec<String>,
    /// The only values it can have, as JSON.
    pub values: Vec<String>,
    /// What stands for it when it is absent, as JSON.
    pub default: Option<String>,
    /// What it can look like, as JSON.
    pub example: Option<String>,
    /// Its members; those of its items where it is an array.
    pub fields: Vec<Field>,
    /// Schemas whose members it has too.
    pub inherits: Vec<Link>,
    /// What it can be besides: how many must fit, and each.
    pub choices: Vec<(&'static str, Vec<Shape>)>,
}

/// A term of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// Any value, as far as is said.
    Anything,
    /// An object of which no more is said here.
    Object,
    /// An array of which no more is said here.
    Array,
    /// An array; what follows is the type of its items.
    ArrayOf,
    /// Other words.
    Words(String),
    /// A schema that is described elsewhere.
    Link(Link),
}

impl Term {
    /// That of a type with a name in JSON Schema.
    pub fn of_type(name: &str) -> Term {
        match name {
            "object" => Term::Object,
            "array" => Term::Array,
            other => Term::Words(other.to_owned()),
        }
    }

    /// Its words, or the link that it is.
    pub fn told(&self) -> Result<&str, &Link> {
        match self {
            Term::Anything => Ok("anything"),
            Term::Object => Ok("object"),
            Term::Array => Ok("array"),
            Term::ArrayOf => Ok("array of "),
            Term::Words(words) => Ok(words),
            Term::Link(link) => Err(link),
        }
    }
}

/// A schema that several places refer to.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Its anchor.
    pub anchor: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub shape: Shape,
}

/// What a run has shown of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It came, a code with its own status, and nothing was found to be wrong with it.
    Held,
    /// It came, and there are warnings about it.
    Warned(Blame),
    /// It was not as the contract says.
    Failed(Blame),
    /// It never came.
    NotTried,
    /// It came when the snapshots were recorded; they do not say whether anything was wrong with it.
    Recorded,
    /// No snapshot shows it.
    NotRecorded,
}

/// What is wrong with something, and where that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// Where it is told.
    pub anchor: String,
    /// How many cases show it.
    pub times: usize,
    /// How many could have.
    pub of: usize,
}

/// The run that marks come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where the requests went.
    pub target: String,
    /// When, as a date and a time.
    pub date: String,
    /// The version of the API's contract that the target was held to.
    pub version: String,
    /// How many findings break the contract.
    pub broken: usize,
    /// How many are only told.
    pub warned: usize,
    /// Why the run is no whole one, if it is not.
    pub incomplete: Option<String>,
}

impl Mark {
    /// Its name.
    pub fn words(&self) -> &'static str {
        match self {
            Mark::Held => "held",
            Mark::Warned(_) => "warned",
            Mark::Failed(_) => "failed",
            Mark::NotTried => "not tried",
            Mark::Recorded => "recorded",
            Mark::NotRecorded => "not recorded",
        }
    }

    /// What is wrong, if something is.
    pub fn blame(&self) -> Option<&Blame> {
        match self {
            Mark::Warned(blame) | Mark::Failed(blame) => Some(blame),
            Mark::Held | Mark::NotTried | Mark::Recorded | Mark::NotRecorded => None,
        }
    }
}

impl Blame {
    /// How often, where that is not always.
    pub fn share(&self) -> Option<String> {
        (self.times < self.of).then(|| format!("{} of {}", self.times, self.of))
    }
}

impl Reference {
    /// Every operation, in the order of the reference.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.groups.iter().flat_map(|group| &group.operations)
    }
}
