//! What requests and answers hold, by the names of their members.

use super::Item;
use super::name::{self, Fitness, Name};
use crate::contract::Contract;
use crate::contract::model::{self, MediaType, Operation, StatusRange};
use crate::json::pointer;
use crate::schema::Side;
use crate::schema::folded::{Folded, Folds, Places, Type};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The names of objects that hold what an answer is about, whatever that is.
const WRAPPERS: [&str; 15] = [
    "data",
    "result",
    "item",
    "payload",
    "response",
    "object",
    "entity",
    "resource",
    "body",
    "content",
    "created",
    "record",
    "value",
    "_embedded",
    "embedded",
];
/// The names of lists that hold what an answer is about.
const LISTS: [&str; 13] = [
    "data", "items", "results", "records", "content", "values", "value", "list", "elements", "entries",
    "rows", "objects", "hits",
];
/// So many members of an object are looked at.
const MEMBERS: usize = 512;
/// So deep lies what is looked at.
const DEPTH: usize = 2;

/// A member of a body.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// JSON Pointer to it.
    pub(super) at: String,
    pub(super) name: Name,
    /// Its schemas.
    places: Places,
    /// Whether it is always there.
    required: bool,
    /// How likely the object that holds it is what the body is about: less is better.
    around: usize,
    /// The list that it stands in the first item of.
    list: Option<List>,
}

/// Where a list stands in an answer.
#[derive(Clone, Copy, Debug)]
struct List {
    /// The length of the JSON Pointer to it.
    end: usize,
    /// Whether its items have keys.
    keyed: bool,
}

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'n> {
    pub(super) name: &'n Name,
    /// The resource whose member it is.
    pub(super) resource: &'n str,
    /// The member that the contract says is meant, in words.
    pub(super) meant: Option<&'static str>,
    /// What it has to be.
    pub(super) form: &'n Form,
    /// Whether only a member that is called the same will do.
    pub(super) exactly: bool,
}

/// What is said of a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    flat: Rc<Folded>,
    /// Whether it is written as text, so that a number may stand in it too.
    written: bool,
}

/// The bodies of a contract, each read once.
pub(super) struct Members<'c> {
    contract: &'c Contract,
    asked: Folds<'c>,
    answered: Folds<'c>,
    shown: RefCell<HashMap<usize, Rc<[Member]>>>,
    listed: RefCell<HashMap<usize, Rc<[Member]>>>,
    sent: RefCell<HashMap<usize, Rc<[Member]>>>,
}

impl<'c> Members<'c> {
    pub(super) fn new(contract: &'c Contract) -> Members<'c> {
        Members {
            contract,
            asked: Folds::new(contract.schemas.raw(Side::Request)),
            answered: Folds::new(contract.schemas.raw(Side::Response)),
            shown: RefCell::default(),
            listed: RefCell::default(),
            sent: RefCell::default(),
        }
    }

    /// What is said of a parameter.
    pub(super) fn form(&self, parameter: &model::Parameter) -> Form {
        let flat = parameter.schema.as_ref().map(|schema| self.asked.whole(std::slice::from_ref(&schema.0)));
        Form { flat: flat.unwrap_or_default(), written: true }
    }

    /// What is said of a member of a request body.
    pub(super) fn form_of_member(&self, member: &Member) -> Form {
        Form { flat: self.asked.whole_of(&member.places), written: false }
    }

    /// Where the answer of an operation shows what is looked for.
    pub(super) fn in_answer(
        &self,
        index: usize,
        about: &[&str],
        wanted: &Wanted<'_>,
    ) -> Option<(Fitness, String)> {
        let kept = kept(&self.shown, index, || self.read_answer(index, about, Members::objects));
        best(&kept, wanted, |member| self.answered.whole_of(&member.places)).map(placed)
    }

    /// The resources other than its own that the answer of an operation always names, by their ids.
    pub(super) fn named_in_answer(&self, index: usize, about: &[&str]) -> Vec<String> {
        let kept = kept(&self.shown, index, || self.read_answer(index, about, Members::objects));
        let names = kept.iter().filter(|member| member.names_another(about));
        names.map(|member| member.name.resource.clone()).collect()
    }

    /// Where the answer of an operation always names another resource.
    pub(super) fn of_another(
        &self,
        index: usize,
        about: &[&str],
        resource: &str,
        form: &Form,
    ) -> Option<String> {
        let kept = kept(&self.shown, index, || self.read_answer(index, about, Members::objects));
        let mut named = kept.iter().filter(|one| one.names_another(about) && one.name.resource == resource);
        let agrees = |member: &&Member| {
            let flat = self.answered.whole_of(&member.places);
            !flat.types.contains(&Type::Null) && form.agrees(&flat)
        };
        named.find(agrees).map(|member| member.at.clone())
    }

    /// Where the items of a list in the answer of an operation show it.
    pub(super) fn in_list(
        &self,
        index: usize,
        about: &[&str],
        wanted: &Wanted<'_>,
    ) -> Option<(Fitness, Item)> {
        let kept = self.listed(index, about);
        let (fitness, member) = best(&kept, wanted, |member| self.answered.whole_of(&member.places))?;
        Some((fitness, member.item()?))
    }

    /// The members of the items that the answer of an operation lists.
    fn listed(&self, index: usize, about: &[&str]) -> Rc<[Member]> {
        kept(&self.listed, index, || self.read_answer(index, about, Members::lists))
    }

    /// Whether a list shows a text that a request to another operation may bring: a member that both
    /// have by one name.
    pub(super) fn shows_a_text_of(&self, list: usize, about: &[&str], giver: usize) -> bool {
        let operation = &self.contract.operations[giver];
        let media = operation.body.as_ref().and_then(|body| usable(&body.content));
        let Some(schema) = media.and_then(|media| media.schema.as_ref()) else { return false };
        let sent = self.asked.whole(std::slice::from_ref(&schema.0));
        let is_free = |flat: &Folded| flat.types.contains(&Type::String) && flat.listed.is_none();
        self.listed(list, about).iter().any(|member| {
            let name = member.at.rsplit('/').next().unwrap_or_default();
            let sent = sent.properties.get(&*pointer::unescape(name));
            sent.is_some_and(|places| is_free(&self.asked.whole_of(places)))
                && is_free(&self.answered.whole_of(&member.places))
        })
    }

    /// Where the body that an operation takes must have it.
    pub(super) fn in_request(&self, index: usize, wanted: &Wanted<'_>) -> Option<(Fitness, String)> {
        best(&self.required(index), wanted, |member| self.asked.whole_of(&member.places)).map(placed)
    }

    /// Where the body that an operation takes must name another resource.
    pub(super) fn parent_in_request(
        &self,
        index: usize,
        name: &Name,
        resource: &str,
        form: &Form,
    ) -> Option<String> {
        let required = self.required(index);
        let named = required.iter().find(|member| {
            let same = member.name.plain == name.plain && !name.is_bare_member();
            same || (member.name.is_id() && member.name.resource == resource && !resource.is_empty())
        });
        named
            .filter(|member| form.agrees(&self.asked.whole_of(&member.places)))
            .map(|member| member.at.clone())
    }

    /// The members that the body of an operation must have, and that are no objects or lists.
    pub(super) fn required(&self, index: usize) -> Rc<[Member]> {
        kept(&self.sent, index, || {
            let operation = &self.contract.operations[index];
            let body = operation.body.as_ref().filter(|body| body.required || operation.method != "GET");
            let media = body.and_then(|body| usable(&body.content));
            let mut found = Vec::new();
            if let Some(schema) = media.and_then(|media| media.schema.as_ref()) {
                let flat = self.asked.at(std::slice::from_ref(&schema.0));
                self.read_required(&flat, "", DEPTH, &mut found);
            }
            found
        })
    }

    /// Whether an answer has no members that could be told.
    pub(super) fn shows_nothing(&self, index: usize, about: &[&str]) -> bool {
        kept(&self.shown, index, || self.read_answer(index, about, Members::objects)).is_empty()
    }

    /// Whether two operations answer with the same, by where its schema stands.
    pub(super) fn answer_alike(&self, one: usize, other: usize) -> bool {
        let place = |index: usize| {
            let media = answers(&self.contract.operations[index]).into_iter().next()?;
            let schema = media.schema.as_ref()?;
            Some(self.answered.at(std::slice::from_ref(&schema.0)).at.clone())
        };
        place(one).is_some_and(|place_of_one| place(other) == Some(place_of_one))
    }

    fn read_required(&self, flat: &Folded, at: &str, depth: usize, found: &mut Vec<Member>) {
        for name in flat.required.iter().take(MEMBERS) {
            let Some(places) = flat.properties.get(name) else { continue };
            let inner = self.asked.of(places);
            let here = pointer::child(at, name);
            if is_scalar(&inner) {
                let name = Name::of(name);
                found.push(Member {
                    at: here,
                    name,
                    places: places.clone(),
                    required: true,
                    around: DEPTH - depth,
                    list: None,
                });
            } else if inner.types == [Type::Object] && depth > 0 {
                self.read_required(&inner, &here, depth - 1, found);
            }
        }
    }

    fn read_answer(
        &self,
        index: usize,
        about: &[&str],
        read: fn(&Members<'c>, &Folded, &Around<'_>, &mut Vec<Member>),
    ) -> Vec<Member> {
        let mut found = Vec::new();
        for media in answers(&self.contract.operations[index]) {
            let Some(schema) = &media.schema else { continue };
            let places = Places::from(vec![schema.0.clone()]);
            let flat = self.answered.whole_of(&places);
            let before = found.len();
            read(self, &flat, &Around { at: "", about, depth: DEPTH, likely: 1, list: None }, &mut found);
            if found.len() > before {
                break;
            }
        }
        found
    }

    /// The members of an object, and of those in it that hold what it is about.
    fn objects(&self, flat: &Folded, around: &Around<'_>, found: &mut Vec<Member>) {
        for (name, places) in flat.properties.iter().take(MEMBERS) {
            let at = pointer::child(around.at, name);
            let read = Name::of(name);
            if let Some(likely) = around.holds(name, &WRAPPERS).filter(|_| around.depth > 0) {
                let inner = self.answered.whole_of(places);
                if inner.allows(Type::Object) && !inner.properties.is_empty() {
                    let depth = around.depth - 1;
                    self.objects(&inner, &Around { at: &at, depth, likely, ..*around }, found);
                    continue;
                }
            }
            let required = flat.required.contains(name);
            let (places, list) = (places.clone(), around.list);
            found.push(Member { at, name: read, places, required, around: around.likely, list });
        }
    }

    /// The members of the first item of each list that holds what an answer is about.
    fn lists(&self, flat: &Folded, around: &Around<'_>, found: &mut Vec<Member>) {
        let end = around.at.len();
        if flat.types.contains(&Type::Array) && !flat.items.is_empty() {
            let items = self.answered.whole_of(&flat.items);
            let at = format!("{}/0", around.at);
            // What wraps an item is looked into as well.
            let list = Some(List { end, keyed: false });
            self.objects(&items, &Around { at: &at, depth: 1, list, ..*around }, found);
            return;
        }
        if let Some(items) = self.keyed(flat) {
            let at = format!("{}/*", around.at);
            let list = Some(List { end, keyed: true });
            self.objects(&items, &Around { at: &at, depth: 1, list, ..*around }, found);
            let (name, places) = (Name::of("id"), Places::default());
            found.push(Member { at, name, places, required: true, around: around.likely, list });
            return;
        }
        let lists = flat.properties.iter().take(MEMBERS).filter_map(|(name, places)| {
            let inner = self.answered.whole_of(places);
            let is_list = inner.types.contains(&Type::Array) && !inner.items.is_empty();
            let is_list = is_list && !self.answered.whole_of(&inner.items).properties.is_empty();
            (is_list || self.keyed(&inner).is_some()).then_some((name, inner))
        });
        let lists: Vec<_> = lists.collect();
        for (name, inner) in &lists {
            let only = (lists.len() == 1).then_some(3);
            if let Some(likely) = around.holds(name, &LISTS).or(only) {
                let at = pointer::child(around.at, name);
                self.lists(inner, &Around { at: &at, likely, ..*around }, found);
            }
        }
        if lists.is_empty() && around.depth > 0 {
            for (name, places) in flat.properties.iter().take(MEMBERS) {
                let Some(likely) = around.holds(name, &WRAPPERS) else { continue };
                let at = pointer::child(around.at, name);
                let depth = around.depth - 1;
                let inner = self.answered.whole_of(places);
                self.lists(&inner, &Around { at: &at, depth, likely, ..*around }, found);
            }
        }
    }

    /// What an object holds that has nothing but items by their keys.
    fn keyed(&self, flat: &Folded) -> Option<Rc<Folded>> {
        let may_be = flat.allows(Type::Object) && flat.properties.is_empty() && !flat.additional.is_empty();
        let items = may_be.then(|| self.answered.whole_of(&flat.additional))?;
        (items.allows(Type::Object) && !items.properties.is_empty()).then_some(items)
    }
}

fn kept(
    all: &RefCell<HashMap<usize, Rc<[Member]>>>,
    index: usize,
    read: impl FnOnce() -> Vec<Member>,
) -> Rc<[Member]> {
    if let Some(known) = all.borrow().get(&index) {
        return Rc::clone(known);
    }
    let found: Rc<[Member]> = read().into();
    all.borrow_mut().insert(index, Rc::clone(&found));
    found
}

/// Where in an answer something is looked for.
struct Around<'a> {
    at: &'a str,
    /// The resources that the answer is about.
    about: &'a [&'a str],
    depth: usize,
    likely: usize,
    list: Option<List>,
}

impl Around<'_> {
    /// How likely a member holds what the answer is about, if it may.
    fn holds(&self, name: &str, general: &[&str]) -> Option<usize> {
        let resource = name::resource(name);
        if self
            .about
            .iter()
            .any(|about| resource == *about || (resource.ends_with(about) && !about.is_empty()))
        {
            return Some(0);
        }
        general.contains(&name.to_ascii_lowercase().as_str()).then_some(2)
    }
}

impl Member {
    /// What it is of an item of the list that it stands in.
    fn item(&self) -> Option<Item> {
        let List { end, keyed } = self.list?;
        let (list, rest) = self.at.split_at_checked(end)?;
        // An item is `/0` of a list, and `/*` where it has a key.
        let member = rest.get(2..).filter(|member| !member.is_empty()).map(str::to_owned);
        Some(Item { list: list.to_owned(), member, keyed })
    }

    fn names_another(&self, about: &[&str]) -> bool {
        let Name { resource, .. } = &self.name;
        self.required && self.name.is_id() && !resource.is_empty() && !about.contains(&resource.as_str())
    }
}

impl Form {
    /// Whether nothing is there to be taken: the contract lists what it may be, or says what it is for.
    pub(super) fn is_listed(&self) -> bool {
        self.flat.listed.is_some()
    }

    /// Whether it may be any text.
    pub(super) fn is_text(&self) -> bool {
        self.flat.allows(Type::String)
    }

    /// Whether its values are no words of a language: whole numbers, or made for telling apart.
    pub(super) fn is_no_word(&self) -> bool {
        self.flat.types == [Type::Integer] || self.flat.formats.iter().any(|format| format == "uuid")
    }

    /// Whether it is one value, and no list or object.
    pub(super) fn is_scalar(&self) -> bool {
        is_scalar(&self.flat)
    }

    /// Whether a value of which that is said is one of which this is said, without being written as
    /// another.
    fn is_of_the_type_of(&self, given: &Folded) -> bool {
        let known = |flat: &Folded| !flat.types.is_empty();
        known(&self.flat) && known(given) && Form { written: false, ..self.clone() }.agrees(given)
    }

    /// Whether a value of which this is said may be one of which that is said.
    fn agrees(&self, given: &Folded) -> bool {
        if !is_scalar(given) || given.listed.is_some() || given.types == [Type::Boolean] {
            return false;
        }
        let taken = &self.flat;
        let text = given.types.is_empty() || given.types.contains(&Type::String);
        let number = given.types.is_empty() || given.types.iter().any(|one| one.is_numeric());
        let fits = (text && taken.allows(Type::String))
            || (number && (taken.allows(Type::Integer) || (self.written && taken.allows(Type::String))))
            || (text && self.written && digits(given) && taken.allows(Type::Integer));
        fits && !contradict(taken, given)
    }
}

fn is_scalar(flat: &Folded) -> bool {
    let composed = |one: &Type| matches!(one, Type::Object | Type::Array);
    !flat.impossible
        && (flat.types.is_empty() || !flat.types.iter().all(|one| composed(one) || *one == Type::Null))
        && flat.properties.is_empty()
        && flat.items.is_empty()
}

/// Whether text holds nothing but digits.
fn digits(flat: &Folded) -> bool {
    let numeric = |pattern: &String| {
        let inside =
            pattern.trim_start_matches('^').trim_end_matches('$').replace("\\d", "").replace("[0-9]", "");
        inside.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '+' | '*' | '{' | '}' | ','))
    };
    flat.patterns.iter().any(numeric)
        || flat.formats.iter().any(|format| format == "int64" || format == "int32")
}

/// Whether no text can be in both forms.
fn contradict(taken: &Folded, given: &Folded) -> bool {
    const STRICT: [&str; 12] = [
        "uuid",
        "date",
        "date-time",
        "time",
        "email",
        "ipv4",
        "ipv6",
        "uri",
        "url",
        "byte",
        "binary",
        "hostname",
    ];
    let strict =
        |flat: &Folded| flat.formats.iter().find(|format| STRICT.contains(&format.as_str())).cloned();
    let (one, other) = (strict(taken), strict(given));
    if let (Some(one), Some(other)) = (&one, &other)
        && one != other
    {
        return true;
    }
    let is_number = |flat: &Folded| {
        !flat.types.is_empty() && flat.types.iter().all(|one| one.is_numeric() || *one == Type::Null)
    };
    if one.is_some() && is_number(given) {
        return true;
    }
    let apart = |least: Option<u64>, most: Option<u64>| matches!((least, most), (Some(least), Some(most)) if least > most);
    if apart(taken.length.0, given.length.1) || apart(given.length.0, taken.length.1) {
        return true;
    }
    let starts =
        |flat: &Folded| flat.patterns.iter().filter_map(|pattern| start(pattern)).collect::<Vec<_>>();
    let (ones, others) = (starts(taken), starts(given));
    ones.iter().any(|one| {
        others.iter().any(|other| !one.starts_with(other.as_str()) && !other.starts_with(one.as_str()))
    })
}

/// The text with which everything begins that matches a pattern.
fn start(pattern: &str) -> Option<String> {
    let rest = pattern.strip_prefix('^')?;
    if rest.contains('|') {
        return None;
    }
    let text: String =
        rest.chars().take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-')).collect();
    let after = rest.chars().nth(text.chars().count());
    let mut text = text;
    if after.is_some_and(|next| matches!(next, '?' | '*' | '{' | '+')) {
        text.pop();
    }
    (!text.is_empty()).then_some(text)
}

/// The representation whose members can be told.
pub(super) fn usable(content: &[MediaType]) -> Option<&MediaType> {
    let readable = || content.iter().filter(|media| !media.unread && media.schema.is_some());
    let json = readable().find(|media| model::is_json(&media.name));
    json.or_else(|| readable().find(|media| model::is_form(&media.name)))
        .or_else(|| readable().find(|media| model::essence(&media.name) == "multipart/form-data"))
}

/// The answers of an operation to a request that it accepts, the likeliest first, as JSON.
fn answers(operation: &Operation) -> Vec<&MediaType> {
    let mut responses: Vec<_> = operation.responses_of_class(2).collect();
    if responses.is_empty() {
        // Whoever documents one answer for everything documents this one too.
        responses
            .extend(operation.responses.iter().filter(|response| response.status == StatusRange::Default));
    }
    responses.sort_by_key(|response| match response.status {
        StatusRange::Code(201) => 0,
        StatusRange::Code(200) => 1,
        _ => 2,
    });
    let is_json = |media: &&MediaType| {
        !media.unread && (model::is_json(&media.name) || model::essence(&media.name) == "*/*")
    };
    responses.into_iter().flat_map(|response| response.content.iter().filter(is_json)).collect()
}

fn placed((fitness, member): (Fitness, &Member)) -> (Fitness, String) {
    (fitness, member.at.clone())
}

/// The member that fits best, whatever a description means where nothing is what it means.
fn best<'m>(
    members: &'m [Member],
    wanted: &Wanted<'_>,
    form: impl Fn(&Member) -> Rc<Folded>,
) -> Option<(Fitness, &'m Member)> {
    let plainly = Wanted { meant: None, ..*wanted };
    let plainly = || wanted.meant.and_then(|_| best_of(members, &plainly, &form));
    best_of(members, wanted, &form).or_else(plainly)
}

fn best_of<'m>(
    members: &'m [Member],
    wanted: &Wanted<'_>,
    form: &impl Fn(&Member) -> Rc<Folded>,
) -> Option<(Fitness, &'m Member)> {
    let fitting = members.iter().filter_map(|member| {
        let fitness = wanted.name.fits(&member.name, wanted.resource, wanted.meant)?;
        let wanted_so = !wanted.exactly || fitness.is_exact();
        wanted_so.then_some((fitness, member))
    });
    let mut fitting: Vec<_> = fitting.collect();
    fitting.sort_by_key(|(fitness, member)| (*fitness, member.around));
    // Where no word says whether the id or the name is meant, the type does.
    let is_open = wanted.name.members.is_empty() && wanted.meant.is_none();
    let alike = fitting.iter().find(|(_, member)| is_open && wanted.form.is_of_the_type_of(&form(member)));
    let agreeing = alike.or_else(|| fitting.iter().find(|(_, member)| wanted.form.agrees(&form(member))));
    agreeing.copied()
}
