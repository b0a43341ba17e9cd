//! Several files, one value: reads what references name, mounts it, and makes references local.

use super::{
    BrokenRef, Document, File, MAX_FILES, MAX_TOTAL_BYTES, MOUNT, Reach, Refusal, SourceError,
    base::{self, Base},
    dynamic,
    place::{Mounted, Spot},
    read,
    references::{self, Reference, Survey},
};
use crate::json::pointer;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Where a contract was read from; both paths without links.
pub(super) struct Origin {
    pub(super) path: PathBuf,
    pub(super) folder: PathBuf,
    /// The texts of further files by what names them, where no file is read for them.
    pub(super) known: Option<HashMap<Base, String>>,
}

impl Origin {
    /// A folder that is not on a disk, deep enough for all its files.
    pub(super) fn known(name: &str, files: impl Iterator<Item = (String, String)>) -> Origin {
        let files: Vec<(String, String)> = files.collect();
        let above =
            |name: &str| Path::new(name).components().take_while(|one| one.as_os_str() == "..").count();
        let depth = files.iter().map(|(name, _)| above(name)).max().unwrap_or_default();
        let mut folder = PathBuf::from("/");
        folder.extend((0..depth).map(|_| NOWHERE));
        let path = folder.join(Path::new(name).file_name().unwrap_or_default());
        let home = Base::File(path.clone());
        let named = |name: &str| {
            let file = || base::plain(&folder, name).map(Base::File);
            if base::has_scheme(name) { home.resolve(name) } else { file() }
        };
        let known = files.into_iter().filter_map(|(name, text)| Some((named(&name)?, text))).collect();
        Origin { path, folder, known: Some(known) }
    }
}

/// The name of a folder that nobody knows.
const NOWHERE: &str = "probity-folder";

struct Mounting<'r> {
    reach: &'r Reach,
    /// The folder of the contract.
    folder: Option<PathBuf>,
    /// The folder in which files are read.
    root: Option<PathBuf>,
    texts: Option<HashMap<Base, String>>,
    files: Vec<File>,
    spots: Vec<Mounted>,
    parts: Vec<Part>,
    known: HashMap<Base, Result<usize, Refusal>>,
    /// The part and the scope in it that a URI or path names.
    names: HashMap<Base, (usize, usize)>,
    bytes: u64,
}

struct Part {
    home: Base,
    value: Value,
    survey: Survey,
    /// What the references of each scope are relative to.
    bases: Vec<Base>,
}

/// A reference that was followed, to be checked once everything is in place.
struct Followed {
    part: usize,
    reference: Reference,
    target: Result<String, Refusal>,
}

/// Mounts all that a contract refers to.
pub(super) fn all(file: File, value: Value, spot: Spot, origin: Option<Origin>, reach: &Reach) -> Document {
    let mut mounting = Mounting {
        reach,
        folder: None,
        root: None,
        texts: None,
        files: Vec::new(),
        spots: Vec::new(),
        parts: Vec::new(),
        known: HashMap::new(),
        names: HashMap::new(),
        bytes: 0,
    };
    let mut home = Base::File(Path::new("/").join(NOWHERE));
    if let Some(origin) = origin {
        home = Base::File(origin.path);
        mounting.known.insert(home.clone(), Ok(0));
        mounting.root = Some(reach.root(&origin.folder));
        mounting.folder = Some(origin.folder);
        mounting.texts = origin.known;
    }
    mounting.add(home, file, value, spot);

    let mut followed = Vec::new();
    let mut part = 0;
    while part < mounting.parts.len() {
        for reference in std::mem::take(&mut mounting.parts[part].survey.references) {
            let target = mounting.target(part, &reference);
            followed.push(Followed { part, reference, target });
        }
        part += 1;
    }
    // A file that was read later may have called itself what an earlier one names.
    for late in followed.iter_mut().filter(|one| one.target.is_err()) {
        if let Some(target) = mounting.by_name(late.part, &late.reference) {
            late.target = Ok(target);
        }
    }
    mounting.finish(followed)
}

impl Mounting<'_> {
    fn add(&mut self, home: Base, file: File, value: Value, spot: Spot) -> usize {
        self.bytes += file.text.len() as u64;
        let survey = references::survey(&value);
        let number = self.parts.len();
        let mut bases: Vec<Base> = Vec::with_capacity(survey.scopes.len());
        for (index, scope) in survey.scopes.iter().enumerate() {
            let outer = bases.get(scope.outer).unwrap_or(&home);
            let own = scope.id.as_ref().and_then(|id| outer.resolve(id));
            if let Some(own) = &own {
                self.names.entry(own.clone()).or_insert((number, index));
            }
            bases.push(own.unwrap_or_else(|| outer.clone()));
        }
        self.spots.push(Mounted { file: self.files.len(), base: String::new(), spot });
        self.files.push(file);
        self.parts.push(Part { home, value, survey, bases });
        number
    }

    /// The pointer, in the whole document, that a reference in a part means.
    fn target(&mut self, part: usize, reference: &Reference) -> Result<String, Refusal> {
        if let Some(target) = self.by_name(part, reference) {
            return Ok(target);
        }
        let (name, fragment) = halves(&reference.text);
        if name.is_empty() {
            return Err(Refusal::NoTarget);
        }
        let named = self.named(part, reference.scope, name);
        let part = match named {
            Some(base @ Base::Uri(_)) if self.is_mapped(&base) => self.part(&base)?,
            named => {
                // Whatever a file calls itself, what it names may stand beside it.
                let beside = self.parts[part].home.resolve(name).ok_or(Refusal::NoTarget)?;
                match self.part(&beside) {
                    Ok(part) => part,
                    Err(_) if named.as_ref().is_some_and(|named| *named != beside) => {
                        return Err(named.map_or(Refusal::NoTarget, |named| named.refusal()));
                    }
                    Err(refusal) => return Err(refusal),
                }
            }
        };
        self.below((part, 0), fragment).ok_or(Refusal::NoTarget)
    }

    /// The same where the name is that of a part that is known.
    fn by_name(&self, part: usize, reference: &Reference) -> Option<String> {
        let (name, fragment) = halves(&reference.text);
        if name.is_empty() {
            return self.below((part, reference.scope), fragment).or_else(|| self.anchored(part, fragment));
        }
        let named = self.named(part, reference.scope, name)?;
        self.below(*self.names.get(&named)?, fragment)
    }

    fn named(&self, part: usize, scope: usize, name: &str) -> Option<Base> {
        self.parts[part].bases[scope].resolve(name)
    }

    /// What a fragment names in a scope; a pointer that leads nowhere there is taken from the file.
    fn below(&self, (part, scope): (usize, usize), fragment: &str) -> Option<String> {
        let Part { value, survey, .. } = &self.parts[part];
        let scope = &survey.scopes[scope];
        let here = |pointer: String| pointer::get(value, &pointer).is_some().then_some(pointer);
        let at = match pointer::from_fragment(&format!("#{fragment}")) {
            Some(pointer) => {
                let as_written =
                    || here(format!("{}{fragment}", scope.at)).filter(|_| fragment.starts_with('/'));
                here(format!("{}{pointer}", scope.at)).or_else(as_written).or_else(|| here(pointer))?
            }
            None => scope.anchors.get(fragment)?.clone(),
        };
        Some(mounted(part) + &at)
    }

    /// An anchor of a file, in whichever of its schemas.
    fn anchored(&self, part: usize, fragment: &str) -> Option<String> {
        let at = self.parts[part].survey.scopes.iter().find_map(|scope| scope.anchors.get(fragment))?;
        Some(mounted(part) + at)
    }

    fn is_mapped(&self, base: &Base) -> bool {
        match (base, &self.texts) {
            (base, Some(texts)) => texts.contains_key(base) || self.known.contains_key(base),
            (Base::Uri(uri), None) => self.reach.copy_of(uri).is_some(),
            (Base::File(_), None) => false,
        }
    }

    /// The part that a file is, read now if it was not yet.
    fn part(&mut self, base: &Base) -> Result<usize, Refusal> {
        if let Some(known) = self.known.get(base) {
            return known.clone();
        }
        if self.parts.len() > MAX_FILES {
            return Err(Refusal::TooManyFiles);
        }
        let part = match base {
            Base::Uri(uri) if self.is_mapped(base) => self.mapped(base, uri),
            Base::Uri(_) => return Err(base.refusal()),
            Base::File(path) => self.file(path),
        };
        self.known.insert(base.clone(), part.clone());
        part
    }

    /// A copy of what a URI names.
    fn mapped(&mut self, base: &Base, uri: &str) -> Result<usize, Refusal> {
        if self.texts.is_some() {
            return self.known_text(base, uri);
        }
        let path = self.reach.copy_of(uri).ok_or_else(|| base.refusal())?;
        let most = MAX_TOTAL_BYTES.saturating_sub(self.bytes);
        let file = read::further(&path, uri, most)?;
        let (value, spot) = read::tree(&file)?;
        Ok(self.add(base.clone(), file, value, spot))
    }

    fn known_text(&mut self, base: &Base, shown: &str) -> Result<usize, Refusal> {
        let text = self.texts.as_mut().and_then(|texts| texts.remove(base));
        let text = text.ok_or_else(|| SourceError::NotFound { file: shown.to_owned() })?;
        let file = File::new(shown, text);
        let (value, spot) = read::tree(&file)?;
        Ok(self.add(base.clone(), file, value, spot))
    }

    fn file(&mut self, path: &Path) -> Result<usize, Refusal> {
        let (Some(folder), Some(root)) = (self.folder.clone(), self.root.clone()) else {
            return Err(Refusal::NoFiles);
        };
        if let Some(texts) = &self.texts {
            let stands = texts.contains_key(&Base::File(path.to_owned()));
            let path = if stands { path.to_owned() } else { rooted(path, &folder) };
            let base = Base::File(path.clone());
            return match self.known.get(&base) {
                Some(known) => known.clone(),
                None if !path.starts_with(&folder) && !stands => Err(self.outside(&path, &folder)),
                None => self.known_text(&base, &shown(&path, &folder)),
            };
        }
        if !path.starts_with(&root) {
            return Err(self.outside(path, &folder));
        }
        let shown = shown(path, &folder);
        let real = std::fs::canonicalize(path).map_err(|error| read::failed(&error, &shown))?;
        if !real.starts_with(&root) {
            return Err(self.outside(&real, &folder));
        }
        let base = Base::File(real.clone());
        if let Some(known) = self.known.get(&base) {
            return known.clone();
        }
        let part = read::further(&real, &shown, MAX_TOTAL_BYTES.saturating_sub(self.bytes))
            .and_then(|file| read::tree(&file).map(|(value, spot)| (file, value, spot)))
            .map(|(file, value, spot)| self.add(base.clone(), file, value, spot))
            .map_err(Refusal::from);
        self.known.insert(base, part.clone());
        part
    }

    /// That a file is outside, with the nearest folder that it and the contract are in.
    fn outside(&self, path: &Path, folder: &Path) -> Refusal {
        let above = folder.ancestors().take_while(|folder| !path.starts_with(folder)).count();
        let named = self.files.first().and_then(|file| Path::new(&file.name).parent());
        let mut root = named.unwrap_or(Path::new("")).to_owned();
        root.extend((0..above.max(1)).map(|_| ".."));
        Refusal::Outside { root: root.display().to_string() }
    }

    fn finish(mut self, followed: Vec<Followed>) -> Document {
        let mut dynamic = Vec::new();
        for Followed { part, reference, target } in &followed {
            let Ok(target) = target else { continue };
            if reference.is_dynamic() {
                dynamic.push(mounted(*part) + &reference.at);
            }
            let as_it_is = pointer::from_fragment(&reference.text).as_ref() == Some(target);
            let place = self.parts[*part].value.pointer_mut(&reference.at);
            if let (false, Some(place)) = (as_it_is, place) {
                *place = Value::String(pointer::to_fragment(target));
            }
        }
        let named = self.parts.iter().any(|part| part.survey.names_anything());
        let resources = dynamic::resources(self.parts.iter().map(|part| &part.survey), mounted);
        let mut values = self.parts.into_iter().map(|part| part.value);
        let mut value = values.next().unwrap_or_default();
        let mounted_values: Vec<_> = values.collect();
        if let (Value::Object(root), false) = (&mut value, mounted_values.is_empty()) {
            root.insert(MOUNT.to_owned(), Value::Array(mounted_values));
        }
        let mut broken = Vec::new();
        for Followed { part, reference, target } in followed {
            let reason = match target {
                Err(refusal) => refusal,
                Ok(target) if value.pointer(&target).is_none() => Refusal::NoTarget,
                Ok(_) => continue,
            };
            broken.push(BrokenRef { at: mounted(part) + &reference.at, target: reference.text, reason });
        }
        let mut document =
            Document { value: value.into(), files: self.files, spots: self.spots, broken, named };
        dynamic::settle(&mut document, &resources, &dynamic);
        document
    }
}

fn halves(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// The pointer under which a part stands.
pub(super) fn mounted(part: usize) -> String {
    match part {
        0 => String::new(),
        part => format!("/{MOUNT}/{}", part - 1),
    }
}

/// A file as people know it: by its way from the contract's folder.
fn shown(path: &Path, folder: &Path) -> String {
    for (above, folder) in folder.ancestors().enumerate() {
        if let Ok(inside) = path.strip_prefix(folder) {
            let up: PathBuf = std::iter::repeat_n("..", above).collect();
            return up.join(inside).display().to_string();
        }
    }
    path.display().to_string()
}

/// A path in a folder that is not on a disk: a way that leads down again by names leads to it too.
fn rooted(path: &Path, folder: &Path) -> PathBuf {
    let below_root = folder.components().count();
    if path.starts_with(folder) || path.components().any(|one| one.as_os_str() == NOWHERE) {
        return path.to_owned();
    }
    let inside: PathBuf = path.components().skip(below_root).collect();
    if below_root > 1 && !inside.as_os_str().is_empty() { folder.join(inside) } else { path.to_owned() }
}
