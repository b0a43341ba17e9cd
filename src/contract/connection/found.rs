//! What the document tells of who gives what: paths, names and schemas.

use super::atlas::Atlas;
use super::member::{Form, Members, Wanted};
use super::name::{self, Fitness, Name};
use super::{Connection, Given, Kind, Reason, Source, Taking};
use crate::contract::Contract;
use crate::contract::expression::{Expression, Part};
use crate::contract::model::{Operation, Parameter, ParameterLocation};
use std::cell::OnceCell;
use std::collections::HashMap;

/// Finds who gives what an operation takes.
pub(super) struct Finder<'c> {
    pub(super) atlas: Atlas<'c>,
    members: Members<'c>,
    /// Those that make something and tell which other resource it belongs to, by its name.
    referring: OnceCell<HashMap<String, Vec<usize>>>,
}

/// A value that an operation takes.
pub(super) struct Need {
    /// Where it is taken.
    pub(super) into: Taking,
    name: Name,
    form: Form,
    /// The resource whose member it is.
    resource: String,
    meant: Option<&'static str>,
    /// Where it stands in the path.
    at: Option<usize>,
}

/// What a giver shows of a need.
struct Way {
    giver: usize,
    source: Source,
    fitness: Fitness,
}

impl<'c> Finder<'c> {
    pub(super) fn of(contract: &'c Contract) -> Finder<'c> {
        Finder {
            atlas: Atlas::of(&contract.operations),
            members: Members::new(contract),
            referring: OnceCell::new(),
        }
    }

    fn operation(&self, index: usize) -> &'c Operation {
        &self.atlas.operations[index]
    }

    /// What an operation takes that another may give, in the order in which it is looked for: what
    /// stands in the path from its end, then the rest.
    pub(super) fn needs(&self, taker: usize) -> Vec<Need> {
        let operation = self.operation(taker);
        let site = &self.atlas.sites[taker];
        let inside = site.parameters().rev().filter_map(|(at, name)| {
            let parameter = operation.parameters.iter().find(|one| is_in_path(one) && one.name == name)?;
            self.need(taker, parameter, Some(at))
        });
        let outside = operation.parameters.iter().filter(|one| one.required && !is_in_path(one));
        let outside = outside.filter_map(|parameter| self.need(taker, parameter, None));
        inside.chain(outside).chain(self.needs_of_body(taker)).collect()
    }

    fn need(&self, taker: usize, parameter: &Parameter, at: Option<usize>) -> Option<Need> {
        let written = match parameter.location {
            ParameterLocation::Header => parameter.name.strip_prefix("X-").unwrap_or(&parameter.name),
            _ => &parameter.name,
        };
        let name = Name::of(written);
        let form = self.members.form(parameter);
        let site = &self.atlas.sites[taker];
        let around = match at {
            Some(at) => at.checked_sub(1).and_then(|before| site.resource(before)),
            None if name.resource.is_empty() => site.last_text().map(|(_, resource)| resource),
            None => None,
        };
        if form.is_listed() || !form.is_scalar() || name.only_chooses(around) {
            return None;
        }
        let resource = around.unwrap_or(&name.resource).to_owned();
        let meant = match at {
            Some(at) => self.atlas.meant(taker, at, &name, parameter.description.as_deref()),
            None => name::meant(&name, parameter.description.as_deref(), &resource),
        };
        let into = Taking::Parameter(parameter.location, parameter.name.clone());
        let certain =
            at.is_some() || self.is_certain(&name, &resource, &form, parameter.description.as_deref());
        certain.then_some(Need { into, name, form, resource, meant, at })
    }

    /// Members of a body that must be there and name a resource; what the operation makes itself has
    /// its own name.
    fn needs_of_body(&self, taker: usize) -> Vec<Need> {
        let own = &self.atlas.about[taker];
        // What stands below something may be put there, and not be made: the member of a group.
        let is_nested = self.atlas.sites[taker].parameters().next().is_some();
        let required = self.members.required(taker);
        let named = required.iter().filter(|member| {
            let Name { resource, .. } = &member.name;
            !resource.is_empty() && (!own.contains(resource) || (is_nested && member.name.is_id()))
        });
        let needs = named.filter_map(|member| {
            let form = self.members.form_of_member(member);
            let resource = &member.name.resource;
            let certain = !form.is_listed() && self.is_certain(&member.name, resource, &form, None);
            certain.then(|| Need {
                into: Taking::Body(member.at.clone()),
                name: member.name.clone(),
                resource: member.name.resource.clone(),
                form,
                meant: None,
                at: None,
            })
        });
        needs.collect()
    }

    /// Whether what is not in the path surely names a resource.
    fn is_certain(&self, name: &Name, resource: &str, form: &Form, description: Option<&str>) -> bool {
        if name.is_bare_member() {
            return name.plain == "id" && self.atlas.has(resource);
        }
        if !self.atlas.knows(resource) {
            return false;
        }
        if !name.members.is_empty() {
            return name.tells_apart() || self.atlas.is_in_a_path(name);
        }
        let told = description.is_some_and(|text| {
            name::words(text).iter().any(|word| matches!(word.as_str(), "id" | "identifier" | "uuid"))
        });
        told || form.is_no_word()
    }

    /// Every way in which an operation can be given something, by a guess.
    pub(super) fn ways(&self, taker: usize, need: &Need) -> Vec<Connection> {
        let mut found = Vec::new();
        let shown = self.listed_above(taker, need);
        if let Some(at) = need.at {
            let made = self.below(taker, at, need);
            if made.is_empty() {
                let puts = self.atlas.puts(taker, at);
                found.extend(puts.iter().filter_map(|giver| self.put(taker, *giver, at, need)));
            }
            found.extend(made);
        }
        if found.is_empty() {
            let mut named = self.named(taker, need, Kind::Made);
            // What has a list of its own may be another that is called the same.
            named.retain(|one| {
                shown.is_empty() || self.atlas.is_the_same_collection(taker, need.at, one.giver)
            });
            found.extend(named);
        }
        found.extend(shown);
        if found.is_empty() {
            found.extend(self.named(taker, need, Kind::Shown));
        }
        if found.is_empty() && need.at.is_some() {
            found.extend(self.referred(taker, need));
        }
        found
    }

    /// The list above shows it.
    fn listed_above(&self, taker: usize, need: &Need) -> Vec<Connection> {
        let Some(at) = need.at else { return Vec::new() };
        let wanted = self.wanted(need, &need.resource);
        let lists = self.atlas.lists(taker, at).into_iter();
        let shown = lists.filter_map(|giver| self.listed(giver, &wanted));
        shown.map(|way| self.connect(taker, need, way, (Kind::Shown, Reason::Listed), at)).collect()
    }

    /// Whether the caller of an operation chooses a value that makes something new.
    pub(super) fn chooses(&self, taker: usize, need: &Need) -> bool {
        let Some(at) = need.at else { return false };
        need.form.is_text()
            && self.atlas.puts(taker, at).contains(&taker)
            && self.below(taker, at, need).is_empty()
    }

    /// What is created by a POST on a collection stands below it.
    fn below(&self, taker: usize, at: usize, need: &Need) -> Vec<Connection> {
        let wanted = self.wanted(need, &need.resource);
        let makers = self.atlas.makers(taker, at).into_iter();
        let ways = makers.filter_map(|giver| {
            let way = self.made(giver, &wanted);
            let located = || Some((self.located(taker, giver, at)?, Reason::Location));
            let found = || Some((self.found(taker, giver, &wanted, at)?, Reason::Found));
            way.map(|way| (way, Reason::Below)).or_else(located).or_else(found)
        });
        ways.map(|(way, reason)| self.connect(taker, need, way, (Kind::Made, reason), at)).collect()
    }

    /// Whether what an operation answers with is what its path leads through, so that the id in it is
    /// that of the parent.
    fn answers_with_parent(&self, giver: usize) -> bool {
        let parent = self.atlas.read_of_parent(giver);
        parent.is_some_and(|parent| self.members.answer_alike(giver, parent))
    }

    /// Whoever puts something there chooses its id.
    fn put(&self, taker: usize, giver: usize, at: usize, need: &Need) -> Option<Connection> {
        let name = self.atlas.sites[giver].parameter(at)?;
        let parameter =
            self.operation(giver).parameters.iter().find(|one| is_in_path(one) && one.name == name)?;
        let form = self.members.form(parameter);
        if giver == taker || form.is_listed() || !form.is_text() {
            return None;
        }
        let source = Source::Exchange(Expression::Request(Part::Path(name.to_owned())));
        let way = Way { giver, source, fitness: Fitness(0) };
        Some(self.connect(taker, need, way, (Kind::Made, Reason::Put), at))
    }

    /// Names agree, wherever it is made or shown.
    fn named(&self, taker: usize, need: &Need, kind: Kind) -> Vec<Connection> {
        for resource in self.resources(taker, need) {
            let givers = match kind {
                Kind::Made => self.atlas.makers_of(&resource, taker),
                Kind::Shown => self.atlas.lists_of(&resource, taker),
            };
            let wanted = self.wanted(need, &resource);
            let ways = givers.into_iter().filter_map(|giver| match kind {
                Kind::Made if self.only_joins(giver, &resource) => None,
                Kind::Made => self.made(giver, &wanted).filter(|way| self.is_told(need, way)),
                Kind::Shown => self.listed(giver, &wanted).filter(|_| need.name.is_id() || need.at.is_some()),
            });
            let found: Vec<Connection> = ways.map(|way| self.connect_apart(taker, need, way, kind)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// What is made elsewhere tells that it belongs to one.
    fn referred(&self, taker: usize, need: &Need) -> Option<Connection> {
        let about = |giver: usize| self.atlas.about[giver].iter().map(String::as_str).collect::<Vec<_>>();
        let referring = self.referring.get_or_init(|| {
            let mut all: HashMap<String, Vec<usize>> = HashMap::new();
            for giver in self.atlas.all_makers() {
                for resource in self.members.named_in_answer(giver, &about(giver)) {
                    all.entry(resource).or_default().push(giver);
                }
            }
            all
        });
        self.resources(taker, need).iter().find_map(|resource| {
            let [giver] = referring.get(resource)?.as_slice() else { return None };
            let at = self.members.of_another(*giver, &about(*giver), resource, &need.form)?;
            let source = Source::Exchange(Expression::Response(Part::Body(at.as_str().into())));
            let way = Way { giver: *giver, source, fitness: Fitness(0) };
            (*giver != taker).then(|| self.connect_apart(taker, need, way, Kind::Shown))
        })
    }

    /// Whether an operation is told which of a resource it is about, and so puts it somewhere and does
    /// not make it.
    fn only_joins(&self, giver: usize, resource: &str) -> bool {
        let is_nested = self.atlas.sites[giver].parameters().next().is_some();
        let required = self.members.required(giver);
        is_nested && required.iter().any(|member| member.name.resource == resource && member.name.is_id())
    }

    /// The resources that a need may be about, the likeliest first.
    fn resources(&self, taker: usize, need: &Need) -> Vec<String> {
        let own = &need.name.resource;
        let mut resources: Vec<String> = Vec::new();
        let mut add = |resource: &str| {
            if !resource.is_empty() && !resources.iter().any(|known| known == resource) {
                resources.push(resource.to_owned());
            }
        };
        let is_other = !own.is_empty() && !name::is_kind_of(own, &need.resource) && self.atlas.knows(own);
        if is_other {
            // What is addressed here belongs to another collection.
            add(own);
        } else {
            add(own);
            add(&need.resource);
            let last = self.atlas.sites[taker].parameters().next_back().map(|(at, _)| at);
            if let Some(at) = need.at.filter(|_| need.name.is_bare_member()) {
                // Where the path says nothing, what is done there may be called by what it is done to.
                let own = Some(taker).filter(|_| need.at == last);
                let calls = own.into_iter().chain(self.atlas.read_of(taker, at));
                for id in calls.map(|index| &self.operation(index).id) {
                    add(&name::acted_upon(id).unwrap_or_default());
                }
            }
        }
        resources
    }

    /// What is looked for where a resource is made or shown.
    fn wanted<'n>(&self, need: &'n Need, resource: &'n str) -> Wanted<'n> {
        let own = &need.name.resource;
        let is_kin = name::is_kind_of(own, resource) || need.name.stands_for(resource);
        let apart = !own.is_empty() && !is_kin && !need.name.is_general();
        let exactly = apart && (need.name.members.is_empty() || self.atlas.knows(own));
        Wanted { name: &need.name, resource, meant: need.meant, form: &need.form, exactly }
    }

    /// Where an operation that makes something shows it, or is told it.
    fn made(&self, giver: usize, wanted: &Wanted<'_>) -> Option<Way> {
        let about: Vec<&str> = self.atlas.about[giver].iter().map(String::as_str).collect();
        if let Some((fitness, at)) = self.members.in_answer(giver, &about, wanted) {
            let source = Source::Exchange(Expression::Response(Part::Body(at.as_str().into())));
            if fitness.is_exact() || !self.answers_with_parent(giver) {
                return Some(Way { giver, source, fitness });
            }
        }
        let (fitness, at) = self.chosen_by_caller(giver, wanted)?;
        let source = Source::Exchange(Expression::Request(Part::Body(at.as_str().into())));
        Some(Way { giver, source, fitness })
    }

    /// The member of a request that the caller chooses and that becomes the id.
    fn chosen_by_caller(&self, giver: usize, wanted: &Wanted<'_>) -> Option<(Fitness, String)> {
        if let found @ Some(_) = self.members.in_request(giver, wanted) {
            return found;
        }
        // `{tenant}` here, and `{tenant_name}` there.
        let is_open = wanted.name.stands_for(wanted.resource);
        let below = self.atlas.names_below(giver).iter();
        let told = below.flat_map(|name| &name.members).find_map(|member| name::other_than_id(member));
        let about: Vec<&str> = self.atlas.about[giver].iter().map(String::as_str).collect();
        let meant = told.or_else(|| self.members.shows_nothing(giver, &about).then_some("name"))?;
        let wanted = Wanted { meant: Some(meant), ..*wanted };
        is_open.then(|| self.members.in_request(giver, &wanted)).flatten()
    }

    /// Where the first item of a list shows something.
    fn listed(&self, giver: usize, wanted: &Wanted<'_>) -> Option<Way> {
        let about: Vec<&str> = self.atlas.about[giver].iter().map(String::as_str).collect();
        let (fitness, item) = self.members.in_list(giver, &about, wanted)?;
        Some(Way { giver, source: item.source(), fitness })
    }

    /// Where the list of a collection shows what an operation made in it, whose answer does not tell.
    fn found(&self, taker: usize, giver: usize, wanted: &Wanted<'_>, at: usize) -> Option<Way> {
        let key = self.atlas.sites[giver].whole_key();
        let of_collection = |list: &usize| self.atlas.sites[*list].whole_key() == key;
        let list = self.atlas.lists(taker, at).into_iter().find(of_collection)?;
        let about: Vec<&str> = self.atlas.about[list].iter().map(String::as_str).collect();
        let (fitness, item) = self.members.in_list(list, &about, wanted)?;
        let shows = self.members.shows_a_text_of(list, &about, giver);
        shows.then_some(Way { giver, source: Source::Listed { list, item }, fitness })
    }

    /// `Location` leads to what was created.
    fn located(&self, taker: usize, giver: usize, at: usize) -> Option<Way> {
        let mut responses = self.operation(giver).responses_of_class(2);
        let leads = responses.any(|response| {
            response.headers.iter().any(|header| header.name.eq_ignore_ascii_case("location"))
        });
        let parameter = self.atlas.sites[taker].parameter(at)?.to_owned();
        let template = until(&self.operation(taker).path, &parameter)?.to_owned();
        leads.then(|| Way { giver, source: Source::Location { template, parameter }, fitness: Fitness(0) })
    }

    /// Whether what a giver has is surely what a need outside of a path is about: another member than
    /// an id must be called the same, or be what tells such resources apart.
    fn is_told(&self, need: &Need, way: &Way) -> bool {
        need.at.is_some()
            || need.name.is_id()
            || need.name.members.is_empty()
            || way.fitness.is_exact()
            || self.atlas.names_below(way.giver).iter().any(|name| name.members == need.name.members)
    }

    /// What is made or shown at the same place, with what stands before it.
    fn connect(
        &self,
        taker: usize,
        need: &Need,
        way: Way,
        (kind, reason): (Kind, Reason),
        at: usize,
    ) -> Connection {
        let mut gives = self.around(taker, way.giver, at);
        gives.push(Given { into: need.into.clone(), from: way.source });
        let giver = way.giver;
        Connection { giver, taker, gives, kind, reason, at: self.operation(giver).at.clone() }
    }

    /// The same of what is made or shown elsewhere.
    fn connect_apart(&self, taker: usize, need: &Need, way: Way, kind: Kind) -> Connection {
        let (own, other) = (&self.atlas.sites[taker], &self.atlas.sites[way.giver]);
        let end = own.alike(other).min(need.at.unwrap_or(usize::MAX));
        let mut gives = self.around(taker, way.giver, end);
        let Way { giver, source, .. } = way;
        if let Some(at) = need.at {
            let parents: Vec<usize> =
                own.parameters().map(|(place, _)| place).filter(|place| *place < at).collect();
            for place in parents.into_iter().filter(|place| *place >= end) {
                gives.extend(self.parent(taker, giver, place));
            }
        }
        gives.push(Given { into: need.into.clone(), from: source });
        let at = self.operation(giver).at.clone();
        Connection { giver, taker, gives, kind, reason: Reason::Named, at }
    }

    /// What stands in both paths before a position.
    pub(super) fn around(&self, taker: usize, giver: usize, end: usize) -> Vec<Given> {
        let (own, other) = (&self.atlas.sites[taker], &self.atlas.sites[giver]);
        let shared = own.parameters().take_while(|(at, _)| *at < end);
        let shared = shared.filter_map(|(at, name)| Some((name, other.parameter(at)?)));
        let taken = shared.filter(|(name, _)| self.takes(taker, name));
        taken
            .map(|(name, theirs)| Given {
                into: Taking::Parameter(ParameterLocation::Path, name.to_owned()),
                from: Source::Exchange(Expression::Request(Part::Path(theirs.to_owned()))),
            })
            .collect()
    }

    /// What the body of a giver says is the parent of what it makes.
    fn parent(&self, taker: usize, giver: usize, at: usize) -> Option<Given> {
        let site = &self.atlas.sites[taker];
        let name = site.parameter(at)?;
        let parameter =
            self.operation(taker).parameters.iter().find(|one| is_in_path(one) && one.name == name)?;
        let need = self.need(taker, parameter, Some(at))?;
        let at = self.members.parent_in_request(giver, &need.name, &need.resource, &need.form)?;
        Some(Given {
            into: need.into,
            from: Source::Exchange(Expression::Request(Part::Body(at.as_str().into()))),
        })
    }

    /// Whether a parameter of the path takes anything at all.
    fn takes(&self, taker: usize, name: &str) -> bool {
        let parameter =
            self.operation(taker).parameters.iter().find(|one| is_in_path(one) && one.name == name);
        parameter.is_some_and(|one| {
            let form = self.members.form(one);
            let site = &self.atlas.sites[taker];
            let at = site.parameters().find(|(_, known)| *known == name).map(|(at, _)| at);
            let around = at.and_then(|at| at.checked_sub(1)).and_then(|before| site.resource(before));
            !form.is_listed() && form.is_scalar() && !Name::of(&one.name).only_chooses(around)
        })
    }
}

fn is_in_path(parameter: &Parameter) -> bool {
    parameter.location == ParameterLocation::Path
}

/// A path template until the end of a parameter.
fn until<'p>(path: &'p str, parameter: &str) -> Option<&'p str> {
    let inside = format!("{{{parameter}}}");
    let from = path.find(&inside)? + inside.len();
    let end = path[from..].find('/').map_or(path.len(), |at| from + at);
    Some(&path[..end])
}
