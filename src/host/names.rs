//! Names of members and parameters, compared by the words in them.

pub(super) use crate::contract::connection::words;

use crate::contract::connection::stem;

/// Words that name an id of no meaning.
const IDS: &[&str] = &["id", "uuid", "guid", "sid", "uid", "oid", "identifier"];
/// Words that name what can be an id, the likest first.
const KEYS: &[&str] =
    &["id", "uuid", "guid", "sid", "uid", "oid", "key", "slug", "name", "number", "code", "token", "handle"];

/// What the paths of a contract call the resources of one collection by.
#[derive(Clone, Debug, Default)]
pub(super) struct Called {
    /// The words of each parameter that stands for one; of `idOrName`, both.
    parameters: Vec<Vec<String>>,
    /// What one and many of them have in common.
    noun: String,
}

/// A name in small letters, without what stands between its words.
pub(super) fn joined(name: &str) -> String {
    words(name).concat()
}

/// What one and many of something have in common, whose name is in several words.
fn stem_of(words: &[String]) -> String {
    stem(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whether a name is that of an id of no meaning, which is given out and not chosen.
pub(super) fn is_id(name: &str) -> bool {
    words(name).last().is_some_and(|last| IDS.contains(&last.as_str()))
}

impl Called {
    /// Of a collection with a name.
    pub(super) fn of(collection: &str) -> Called {
        Called { parameters: Vec::new(), noun: stem_of(&words(collection)) }
    }

    /// One more name of a parameter that stands for one of them.
    pub(super) fn by(&mut self, parameter: &str) {
        for name in words(parameter).split(|word| word == "or").filter(|name| !name.is_empty()) {
            // `userid` is two words, too.
            let split = |key: &&str| {
                let start = name.first()?.strip_suffix(*key).filter(|start| stem(&[start]) == self.noun)?;
                Some(vec![start.to_owned(), (*key).to_owned()])
            };
            let name = KEYS.iter().find_map(split).filter(|_| name.len() == 1).unwrap_or(name.to_vec());
            if !self.parameters.contains(&name) {
                self.parameters.push(name);
            }
        }
    }

    /// The same with the names that another one has.
    pub(super) fn and(&mut self, other: &Called) {
        for name in &other.parameters {
            if !self.parameters.contains(name) {
                self.parameters.push(name.clone());
            }
        }
    }

    /// Whether a name is that of one of them.
    pub(super) fn is_one(&self, name: &str) -> bool {
        !self.noun.is_empty() && stem_of(&words(name)) == self.noun
    }

    /// How well the name of a member says that it is what a path calls a resource by; 0 is best.
    pub(super) fn agrees(&self, member: &str) -> Option<u8> {
        let member = words(member);
        self.parameters.iter().filter_map(|parameter| self.rank(parameter, &member)).min()
    }

    fn rank(&self, parameter: &[String], member: &[String]) -> Option<u8> {
        let last = parameter.last()?.as_str();
        let (own, of) = member.split_last().map(|(own, of)| (own.as_str(), stem_of(of)))?;
        let is_of = of == self.noun && !of.is_empty();
        let is_vague = self.is_vague(parameter);
        if member.concat() == parameter.concat() {
            Some(0)
        } else if parameter.len() > 1 && KEYS.contains(&last) && member.len() == 1 && own == last {
            Some(1)
        } else if is_of && own == last {
            Some(2)
        } else if is_vague && own == "id" && (is_of || member.len() == 1) {
            Some(3)
        } else if is_vague && IDS.contains(&own) && member.len() == 1 {
            Some(4)
        } else {
            None
        }
    }

    /// How likely a member is what such a parameter stands for about which nothing better is said.
    pub(super) fn may_agree(&self, member: &str) -> Option<usize> {
        let is_vague = self.parameters.iter().any(|parameter| self.is_vague(parameter));
        KEYS.iter().position(|key| joined(member) == *key).filter(|_| is_vague)
    }

    /// Whether a path may call a resource by a member besides its id: by another of the names that the
    /// parameter gives, or, where it gives none but that of the resource, by what people call it.
    pub(super) fn also_by(&self, member: &str) -> bool {
        let words = words(member);
        let is_noun = |parameter: &Vec<String>| stem_of(parameter) == self.noun;
        self.parameters.iter().any(|parameter| self.rank(parameter, &words).is_some_and(|rank| rank < 3))
            || self.parameters.iter().any(is_noun) && KEYS.contains(&words.concat().as_str())
    }

    /// Whether a parameter does not say which member it stands for.
    fn is_vague(&self, parameter: &[String]) -> bool {
        parameter.last().is_some_and(|last| IDS.contains(&last.as_str())) || stem_of(parameter) == self.noun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'m>(collection: &str, parameter: &str, members: &[&'m str]) -> Option<&'m str> {
        let mut called = Called::of(collection);
        called.by(parameter);
        let ranked = members.iter().filter_map(|member| Some((called.agrees(member)?, *member)));
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, member)| member)
    }

    #[test]
    fn the_member_that_a_parameter_stands_for_is_found_by_its_words() {
        for (collection, parameter, members, expected) in [
            ("customers", "customerId", &["name", "id"][..], Some("id")),
            ("customers", "customerId", &["id", "customer_id"], Some("customer_id")),
            ("Calls", "CallSid", &["account_sid", "sid"], Some("sid")),
            ("categories", "id", &["categoryId", "name"], Some("categoryId")),
            ("projects", "idOrName", &["name", "accountId"], Some("name")),
            ("teams", "team", &["id", "slug"], Some("id")),
            ("posts", "slug", &["id", "slug"], Some("slug")),
            ("orders", "orderNumber", &["id", "number"], Some("number")),
            ("orders", "uuid", &["order_uuid"], Some("order_uuid")),
            ("movies", "id", &["director_id", "movie_id"], Some("movie_id")),
            ("users", "userid", &["name", "id"], Some("id")),
            ("movies", "movieid", &["id", "movieid"], Some("movieid")),
            ("users", "username", &["id", "username"], Some("username")),
            ("posts", "slug", &["id", "title"], None),
            ("addresses", "addressId", &["customerId", "city"], None),
        ] {
            assert_eq!(best(collection, parameter, members), expected, "{parameter}");
        }
    }
}
