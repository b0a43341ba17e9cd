//! Stories: what is done to a resource of the run's own, and what the service shows of it before and
//! after.

mod deeds;

use super::base::Base;
use super::supply::Supplier;
use super::{About, Deriver};
use crate::contract::connection::Kind;
use crate::contract::model::{Parameter, StatusRange};
use crate::contract::{Connection, Operation, ParameterLocation};
use crate::exchange::Request;
use crate::plan::story::{Part, Story, Tells, Until};
use crate::plan::ways::PARENTS;
use crate::plan::{Case, Expectation, Need, Place, Role, Scenario, Verdict, guard};
use deeds::Deed;

/// How soon it is worth to know what a service remembers.
const WORTH: u8 = 2;

/// Those that make, show and list a resource, each with what it is asked with.
struct Crew<'c> {
    /// Makes it, where a story is about one that is there.
    supplier: Option<Supplier<'c>>,
    reader: Option<(Deriver<'c>, Request)>,
    /// Lists all of its kind, if there is one that takes nothing of its own.
    list: Option<(Deriver<'c>, Request)>,
}

impl<'c> Deriver<'c> {
    /// The stories that turn on this operation.
    pub(super) fn stories(&mut self, request: &Request, base: Option<&Base>) {
        if self.operation.method == "POST" {
            self.posted(request, base);
            return;
        }
        let Some(crew) = &mut self.crew() else { return };
        match (self.operation.method.as_str(), base.filter(|base| base.value.is_object())) {
            ("GET", _) => {
                self.created(crew);
                self.elsewhere(crew);
            }
            ("PUT", Some(base)) => {
                let deeds = self.replacements(request, base);
                for deed in &deeds {
                    self.changed_so(crew, Tells::Replaced, deed);
                }
            }
            ("PATCH", Some(base)) => {
                let deeds = self.patches(request, base);
                for deed in &deeds {
                    self.changed_so(crew, Tells::Modified, deed);
                }
            }
            ("DELETE", _) => self.deleted(crew, request),
            _ => {}
        }
        if guard::changes(&self.operation.method) {
            for deed in self.misdeeds(request, base) {
                self.refused(crew, &deed);
            }
        }
    }

    /// The stories that turn on a POST: what is refused leaves nothing in the list above it, and what is
    /// done to a resource can be done once.
    fn posted(&mut self, request: &Request, base: Option<&Base>) {
        let operations = &self.contract.operations;
        let lists = |other: &Operation| other.method == "GET" && other.path == self.operation.path;
        if let Some(list) = operations.iter().position(lists).and_then(|list| self.asking(list)) {
            let mut crew = Crew { supplier: None, reader: None, list: Some(list) };
            for deed in self.misdeeds(request, base) {
                let mut scene = Scene::of(self, &mut crew, Tells::Refused, deed.variant);
                scene.does(Part::Act, &deed);
                scene.lists(None);
                scene.end();
            }
        }
        let refuses = |code: u16| {
            self.operation.response(code).is_some_and(|one| one.status == StatusRange::Code(code))
        };
        if !(refuses(409) || refuses(422)) || base.is_some() {
            return;
        }
        let Some(crew) = &mut self.crew() else { return };
        let deed = Deed { request: request.clone(), variant: "twice", words: "what is done once".into() };
        let mut scene = Scene::of(self, crew, Tells::Done, "");
        scene.makes(Part::Made);
        scene.does(Part::Act, &deed);
        scene.does(Part::Again, &deed);
        scene.end();
    }

    /// Those of the same resource.
    fn crew(&self) -> Option<Crew<'c>> {
        let operations = &self.contract.operations;
        let own = &self.operation.path;
        let path = if self.operation.method == "POST" { own.rsplit_once('/')?.0 } else { own };
        let (above, last) = path.rsplit_once('/')?;
        let name = last.strip_prefix('{')?.strip_suffix('}')?;
        let maker = |index: usize| {
            let gives = |way: &&Connection| {
                way.kind == Kind::Made
                    && way.gives.iter().any(|given| given.into.is(ParameterLocation::Path, name))
            };
            self.ways.to(index).iter().find(gives).map(|way| way.giver)
        };
        let own = maker(self.index)?;
        let reads = |index: &usize| {
            let other = &operations[*index];
            other.method == "GET" && other.path == path && maker(*index) == Some(own)
        };
        let lists = |index: &usize| {
            let other = &operations[*index];
            let takes = |one: &Parameter| one.required && one.location != ParameterLocation::Path;
            other.method == "GET" && other.path == above && !other.parameters.iter().any(takes)
        };
        // What no answer tells of is looked for in its list anyway.
        let is_told = self.ways.list(own).is_none() && operations[own].method == "POST";
        let all = 0..operations.len();
        let reader = all.clone().find(reads).filter(|_| is_told)?;
        let list = all.clone().find(lists).and_then(|list| self.asking(list));
        Some(Crew { supplier: Some(Supplier::of(self.of(own))?), reader: Some(self.asking(reader)?), list })
    }

    fn created(&mut self, crew: &mut Crew<'c>) {
        let operations = &self.contract.operations;
        let is_stated = |maker: &Operation| {
            let mut links = maker.responses.iter().flat_map(|response| &response.links);
            let here = |at: &str| self.operation.at == at;
            links.any(|link| {
                link.read_back.is_some() && link.leads.as_ref().is_ok_and(|lead| here(&lead.operation))
            })
        };
        // What a link says about the same is held already.
        let maker = crew.supplier.as_ref().map(|supplier| &operations[supplier.deriver.index]);
        if maker.is_some_and(is_stated) {
            return;
        }
        for telling in [false, true] {
            let variant = if telling { "to-the-letter" } else { "" };
            let mut scene = Scene::of(self, crew, Tells::Created, variant);
            scene.makes_whole(telling);
            let read = scene.reads(Part::After, Some(Until::There));
            if !telling {
                scene.reads(Part::Again, None);
                scene.lists(Some(Until::Names(read)));
            }
            scene.end();
        }
    }

    /// What stands below one resource does not stand below another of its kind.
    fn elsewhere(&mut self, crew: &mut Crew<'c>) {
        let mut scene = Scene::of(self, crew, Tells::Elsewhere, "");
        scene.makes(Part::Made);
        if scene.makes_elsewhere() {
            scene.reads(Part::Before, None);
            scene.reads(Part::Elsewhere, None);
            scene.end();
        }
    }

    fn changed_so(&mut self, crew: &mut Crew<'c>, tells: Tells, deed: &Deed) {
        let mut scene = Scene::of(self, crew, tells, deed.variant);
        scene.makes(Part::Made);
        let is_first = matches!(deed.variant, deeds::WHOLE | deeds::PART);
        if is_first {
            scene.makes(Part::MadeBeside);
        }
        let before = scene.reads(Part::Before, None);
        if is_first {
            scene.reads(Part::BesideBefore, None);
        }
        scene.does(Part::Act, deed);
        scene.reads(Part::After, Some(Until::OtherThan(before)));
        if is_first {
            scene.reads(Part::BesideAfter, None);
        }
        if is_first && tells == Tells::Replaced {
            scene.does(Part::Again, deed);
            scene.reads(Part::AfterAgain, None);
        }
        scene.end();
    }

    fn deleted(&mut self, crew: &mut Crew<'c>, request: &Request) {
        let deed =
            Deed { request: request.clone(), variant: "whole", words: "what is there is deleted".into() };
        let mut scene = Scene::of(self, crew, Tells::Deleted, "");
        scene.makes(Part::Made);
        scene.makes(Part::MadeBeside);
        let before = scene.reads(Part::Before, None);
        scene.reads(Part::BesideBefore, None);
        scene.does(Part::Act, &deed);
        scene.reads(Part::After, Some(Until::Gone));
        scene.reads(Part::BesideAfter, None);
        scene.lists(Some(Until::NamesNot(before)));
        // Nothing is deleted twice: the id may have been given to somebody else meanwhile.
        scene.end();
    }

    fn refused(&mut self, crew: &mut Crew<'c>, deed: &Deed) {
        let mut scene = Scene::of(self, crew, Tells::Refused, deed.variant);
        scene.makes(Part::Made);
        scene.reads(Part::Before, None);
        scene.does(Part::Act, deed);
        scene.reads(Part::After, None);
        scene.end();
    }
}

/// A story as it is told, step by step.
struct Scene<'d, 'c> {
    deriver: &'d mut Deriver<'c>,
    crew: &'d mut Crew<'c>,
    tells: Tells,
    /// What tells it from others of its operation.
    name: String,
    parts: Vec<Part>,
    cases: Vec<Case>,
}

impl<'d, 'c> Scene<'d, 'c> {
    fn of(
        deriver: &'d mut Deriver<'c>,
        crew: &'d mut Crew<'c>,
        tells: Tells,
        variant: &str,
    ) -> Scene<'d, 'c> {
        let join = if variant.is_empty() { "" } else { "/" };
        let name = format!("{}/{}{join}{variant}", deriver.operation.id, tells.name());
        Scene { deriver, crew, tells, name, parts: Vec::new(), cases: Vec::new() }
    }

    /// Whose resource a part is about.
    fn purpose(&self, part: Part) -> String {
        match part {
            Part::MadeBeside | Part::BesideBefore | Part::BesideAfter => format!("{}/beside", self.name),
            Part::MadeElsewhere | Part::Elsewhere => format!("{}/elsewhere", self.name),
            _ => self.name.clone(),
        }
    }

    fn makes(&mut self, part: Part) {
        let purpose = self.purpose(part);
        let made = self.crew.supplier.as_mut().map(|supplier| supplier.supplies(&purpose));
        for case in made.into_iter().flat_map(|made| made.cases) {
            self.step(part, case);
        }
    }

    /// Makes the resource with all that is declared, and with values that show what becomes of them.
    fn makes_whole(&mut self, telling: bool) {
        let purpose = self.purpose(Part::Made);
        if let Some(case) = self.crew.supplier.as_mut().map(|supplier| supplier.tells(&purpose, telling)) {
            self.step(Part::Made, case);
        }
    }

    /// Makes what another such resource could stand below; whether it could.
    fn makes_elsewhere(&mut self) -> bool {
        let purpose = self.purpose(Part::Elsewhere);
        let Some(supplier) = &self.crew.supplier else { return false };
        let (deriver, parents) = (&supplier.deriver, Kind::Made);
        let above = deriver.ways.to(deriver.index);
        let Some(way) =
            above.iter().find(|way| way.kind == parents && deriver.ways.list(way.giver).is_none())
        else {
            return false;
        };
        let Some(mut parent) = Supplier::of(deriver.of(way.giver)) else { return false };
        for case in parent.supplies(&purpose).cases {
            self.step(Part::MadeElsewhere, case);
        }
        true
    }

    fn reads(&mut self, part: Part, until: Option<Until>) -> usize {
        let purpose = self.purpose(part);
        let elsewhere = (part == Part::Elsewhere).then(|| self.elsewhere()).flatten();
        let Some((reader, read)) = &mut self.crew.reader else { return 0 };
        let about = about(&self.name, part, &reader.operation.at, "what the service shows of it");
        // Where somebody says what it is found by, it must be there as anything else.
        let is_guessed = reader.ways.values(reader.index).iter().any(|need| !need.stated);
        let is_doubtful = match until {
            Some(Until::Gone) => true,
            Some(Until::There) => is_guessed,
            _ => matches!(part, Part::BesideAfter | Part::Elsewhere),
        };
        let expectation =
            is_doubtful.then(|| Expectation::either("what it shows is held against what was done"));
        let mut case = reader.case(about.as_about(), read.clone(), expectation);
        case.needs = case.needs.map(|needs| match elsewhere {
            Some(above) => needs.with(&self.name).but(&above, &purpose),
            None => needs.with(&purpose),
        });
        case.until = until;
        self.step(part, case)
    }

    /// What the reader takes of whatever the resource stands below, as its maker takes it.
    fn elsewhere(&self) -> Option<Vec<Need>> {
        let deriver = &self.crew.supplier.as_ref()?.deriver;
        Some(deriver.ways.values(deriver.index).iter().filter(|need| need.giver.is_some()).cloned().collect())
    }

    fn lists(&mut self, until: Option<Until>) {
        let Some((list, request)) = &mut self.crew.list else { return };
        let about = about(&self.name, Part::Listed, &list.operation.at, "what the service lists");
        let mut case = list.case(about.as_about(), request.clone(), None);
        case.needs = case.needs.map(|needs| needs.with(PARENTS));
        case.until = until;
        self.step(Part::Listed, case);
    }

    fn does(&mut self, part: Part, deed: &Deed) {
        let about = about(&self.name, part, &self.deriver.operation.at, &deed.words);
        // What is done once more may be refused for that.
        let is_doubtful = part == Part::Again && self.tells == Tells::Done;
        let expectation =
            is_doubtful.then(|| Expectation::either("what is done once may be refused the second time"));
        let mut case = self.deriver.case(about.as_about(), deed.request.clone(), expectation);
        let purpose = if self.crew.supplier.is_some() { self.purpose(part) } else { PARENTS.to_owned() };
        let needs = || {
            let index = self.deriver.index;
            let asked = (&deed.request, Verdict::Accept, case.key.as_str());
            self.deriver.ways.needs(self.deriver.contract, index, asked)
        };
        case.needs = case.needs.take().or_else(needs).map(|needs| needs.with(&purpose));
        self.step(part, case);
    }

    fn step(&mut self, part: Part, mut case: Case) -> usize {
        case.role = Role::Story;
        self.parts.push(part);
        self.cases.push(case);
        self.cases.len() - 1
    }

    fn end(self) {
        let Scene { deriver, tells, parts, cases, .. } = self;
        let story = Story { tells, parts };
        let told = [Part::Act, Part::After, Part::Elsewhere].into_iter().find_map(|part| story.step(part));
        let Some(act) = told else { return };
        let (id, operation) = (cases[act].id.clone(), deriver.index);
        deriver.draft(WORTH, Scenario { cases, story: Some(story), ..Scenario::of(id, operation) });
    }
}

/// What a step is about.
struct Step {
    variant: String,
    at: String,
    words: String,
}

fn about(name: &str, part: Part, at: &str, words: &str) -> Step {
    Step { variant: format!("{name}/{}", part.name()), at: at.to_owned(), words: words.to_owned() }
}

impl<'c> Deriver<'c> {
    /// Another operation, and what it is asked with.
    fn asking(&self, index: usize) -> Option<(Deriver<'c>, Request)> {
        let mut other = self.of(index);
        let request = other.request()?;
        Some((other, request))
    }
}

impl Step {
    fn as_about(&self) -> About<'_> {
        About {
            worth: WORTH,
            place: Place::Path(String::new()),
            kind: "story",
            variant: &self.variant,
            at: &self.at,
            words: self.words.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
