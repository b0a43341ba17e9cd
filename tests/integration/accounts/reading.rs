//! What bodies say, and why they are refused.

use std::collections::HashSet;

use serde_json::{Map, Number, Value};

use super::fault::Fault;
use super::http::Request;
use super::variant::Role;

/// Why a request is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Malformed,
    Media,
    Invalid,
    Unauthenticated,
    Forbidden,
    Absent,
    Taken,
    Unknown,
    /// It does not fit the state of the resource.
    Unfit,
    /// A reason of the business.
    Particular,
    /// The path has these methods only.
    Method(&'static str),
    Crash,
    /// A status that nobody knows.
    Odd,
}

#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) why: Why,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) field: Option<String>,
}

impl Refusal {
    pub(super) fn new(why: Why, code: &'static str, message: impl Into<String>) -> Self {
        Self { why, code, message: message.into(), field: None }
    }

    pub(super) fn of(why: Why, code: &'static str, field: &str, message: &str) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(why, code, format!("{field}: {message}")) }
    }

    fn invalid(field: &str, message: &str) -> Self {
        Self::of(Why::Invalid, "invalid", field, message)
    }

    fn wrong_type(field: &str) -> Self {
        Self::of(Why::Invalid, "wrong_type", field, "has the wrong type")
    }

    pub(super) fn missing(field: &str) -> Self {
        Self::of(Why::Invalid, "missing", field, "is needed")
    }

    fn crash() -> Self {
        Self::new(Why::Crash, "internal", "something went wrong")
    }
}

/// A member of a body.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field<T> {
    Absent,
    Null,
    Given(T),
}

impl<T> Field<T> {
    pub(super) fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    fn needed(self, name: &str) -> Result<T, Refusal> {
        self.given().ok_or_else(|| Refusal::missing(name))
    }

    fn held(self, name: &str, message: &str, holds: impl Fn(&T) -> bool) -> Result<Self, Refusal> {
        match self {
            Self::Given(value) if !holds(&value) => Err(Refusal::invalid(name, message)),
            other => Ok(other),
        }
    }
}

pub(super) struct LogIn {
    pub(super) email: String,
    pub(super) password: String,
}

pub(super) struct NewAccount {
    pub(super) email: String,
    pub(super) display_name: String,
    pub(super) password: String,
    pub(super) role: Role,
    pub(super) locale: Option<String>,
}

pub(super) struct NewProject {
    pub(super) name: String,
    pub(super) owner: Option<String>,
    pub(super) title: Option<String>,
    pub(super) visibility: String,
    pub(super) budget: Option<Number>,
    pub(super) tags: Vec<String>,
    pub(super) due_on: Option<String>,
}

pub(super) struct Patch {
    pub(super) name: Field<String>,
    pub(super) title: Field<String>,
    pub(super) visibility: Field<String>,
    pub(super) budget: Field<Number>,
}

pub(super) struct NewMember {
    pub(super) account: String,
    pub(super) role: String,
}

/// A body that is an object.
pub(super) struct Body {
    members: Map<String, Value>,
    fault: Option<Fault>,
}

impl Body {
    pub(super) fn of(request: &Request, fault: Option<Fault>) -> Result<Self, Refusal> {
        let media = request.header("Content-Type").unwrap_or_default();
        let essence = media.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Refusal::new(Why::Media, "media_type", "JSON is wanted"));
        }
        let mut documents = serde_json::Deserializer::from_slice(&request.body).into_iter::<Value>();
        let first = match documents.next() {
            Some(Ok(value)) => Ok(value),
            Some(Err(problem)) => Err(problem.to_string()),
            None => Err("there is no body".to_owned()),
        };
        let rest = fault != Some(Fault::RestIgnored) && documents.next().is_some();
        match first {
            Ok(_) if rest => Err(Refusal::new(Why::Malformed, "malformed", "more than one document")),
            Ok(Value::Object(members)) => Ok(Self { members, fault }),
            Ok(_) => Err(Refusal::new(Why::Invalid, "wrong_type", "the body has to be an object")),
            Err(problem) => Err(Refusal::new(Why::Malformed, "malformed", problem)),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn field<T>(
        &self,
        name: &str,
        may_be_null: bool,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Field<T>, Refusal> {
        match self.members.get(name) {
            None => Ok(Field::Absent),
            Some(Value::Null) if may_be_null => Ok(Field::Null),
            Some(value) => read(value).map(Field::Given).ok_or_else(|| Refusal::wrong_type(name)),
        }
    }

    fn text(&self, name: &str, may_be_null: bool) -> Result<Field<String>, Refusal> {
        self.field(name, may_be_null, |value| value.as_str().map(str::to_owned))
    }

    fn bounded(&self, name: &str, least: usize, most: usize) -> Result<Field<String>, Refusal> {
        self.text(name, false)?.held(name, "is too short or too long", |text| is_long(text, least, most))
    }

    pub(super) fn log_in(&self) -> Result<LogIn, Refusal> {
        let email = self.bounded("email", 0, 120)?.needed("email")?;
        let password = self.bounded("password", 0, 72)?.needed("password")?;
        Ok(LogIn { email, password })
    }

    pub(super) fn new_account(&self) -> Result<NewAccount, Refusal> {
        let email = self.bounded("email", 0, 120)?.held("email", "is no address", |text| is_email(text))?;
        let role = self.text("role", false)?;
        let role = role.held("role", "is none of ours", |name| Role::named(name).is_some())?;
        let locale = self.text("locale", true)?.held("locale", "is none", |text| is_locale(text))?;
        Ok(NewAccount {
            email: email.needed("email")?,
            display_name: self.display_name()?,
            password: self.bounded("password", 8, 72)?.needed("password")?,
            role: Role::named(&role.needed("role")?).expect("it was looked at"),
            locale: locale.given(),
        })
    }

    fn display_name(&self) -> Result<String, Refusal> {
        const NAME: &str = "displayName";
        let name = self.field(NAME, false, |value| match value {
            Value::Number(number) if self.is(Fault::NumberAccepted) => Some(number.to_string()),
            value => value.as_str().map(str::to_owned),
        })?;
        let crashes = |text: &String| {
            self.is(Fault::EmojiCrash) && text.chars().any(|one| one > '\u{ffff}')
                || self.is(Fault::EmptyCrash) && text.is_empty()
                || self.is(Fault::LongCrash) && text.chars().count() > 60
        };
        if matches!(&name, Field::Given(text) if crashes(text)) {
            return Err(Refusal::crash());
        }
        name.held(NAME, "is too short or too long", |text| is_long(text, 1, 60))?.needed(NAME)
    }

    pub(super) fn new_project(&self) -> Result<NewProject, Refusal> {
        if self.is(Fault::IdDemanded) && !self.members.contains_key("id") {
            return Err(Refusal::missing("id"));
        }
        let name = match self.name()? {
            Field::Absent if self.is(Fault::MissingAccepted) => "untitled".to_owned(),
            name => name.needed("name")?,
        };
        let owner = self.text("ownerId", true)?.held("ownerId", "is no UUID", |text| is_uuid(text))?;
        let title = self.title()?;
        if self.is(Fault::TitleDemanded) && title == Field::Absent {
            return Err(Refusal::missing("title"));
        }
        let due_on = self.text("dueOn", true)?.held("dueOn", "is no date", |text| day(text).is_some())?;
        Ok(NewProject {
            name,
            owner: owner.given(),
            title: title.given(),
            visibility: self.visibility()?.given().unwrap_or_else(|| "private".to_owned()),
            budget: self.budget()?.given(),
            tags: self.tags()?,
            due_on: due_on.given(),
        })
    }

    fn name(&self) -> Result<Field<String>, Refusal> {
        let name = self.text("name", false)?;
        name.held("name", "is not a name", |text| is_name(text) || self.is(Fault::PatternIgnored))
    }

    fn title(&self) -> Result<Field<String>, Refusal> {
        let title = self.text("title", true)?;
        if self.is(Fault::NullCrash) && title == Field::Null {
            return Err(Refusal::crash());
        }
        title.held("title", "is too short or too long", |text| is_long(text, 1, 80))
    }

    fn visibility(&self) -> Result<Field<String>, Refusal> {
        let known = ["private", "internal", "public"];
        let known = if self.is(Fault::InternalRefused) { &["private", "public", ""] } else { &known };
        let listed = |text: &String| known.contains(&text.as_str());
        let given = self.text("visibility", false)?;
        match &given {
            Field::Given(text) if self.is(Fault::UnlistedAs418) && !listed(text) => {
                Err(Refusal::new(Why::Odd, "teapot", "short and stout"))
            }
            Field::Given(text) if self.is(Fault::UnlistedAccepted) && !listed(text) => Ok(Field::Absent),
            _ => given.held("visibility", "is none of ours", listed),
        }
    }

    fn budget(&self) -> Result<Field<Number>, Refusal> {
        const NAME: &str = "budget";
        let may_be_null = !self.is(Fault::NullRefused);
        let budget = self.field(NAME, may_be_null, |value| value.as_number().cloned());
        let budget = match budget {
            Err(_) if self.is(Fault::WrongReason) => return Err(Refusal::missing(NAME)),
            budget => budget?,
        };
        let least = if self.is(Fault::ZeroRefused) { 1e-9 } else { 0.0 };
        let within = |number: &Number| {
            self.is(Fault::BoundIgnored)
                || number.as_f64().is_some_and(|number| (least..=1_000_000.0).contains(&number))
        };
        budget.held(NAME, "is too little or too much", within)
    }

    fn tags(&self) -> Result<Vec<String>, Refusal> {
        const NAME: &str = "tags";
        if self.is(Fault::TypeCrash) && self.members.get(NAME).is_some_and(|value| !value.is_array()) {
            return Err(Refusal::crash());
        }
        let texts = |value: &Value| -> Option<Vec<String>> {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let tags = self.field(NAME, false, texts)?;
        let differ = |tags: &[String]| tags.iter().collect::<HashSet<_>>().len() == tags.len();
        let tags = tags
            .held(NAME, "are too many", |tags| tags.len() <= 5)?
            .held(NAME, "repeat", |tags| self.is(Fault::RepeatedTagsAccepted) || differ(tags))?
            .held(NAME, "are no tags", |tags| tags.iter().all(|tag| is_tag(tag)))?;
        Ok(tags.given().unwrap_or_default())
    }

    pub(super) fn patch(&self) -> Result<Patch, Refusal> {
        const KNOWN: [&str; 4] = ["name", "title", "visibility", "budget"];
        if let Some(other) = self.members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(Refusal::invalid(other, "cannot be changed"));
        }
        if self.members.is_empty() {
            return Err(Refusal::new(Why::Invalid, "invalid", "nothing is changed"));
        }
        Ok(Patch {
            name: self.name()?,
            title: self.title()?,
            visibility: self.visibility()?,
            budget: self.budget()?,
        })
    }

    pub(super) fn new_member(&self) -> Result<NewMember, Refusal> {
        let account = self.text("accountId", false)?;
        let account = account.held("accountId", "is no UUID", |text| is_uuid(text))?;
        let role = self.text("role", false)?;
        let role = role.held("role", "is none", |text| ["viewer", "editor"].contains(&text.as_str()))?;
        Ok(NewMember { account: account.needed("accountId")?, role: role.needed("role")? })
    }
}

fn is_long(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.chars().count())
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !text.contains(char::is_whitespace)
    })
}

/// `^[a-z]{2}(-[A-Z]{2})?$`
fn is_locale(text: &str) -> bool {
    let both = |part: &str, of: fn(&u8) -> bool| part.len() == 2 && part.as_bytes().iter().all(of);
    let (language, region) = text.split_once('-').map_or((text, None), |(one, two)| (one, Some(two)));
    both(language, u8::is_ascii_lowercase) && region.is_none_or(|region| both(region, u8::is_ascii_uppercase))
}

/// `^[a-z][a-z0-9-]{2,39}$`
fn is_name(text: &str) -> bool {
    (3..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `^[a-z][a-z-]{0,19}$`
fn is_tag(text: &str) -> bool {
    (1..=20).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// A full date of RFC 3339.
pub(super) fn day(text: &str) -> Option<jiff::civil::Date> {
    let shape = |(index, byte): (usize, u8)| {
        if [4, 7].contains(&index) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return None;
    }
    text.parse().ok()
}
