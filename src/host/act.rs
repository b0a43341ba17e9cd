//! What becomes of resources when a request is accepted, and what is answered.

use super::answer::Answer;
use super::engine::{Asking, Engine, Found};
use super::fault::Forgets;
use super::forget;
use super::intake::Admitted;
use super::life::{Act, Chooser, Create, IdFrom, Life};
use super::linked::Linked;
use super::location;
use super::look::{Listed, is_scalar};
use super::paging::{Here, Telling};
use super::pointer::Pointer;
use super::resources::{self, From, Home, Page, Resource};
use super::ruled::{self, Ruled};
use super::template::{Filled, Occasion, Template};
use super::view::{Change, Said, View};
use crate::json::pointer;
use http::{HeaderName, HeaderValue, header};
use jiff::Timestamp;
use serde_json::Value;

/// Rules choose from so many.
const CHOSEN_FROM: usize = 10_000;

/// How often a new id is looked for.
const TRIES: usize = 64;

/// What is answered, and where what was created is found.
#[derive(Default)]
struct Outcome {
    filled: Option<Filled>,
    path: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A request that is accepted, and how it is answered.
struct Scene<'r> {
    asking: &'r Asking<'r>,
    view: Option<&'r View>,
    template: Option<&'r Template>,
    occasion: &'r Occasion<'r>,
}

impl Engine {
    /// The answer to a request that the contract allows.
    pub(super) fn accepted(&self, asking: &Asking<'_>, found: Found) -> Answer {
        let served = self.served(asking.index);
        let success = match (&found, &served.created) {
            (Found::New(_), Some(created)) => created,
            _ => &served.success,
        };
        let tells_time = success.template.as_ref().is_some_and(Template::tells_time);
        let now = match self.planted() {
            Some(planted) => planted.now(asking.index, asking.asked, tells_time),
            None => Timestamp::now(),
        };
        let occasion = Occasion { admitted: asking.admitted, now, number: self.number() };
        let Life { act, view, .. } = &served.life;
        let (view, template) = (view.as_ref(), success.template.as_ref());
        let outcome = self.act(&Scene { asking, view, template, occasion: &occasion }, act, found);
        let mut answer =
            Answer { status: success.status, headers: success.headers.clone(), ..Answer::default() };
        let location = success.location.as_ref().zip(outcome.path.as_ref());
        let location = location.and_then(|(one, path)| one.header(self.contract(), host(asking), path));
        for (name, value) in outcome.headers.into_iter().chain(location) {
            answer.headers.retain(|(known, _)| *known != name);
            answer.headers.push((name, value));
        }
        let Some(filled) = outcome.filled else { return answer };
        for linked in &served.linked {
            self.readable(linked, &occasion, &filled);
        }
        answer.media = success.template.as_ref().map(|template| template.media.clone());
        answer.codec = success.template.as_ref().and_then(|template| template.codec.clone());
        answer.body = Some(filled.body);
        answer.exact = filled.exact;
        answer
    }

    fn act(&self, scene: &Scene<'_>, act: &Act, found: Found) -> Outcome {
        let only = |filled: Option<Filled>| Outcome { filled, ..Outcome::default() };
        match (act, found) {
            (Act::Create(create), _) => self.create(scene, create),
            (Act::List(listed, telling), _) => self.list(scene, listed, telling),
            (Act::Read, Found::Known(home, resource)) => only(self.read(scene, &home, resource)),
            (Act::Change { said, whole, .. }, Found::Known(home, resource)) => {
                let change = if *whole { Change::Replace } else { Change::Merge };
                only(self.change(scene, said, change, &home, resource))
            }
            (Act::Change { said, .. }, Found::New(home)) => {
                let filled = self.sample(scene);
                self.resources.create(vec![home], made(scene, said, filled.as_ref()));
                let operation = &self.contract().operations[scene.asking.index];
                let path = location::path(operation, &values(scene.asking));
                Outcome { filled, path, headers: Vec::new() }
            }
            (Act::Delete, Found::Known(home, resource)) => {
                if self.forgets(scene, Forgets::Meant)
                    && let Some(other) = self.resources.beside(&home)
                {
                    self.resources.delete(&other);
                }
                if !self.forgets(scene, Forgets::Deleted) {
                    self.resources.delete(&home);
                }
                only(self.shown(scene, &resource.attributes))
            }
            _ => only(self.shaped(scene)),
        }
    }

    fn forgets(&self, scene: &Scene<'_>, what: Forgets) -> bool {
        let Asking { index, asked, .. } = scene.asking;
        self.planted().is_some_and(|planted| planted.forgets(*index, what, asked))
    }

    fn sample(&self, scene: &Scene<'_>) -> Option<Filled> {
        scene.template.map(|template| template.fill(self.contract(), scene.occasion))
    }

    /// The sample with what rules say of its lists.
    fn shaped(&self, scene: &Scene<'_>) -> Option<Filled> {
        let mut filled = self.sample(scene)?;
        let before = filled.body.clone();
        self.ruled(scene).shape(&mut filled.body, &|body| self.fits(scene, body));
        if filled.body != before {
            filled.exact.clear();
        }
        Some(filled)
    }

    fn ruled<'r>(&'r self, scene: &Scene<'r>) -> Ruled<'r> {
        let Asking { index, admitted, .. } = scene.asking;
        Ruled::new(self.contract(), &self.contract().operations[*index], &admitted.parameters)
    }

    /// Whether the answer may be a body.
    fn fits(&self, scene: &Scene<'_>, body: &Value) -> bool {
        scene.template.is_some_and(|template| template.accepts(self.contract(), body))
    }

    /// An answer that shows what is known of a resource.
    fn shown(&self, scene: &Scene<'_>, attributes: &Filled) -> Option<Filled> {
        let base = self.sample(scene)?;
        Some(match scene.view {
            Some(view) => view.show(base, attributes, |body| self.fits(scene, body)),
            None => base,
        })
    }

    fn read(&self, scene: &Scene<'_>, home: &Home, resource: Resource) -> Option<Filled> {
        if let Some((reader, shown)) = resource.shown
            && reader == scene.asking.index
            && self.fits(scene, &shown.body)
        {
            return Some(shown);
        }
        let filled = self.shown(scene, &resource.attributes)?;
        if let Some(view) = scene.view {
            self.resources.change(home, |known| view.learn(&mut known.attributes, &filled, false));
        }
        if self.forgets(scene, Forgets::Reading) {
            self.resources.change(home, |known| forget::altered(&mut known.attributes.body));
        }
        Some(filled)
    }

    fn change(
        &self,
        scene: &Scene<'_>,
        said: &Said,
        change: Change,
        home: &Home,
        mut resource: Resource,
    ) -> Option<Filled> {
        let Admitted { value, text, .. } = scene.asking.admitted;
        if let Some(request) = value {
            said.apply(&mut resource.attributes, change, &home.id, (request, text.as_ref()));
        }
        let shown = self.shown(scene, &resource.attributes);
        let filled = shown.zip(scene.template);
        let filled = filled.map(|(shown, template)| template.ruled(self.contract(), shown, scene.occasion));
        if let (Some(view), Some(filled)) = (scene.view, &filled) {
            view.learn(&mut resource.attributes, filled, true);
        }
        if let Some((reader, shown)) = resource.shown.take() {
            let served = self.served(reader);
            if let (Some(view), Some(template)) = (&served.life.view, &served.success.template) {
                let fits = |body: &Value| template.accepts(self.contract(), body);
                resource.shown = Some((reader, view.show(shown, &resource.attributes, fits)));
            }
        }
        if self.forgets(scene, Forgets::Meant)
            && let Some(other) = self.resources.beside(home)
            && let Some(request) = value
        {
            let apply =
                |known: &mut Resource| said.apply(&mut known.attributes, change, &other.id, (request, None));
            self.resources.change(&other, apply);
        }
        if self.forgets(scene, Forgets::Unnamed) {
            let named = |name: &str| value.as_ref().is_some_and(|value| value.get(name).is_some());
            let is_id = |own: &Value| resources::text(own) == home.id;
            if let Some(members) = resource.attributes.body.as_object_mut() {
                members.retain(|name, own| named(name) || is_id(own));
            }
        }
        if !self.forgets(scene, Forgets::Changed) {
            self.resources.change(home, |known| *known = resource);
        }
        filled
    }

    fn create(&self, scene: &Scene<'_>, create: &Create) -> Outcome {
        let mut filled = self.sample(scene);
        let Some(id) = self.new_id(scene, create, &mut filled) else {
            return Outcome { filled, ..Outcome::default() };
        };
        let resource = made(scene, &create.said, filled.as_ref());
        let mut homes = homes(scene.asking, create, &id);
        let also = homes_by(scene.asking, create, &resource.attributes.body);
        homes.extend(also.into_iter().filter(|home| !self.resources.has(home)));
        if !self.forgets(scene, Forgets::Created) {
            self.resources.create(homes, resource);
        }
        let (item, parameter) = create.item;
        let mut values = values(scene.asking);
        values.truncate(parameter);
        values.push(id);
        let path = location::path(&self.contract().operations[item], &values);
        Outcome { path, filled, headers: Vec::new() }
    }

    /// The id of what is created, which nothing has that is there, unless the client chose it.
    fn new_id(&self, scene: &Scene<'_>, create: &Create, filled: &mut Option<Filled>) -> Option<Value> {
        let is_new =
            |id: &Value| homes(scene.asking, create, id).iter().all(|home| !self.resources.has(home));
        let first = match &create.id {
            IdFrom::Answer(at) => filled.as_ref().and_then(|filled| at.get(&filled.body)).cloned(),
            IdFrom::Request(at) => {
                scene.asking.admitted.value.as_ref().and_then(|value| at.get(value)).cloned()
            }
            IdFrom::Location => create.series.as_ref().map(|series| series.at(scene.occasion.number)),
        };
        let first = first.filter(is_scalar).filter(|id| create.chooser == Chooser::Client || is_new(id));
        if first.is_some() {
            return first;
        }
        let series = create.series.as_ref()?;
        let id = (0..TRIES).map(|_| series.at(self.number())).find(is_new)?;
        if let (IdFrom::Answer(at), Some(filled)) = (&create.id, filled.as_mut()) {
            let mut with = filled.clone();
            with.place(at, &id, None);
            if !self.fits(scene, &with.body) {
                return None;
            }
            *filled = with;
        }
        Some(id)
    }

    fn list(&self, scene: &Scene<'_>, listed: &Listed, telling: &Telling) -> Outcome {
        let Some(sample) = self.sample(scene) else { return Outcome::default() };
        let Asking { index, asked, admitted, values } = scene.asking;
        let trail = &self.served(*index).life.trail;
        let wanted = telling.paging.wanted(&admitted.parameters);
        let collection = trail.at(trail.len(), values);
        let chooses = ruled::chooses(&self.contract().operations[*index]);
        let page = match &wanted.from {
            From::Offset(_) if chooses => self.resources.page(&collection, &From::Offset(0), CHOSEN_FROM),
            from => self.resources.page(&collection, from, wanted.most),
        };
        let mut page = page;
        if self.forgets(scene, Forgets::Listed) {
            page.resources.pop();
        }
        let fits = |body: &Value| self.fits(scene, body);
        let with = |items: Vec<Value>| {
            let mut body = sample.body.clone();
            listed.at.set(&mut body, Value::Array(items));
            body
        };
        let item = |resource: &Resource| {
            let base = Filled { body: listed.base.clone(), exact: Vec::new() };
            listed.view.show(base, &resource.attributes, |item| fits(&with(vec![item.clone()])))
        };
        let items: Vec<Filled> = page.resources.iter().map(item).collect();
        let mut filled = Filled { body: Value::Null, exact: sample.exact.clone() };
        for (index, item) in items.iter().enumerate() {
            let at = pointer::child(&listed.at.at, &index.to_string());
            filled.exact.extend(item.moved(&Pointer::new(""), &Pointer::new(&at)));
        }
        filled.body = with(items.into_iter().map(|item| item.body).collect());
        if !fits(&filled.body) {
            return Outcome { filled: self.shaped(scene), ..Outcome::default() };
        }
        let page = match wanted.from {
            From::Offset(offset) if chooses => self.chosen(scene, listed, (offset, wanted.most), &mut filled),
            _ => page,
        };
        let here = Here { host: host(scene.asking), path: asked.path };
        telling.say(&mut filled.body, &wanted, &page, &here, fits);
        let headers = telling.headers(&wanted, &page, &here);
        Outcome { filled: Some(filled), path: None, headers }
    }

    /// Leaves of all that could be listed what rules choose, and of that one page.
    fn chosen(
        &self,
        scene: &Scene<'_>,
        listed: &Listed,
        (offset, most): (usize, usize),
        filled: &mut Filled,
    ) -> Page {
        self.ruled(scene).choose(&mut filled.body, &|_| true);
        filled.exact.clear();
        let all = listed.at.get(&filled.body).and_then(Value::as_array).cloned().unwrap_or_default();
        let shown: Vec<Value> = all.iter().skip(offset).take(most).cloned().collect();
        let more = offset + shown.len() < all.len();
        listed.at.set(&mut filled.body, Value::Array(shown));
        Page { before: offset, total: all.len(), last: more.then_some(0), ..Page::default() }
    }

    /// Keeps what was answered where a link leads.
    fn readable(&self, linked: &Linked, occasion: &Occasion<'_>, answered: &Filled) {
        let reads = &self.contract().operations[linked.reader];
        let served = self.served(linked.reader);
        let Some(values) = linked.values(reads, occasion.admitted, &answered.body) else { return };
        let Some(reader) = &served.success.template else { return };
        let Some((length, parameter)) = served.life.trail.item() else { return };
        let texts: Vec<String> = values.iter().map(resources::text).collect();
        let collection = served.life.trail.at(length, &texts);
        let home = Home { collection, id: texts.get(parameter).cloned().unwrap_or_default() };
        let body = linked.body(self.contract(), reader, occasion, answered);
        let item = served.life.view.as_ref().map(|view| view.item.clone());
        let new = Resource::of(&body, &item.unwrap_or_else(|| Pointer::new("")));
        if !self.resources.has(&home) {
            self.resources.create(vec![home.clone()], new);
        } else if let Some(view) = &served.life.view {
            self.resources.change(&home, |known| view.learn(&mut known.attributes, &body, false));
        }
        self.resources.change(&home, |known| known.shown = Some((linked.reader, body)));
    }
}

/// Where what is created with an id is found.
fn homes(asking: &Asking<'_>, create: &Create, id: &Value) -> Vec<Home> {
    let id = resources::text(id);
    let home = |trail: &super::trail::Trail| Home {
        collection: trail.at(trail.len(), asking.values),
        id: id.clone(),
    };
    create.homes.iter().map(home).collect()
}

/// Where it is found by what else a path may call it by.
fn homes_by(asking: &Asking<'_>, create: &Create, attributes: &Value) -> Vec<Home> {
    let members = attributes.as_object().into_iter().flatten();
    let names = members.filter(|(name, value)| is_scalar(value) && create.said.called.also_by(name));
    names.flat_map(|(_, value)| homes(asking, create, value)).collect()
}

/// What the client calls the host.
fn host<'r>(asking: &Asking<'r>) -> &'r str {
    let name = asking.asked.headers.get(header::HOST);
    name.and_then(|name| name.to_str().ok()).unwrap_or("localhost")
}

/// The values of the path's parameters.
fn values(asking: &Asking<'_>) -> Vec<Value> {
    asking.values.iter().map(|value| Value::from(value.as_str())).collect()
}

/// What is known of a resource once a request has created it.
fn made(scene: &Scene<'_>, said: &Said, answered: Option<&Filled>) -> Resource {
    let mut resource = match (scene.view, answered) {
        (Some(view), Some(answered)) => Resource::of(answered, &view.item),
        _ => Resource::of(&Filled::default(), &Pointer::new("")),
    };
    let Admitted { value, text, .. } = scene.asking.admitted;
    if let Some(request) = value {
        said.apply(&mut resource.attributes, Change::Add, "", (request, text.as_ref()));
    }
    resource
}
