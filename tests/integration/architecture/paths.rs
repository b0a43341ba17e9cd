//! The paths of the sources, as far as they lead from one room to another.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Meta, UseTree};

/// That something in a room speaks of something in another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) to: String,
    /// The module that speaks.
    pub(crate) module: String,
}

/// Every arrow of a crate, from its root file; what is only compiled for tests is left out.
pub(crate) fn arrows(root: &Path) -> BTreeSet<Arrow> {
    let mut reader = Reader::default();
    reader.file(root, &[]);
    reader.arrows
}

/// The arrows of the text of one module.
pub(crate) fn arrows_of(module: &[&str], text: &str) -> BTreeSet<Arrow> {
    let mut reader =
        Reader { module: module.iter().map(|&name| name.to_owned()).collect(), ..Reader::default() };
    reader.visit_file(&syn::parse_file(text).unwrap());
    reader.arrows
}

#[derive(Default)]
struct Reader {
    /// Where the file of each nested module is looked for.
    folder: PathBuf,
    module: Vec<String>,
    arrows: BTreeSet<Arrow>,
}

impl Reader {
    fn file(&mut self, file: &Path, module: &[String]) {
        let text =
            std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let is_root = ["lib.rs", "mod.rs"].iter().any(|name| file.ends_with(name));
        let folder = if is_root { file.parent().unwrap().to_owned() } else { file.with_extension("") };
        let before = (
            std::mem::replace(&mut self.folder, folder),
            std::mem::replace(&mut self.module, module.to_vec()),
        );
        self.visit_file(
            &syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())),
        );
        (self.folder, self.module) = before;
    }

    /// A path, resolved as far as its room.
    fn path(&mut self, segments: &[String]) {
        let mut here = self.module.clone();
        let mut rest = segments.iter().map(String::as_str).peekable();
        match rest.next() {
            Some("crate") => here.clear(),
            Some("self") => {}
            Some("super") => {
                here.pop();
            }
            _ => return,
        }
        while rest.next_if_eq(&"super").is_some() {
            here.pop();
        }
        here.extend(rest.map(str::to_owned));
        let (Some(from), Some(to)) = (self.module.first(), here.first()) else { return };
        if from != to {
            let module = self.module.join("::");
            self.arrows.insert(Arrow { from: from.clone(), to: to.clone(), module });
        }
    }

    fn tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(path.ident.to_string())),
            UseTree::Name(name) => self.path(&with(name.ident.to_string())),
            UseTree::Rename(name) => self.path(&with(name.ident.to_string())),
            UseTree::Glob(_) => self.path(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
        }
    }

    /// The paths among tokens, and in the texts among them, which attributes have for paths.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.path(&std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.path(&std::mem::take(&mut path));
                    colons = 0;
                    match other {
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        TokenTree::Literal(text) => self.text(&text.to_string()),
                        _ => {}
                    }
                }
            }
        }
        self.path(&path);
    }

    fn text(&mut self, text: &str) {
        let text = text.trim_matches('"');
        if ["crate::", "super::"].iter().any(|start| text.starts_with(start)) && !text.contains(' ') {
            self.path(&text.split("::").map(str::to_owned).collect::<Vec<_>>());
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let name = module.ident.to_string();
        if module.content.is_some() {
            self.module.push(name);
            visit::visit_item_mod(self, module);
            self.module.pop();
            return;
        }
        let below: Vec<String> = self.module.iter().cloned().chain([name.clone()]).collect();
        let beside = self.folder.join(format!("{name}.rs"));
        let inside = self.folder.join(&name).join("mod.rs");
        self.file(if inside.exists() { &inside } else { &beside }, &below);
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        self.tree(&import.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    // Who may see something is no use of it.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return attribute.path().is_ident("test") };
    list.path.is_ident("cfg") && list.tokens.to_string() == "test"
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
