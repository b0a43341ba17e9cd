//! What names say: which resource is meant, and by which of its members.

/// What the ids of resources are called, the likeliest first.
pub(super) const IDS: [&str; 7] = ["id", "uuid", "guid", "uid", "sid", "oid", "pk"];
/// What else tells one resource of a kind from the others.
const KEYS: [&str; 9] = ["slug", "name", "key", "code", "number", "handle", "hash", "reference", "login"];
/// The words with which the name of an operation that creates something begins.
const CREATING: [&str; 9] =
    ["create", "add", "register", "insert", "new", "make", "upload", "upsert", "invite"];
/// The same of those that create nothing, though they are sent with POST.
const ASKING: [&str; 36] = [
    "search",
    "query",
    "find",
    "filter",
    "list",
    "get",
    "fetch",
    "read",
    "check",
    "count",
    "validate",
    "verify",
    "login",
    "logout",
    "signin",
    "signout",
    "authenticate",
    "calculate",
    "compute",
    "estimate",
    "preview",
    "update",
    "delete",
    "remove",
    "cancel",
    "activate",
    "deactivate",
    "suspend",
    "disable",
    "enable",
    "close",
    "reveal",
    "reset",
    "refresh",
    "revoke",
    "bulk",
];
/// The words with which the name of an operation on one resource begins.
const ACTING: [&str; 14] = [
    "get", "fetch", "read", "retrieve", "show", "find", "update", "patch", "modify", "edit", "replace",
    "put", "delete", "remove",
];
/// Words that say which part a resource plays, and not what it is.
const PARTS: [&str; 18] = [
    "parent",
    "source",
    "target",
    "destination",
    "origin",
    "from",
    "to",
    "old",
    "new",
    "default",
    "primary",
    "current",
    "original",
    "related",
    "linked",
    "owner",
    "initial",
    "final",
];
/// Parameters of a path that choose a form of what is there, and no resource.
const CHOOSING: [&str; 16] = [
    "version",
    "apiversion",
    "locale",
    "language",
    "lang",
    "format",
    "ext",
    "extension",
    "date",
    "year",
    "month",
    "day",
    "week",
    "period",
    "timezone",
    "filetype",
];
/// Words that are used of any resource.
const ANY: [&str; 7] = ["resource", "object", "item", "entity", "record", "reference", "element"];

/// So long is what is short for something.
const SHORT: usize = 4;
/// So long names are read.
const LONGEST: usize = 256;

/// A name, read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Name {
    /// All of it in small letters, without what separates its words.
    pub(super) plain: String,
    /// The resource that it names, as `stem` has it; empty for a plain `id`.
    pub(super) resource: String,
    /// Which members of the resource are meant, the likeliest first: `id` and `name` of `idOrName`.
    pub(super) members: Vec<String>,
    /// Whether it says which part the resource plays: `parentId`.
    part: bool,
}

/// Which member tells resources of a kind from each other, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fitness(pub(super) usize);

impl Name {
    /// Reads a name.
    pub(super) fn of(name: &str) -> Name {
        let words = words(name);
        let plain = words.concat();
        let mut parts: Vec<&[String]> =
            words.split(|word| word == "or").filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            parts.push(&words);
        }
        let is_member = |word: &String| is_member(word);
        let members: Vec<String> =
            parts.iter().filter_map(|part| part.last()).filter(|word| is_member(word)).cloned().collect();
        let first = parts.first().copied().unwrap_or_default();
        let resource = match first.split_last() {
            Some((last, before)) if is_member(last) => before,
            _ => first,
        };
        let plays = |word: &&String| PARTS.contains(&word.as_str());
        let part = resource.first().is_some_and(|word| plays(&word));
        let rest = resource.iter().skip_while(plays);
        let mut resource = stem(&rest.map(String::as_str).collect::<Vec<_>>());
        let mut members = members;
        if members.is_empty() && words.len() == 1 {
            // `username`, `userid`: one word to the eye.
            let ending = ["uuid", "id", "name", "slug", "code", "key", "number"];
            let split = ending.iter().find_map(|end| Some((plain.strip_suffix(end)?, *end)));
            if let Some((before, end)) = split.filter(|(before, _)| before.len() >= 3) {
                resource = stem(&[before]);
                members = vec![end.to_owned()];
            }
        }
        Name { plain, resource, members, part }
    }

    /// Whether it names no more than a member, of whatever resource.
    pub(super) fn is_bare_member(&self) -> bool {
        self.resource.is_empty()
    }

    /// Whether it is the resource itself, in full or in short: `{customer}`, `{cust}`, `{cid}`.
    pub(super) fn stands_for(&self, resource: &str) -> bool {
        let short = self.plain.strip_suffix("id").unwrap_or(&self.plain);
        let is_short = !short.is_empty() && short.len() <= SHORT && resource.starts_with(short);
        self.members.is_empty() && (self.resource == resource || is_short)
    }

    /// Whether it is the name of the id of something.
    pub(super) fn is_id(&self) -> bool {
        self.members.first().is_some_and(|one| IDS.contains(&one.as_str()))
    }

    /// Whether it chooses a form of what is there, and no resource, given what it stands below.
    pub(super) fn only_chooses(&self, around: Option<&str>) -> bool {
        CHOOSING.contains(&self.plain.as_str()) && around != Some(self.resource.as_str())
    }

    /// Whether what it names is surely made for telling resources apart: a name may be any.
    pub(super) fn tells_apart(&self) -> bool {
        self.is_id() || self.members.iter().any(|one| ["code", "slug", "number"].contains(&one.as_str()))
    }

    /// Whether what it calls the resource says nothing of its kind.
    pub(super) fn is_general(&self) -> bool {
        ANY.iter().any(|word| stem(&[word]) == self.resource)
    }

    /// How well a member of a resource fits: less is better.
    pub(super) fn fits(&self, member: &Name, resource: &str, meant: Option<&str>) -> Option<Fitness> {
        if self.plain == member.plain && !self.is_bare_member() {
            return Some(Fitness(0));
        }
        let rest = self.plain.strip_suffix(&member.plain).filter(|rest| !rest.is_empty());
        if meant.is_none() && rest.is_some_and(|rest| stem(&[rest]) == resource) {
            return Some(Fitness(1));
        }
        if member.part {
            return None;
        }
        let of_resource = member.resource == resource || is_kind_of(&member.resource, resource);
        let [own] = member.members.as_slice() else { return None };
        let apart = match (member.is_bare_member(), of_resource) {
            (true, _) => 0,
            (false, true) => 20,
            (false, false) => return None,
        };
        let wanted: Vec<&str> = match meant {
            Some(meant) => vec![meant],
            None if self.members.is_empty() => vec!["id", "slug", "name", "key", "code"],
            None => self.members.iter().map(String::as_str).collect(),
        };
        wanted.iter().enumerate().find_map(|(index, want)| {
            let other = IDS.iter().position(|id| id == own).filter(|_| IDS.contains(want));
            let step = if want == own { Some(0) } else { other.map(|at| at + 1) };
            Some(Fitness(2 + apart + step? + index * 40))
        })
    }
}

/// Whether one resource is a kind of another: an authorised app is an app.
pub(super) fn is_kind_of(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && (one.ends_with(other) || other.ends_with(one))
}

impl Fitness {
    /// Whether two things are called the same.
    pub(super) fn is_exact(self) -> bool {
        self == Fitness(0)
    }
}

/// A word for what tells resources of a kind apart, if it is none for an id.
pub(super) fn other_than_id(word: &str) -> Option<&'static str> {
    KEYS.into_iter().find(|key| *key == word)
}

fn is_member(word: &str) -> bool {
    IDS.contains(&word) || KEYS.contains(&word)
}

/// The words of a name, in small letters.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let letters: Vec<char> = name.chars().take(LONGEST).collect();
    let mut word = String::new();
    for (index, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let before = index.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(index + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(|one| one.is_lowercase() || one.is_numeric())
                || (before.is_some_and(|one| one.is_uppercase())
                    && after.is_some_and(|one| one.is_lowercase())));
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.extend(letter.to_lowercase());
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// What is the same for one and for many of something: `categories` and `category`.
pub(crate) fn stem(words: &[&str]) -> String {
    let Some((last, before)) = words.split_last() else { return String::new() };
    before.concat() + &singular(last)
}

fn singular(word: &str) -> String {
    const ODD: [(&str, &str); 6] = [
        ("people", "person"),
        ("persons", "person"),
        ("children", "child"),
        ("indices", "index"),
        ("indexes", "index"),
        ("statuses", "status"),
    ];
    if let Some((_, one)) = ODD.iter().find(|(many, _)| *many == word) {
        return (*one).to_owned();
    }
    let kept = ["ss", "us", "sis", "xis"].iter().any(|end| word.ends_with(end));
    let one = word.strip_suffix('s').filter(|one| !kept && one.len() >= 2).unwrap_or(word);
    match one.strip_suffix("ie") {
        Some(before) => format!("{before}y"),
        None => one.strip_suffix('e').filter(|before| before.len() >= 2).unwrap_or(one).to_owned(),
    }
}

/// The resource that a part of a path is about.
pub(super) fn resource(part: &str) -> String {
    let words = words(part);
    stem(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What an operation creates, where its name begins with a word for that.
pub(super) fn created(name: &str) -> Option<String> {
    after_verb(name, &CREATING)
}

/// What an operation is about, where its name begins with a word for what it does to it.
pub(super) fn acted_upon(name: &str) -> Option<String> {
    after_verb(name, &ACTING)
}

fn after_verb(name: &str, verbs: &[&str]) -> Option<String> {
    let words = words(name);
    // Some generators put the method before everything else.
    let words = match words.split_first() {
        Some((first, rest))
            if ["post", "get", "put"].contains(&first.as_str()) && !verbs.contains(&first.as_str()) =>
        {
            rest
        }
        _ => &words[..],
    };
    let (first, rest) = words.split_first()?;
    // `getPodcastById`
    let rest: Vec<&str> = rest.iter().map(String::as_str).take_while(|word| *word != "by").collect();
    (verbs.contains(&first.as_str()) && !rest.is_empty()).then(|| stem(&rest))
}

/// Whether a part of a path is no more than a word for creating.
pub(super) fn is_verb_of_creating(part: &str) -> bool {
    CREATING.contains(&part.to_ascii_lowercase().as_str())
}

/// Whether the first word of a text is one for creating.
pub(super) fn is_creating(text: &str) -> bool {
    first_word(text).is_some_and(|word| CREATING.iter().any(|verb| is_form_of(&word, verb)))
}

/// Whether the first word of a text is one for what creates nothing.
pub(super) fn is_asking(text: &str) -> bool {
    first_word(text).is_some_and(|word| ASKING.iter().any(|verb| is_form_of(&word, verb)))
}

/// Whether the last part of a path is a word for what creates nothing.
pub(super) fn is_verb_of_asking(part: &str) -> bool {
    ASKING.contains(&part.to_ascii_lowercase().as_str())
}

/// Whether a text says that something is created.
pub(super) fn tells_of_creating(text: &str) -> bool {
    is_creating(text)
        || words(text).iter().any(|word| ["create", "creates", "upsert", "upserts"].contains(&word.as_str()))
}

/// Whether a word is another, or how one tells that it is done: `Creates`.
fn is_form_of(word: &str, verb: &str) -> bool {
    word == verb
        || word
            .strip_suffix("es")
            .or(word.strip_suffix('s'))
            .is_some_and(|one| one == verb || format!("{one}e") == verb)
}

fn first_word(text: &str) -> Option<String> {
    let mut words = words(text).into_iter();
    let first = words.next()?;
    if first == "post" { words.next() } else { Some(first) }
}

/// Which member a description says is meant, where it is not the id: "the name of the domain".
pub(super) fn meant(name: &Name, description: Option<&str>, resource: &str) -> Option<&'static str> {
    let description = description?;
    let is_open = name.stands_for(resource);
    if !is_open && !description.contains("instead of") {
        return None;
    }
    let words = words(description);
    let known = |word: &String| KEYS.into_iter().find(|key| key == word);
    let instead = words.windows(3).find_map(|three| match three {
        [word, instead, of] if instead == "instead" && of == "of" => Some(word),
        _ => None,
    });
    if let Some(word) = instead {
        return known(word);
    }
    let first = words.iter().find(|word| is_member(word) || word.starts_with("identifier"))?;
    known(first).filter(|_| is_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(parameter: &str, member: &str, resource: &str) -> Option<usize> {
        Name::of(parameter).fits(&Name::of(member), resource, None).map(|one| one.0)
    }

    #[test]
    fn names_are_read_however_they_are_spelt() {
        for name in ["customerId", "customer_id", "customer-id", "CustomerID", "CUSTOMER_ID", "customerid"] {
            let read = Name::of(name);
            assert_eq!((read.resource.as_str(), read.is_id()), ("customer", true), "{name}");
        }
        assert_eq!(Name::of("idOrName").members, ["id", "name"]);
        assert_eq!(Name::of("username").resource, "user");
        assert_eq!(Name::of("parentCustomerId").resource, "customer");
        assert_eq!(Name::of("id").resource, "");
        for short in ["customer", "cust", "c", "cid"] {
            assert!(Name::of(short).stands_for("customer"), "{short}");
        }
        assert!(!Name::of("code").stands_for("customer") && !Name::of("country").stands_for("customer"));
        assert!(!Name::of("version").only_chooses(Some(&resource("versions"))));
        assert!(Name::of("api_version").only_chooses(None) && !Name::of("versionId").only_chooses(None));
    }

    #[test]
    fn one_and_many_are_the_same_resource() {
        for (one, many) in [
            ("category", "categories"),
            ("movie", "movies"),
            ("address", "addresses"),
            ("box", "boxes"),
            ("house", "houses"),
            ("rule", "rules"),
            ("status", "statuses"),
            ("person", "people"),
            ("account-holder", "accountHolders"),
            ("tag_group", "tag-groups"),
            ("analysis", "analysis"),
        ] {
            assert_eq!(resource(one), resource(many), "{one} {many}");
        }
        assert_ne!(resource("access"), resource("acces"));
    }

    #[test]
    fn the_member_of_the_same_name_is_meant_then_the_id_then_another_word_for_it() {
        let order: Vec<_> = ["customer_id", "id", "uuid", "customerUuid"]
            .iter()
            .map(|member| fits("customerId", member, "customer").unwrap())
            .collect();
        assert!(order.is_sorted(), "{order:?}");
        for other in ["name", "accountId", "createdAt", "order_id", "parent_id", "parentCustomerId"] {
            assert_eq!(fits("customerId", other, "customer"), None, "{other}");
        }
        assert!(fits("slug", "slug", "post").is_some() && fits("slug", "id", "post").is_none());
        assert!(fits("tenant_name", "name", "tenant").is_some());
        assert!(fits("issue_iid", "iid", &resource("issues")) < fits("issue_iid", "id", &resource("issues")));
    }

    #[test]
    fn what_creates_and_what_only_asks_is_told_by_the_first_word() {
        assert_eq!(created("createAccountHolder").as_deref(), Some("accountholder".trim_end_matches('s')));
        assert_eq!(created("post-createAccount").as_deref(), Some("account"));
        assert_eq!(created("closeAccount"), None);
        assert!(is_creating("Creates a customer") && is_creating("Add an order"));
        assert!(
            is_asking("Searches for customers") && is_asking("validate") && !is_asking("Create a search")
        );
        assert_eq!(acted_upon("getCategoryById").as_deref(), Some("category"));
    }

    #[test]
    fn a_description_may_say_that_not_the_id_is_meant() {
        let name = |name: &str| Name::of(name);
        assert_eq!(meant(&name("domain"), Some("The name of the domain."), "domain"), Some("name"));
        assert_eq!(meant(&name("id"), Some("Use group name instead of `id`"), "group"), Some("name"));
        assert_eq!(meant(&name("project"), Some("The identifier or the name"), "project"), None);
        assert_eq!(meant(&name("id"), Some("Name of the thing"), "thing"), None);
    }
}
