//! Finds the imports between the files of a crate, in its parsed code without tests.
//!
//! A path counts for the file that defines its item, through any re-export, and a parent that only declares or
//! re-exports its children does not use them. Methods and fields have no path and do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Ident, ImplItemFn, Item, ItemUse, Macro, UseTree, Visibility};

/// Re-exports to follow for one name, at most. It stops at a name that imports itself.
const RE_EXPORTS_MAX: usize = 8;

/// Segments of a path, of a module (the crate root has none) or as written.
pub(super) type Segments = Vec<String>;

/// The items that the first file of each pair imports from the second.
pub(super) type Arrows = BTreeMap<(Segments, Segments), BTreeSet<String>>;

/// A module without its tests: a file, or a part of one.
struct Module {
    file: Segments,
    code: Vec<Item>,
    defined: BTreeSet<String>,
    imported: BTreeMap<String, Segments>,
}

/// The target of a path.
enum Target {
    Module(Segments),
    Item { file: Segments, name: String },
    OtherCrate,
}

/// One crate: its modules by their paths.
#[derive(Default)]
pub(super) struct Crate(BTreeMap<Segments, Module>);

impl Crate {
    pub(super) fn read(root: &Path) -> Self {
        let mut read = Self::default();
        read.add_file(root, root.parent().unwrap(), &Segments::new());
        read
    }

    /// Adds a file and its child modules. `folder` contains their files.
    fn add_file(&mut self, file: &Path, folder: &Path, path: &Segments) {
        let text = fs::read_to_string(file).unwrap();
        let parsed = syn::parse_file(&text).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
        self.add(path, path, folder, parsed.items);
    }

    fn add(&mut self, path: &Segments, file: &Segments, folder: &Path, items: Vec<Item>) {
        let mut module = Module {
            file: file.clone(),
            code: Vec::new(),
            defined: BTreeSet::new(),
            imported: BTreeMap::new(),
        };
        for item in items.into_iter().filter(|item| !is_test(head(item).0)) {
            let Item::Mod(child) = item else {
                module.defined.extend(head(&item).1.map(Ident::to_string));
                if let Item::Use(import) = &item {
                    module
                        .imported
                        .extend(imports(import).into_iter().map(|(path, name)| (name, path)));
                }
                module.code.push(item);
                continue;
            };
            let name = child.ident.to_string();
            let below = folder.join(&name);
            let path = joined(path, &name);
            if let Some((_, items)) = child.content {
                self.add(&path, file, &below, items);
            } else {
                let flat = folder.join(format!("{name}.rs"));
                let found = if flat.exists() { flat } else { below.join("mod.rs") };
                self.add_file(&found, &below, &path);
            }
        }
        self.0.insert(path.clone(), module);
    }

    /// Follows a path that is written in the module `from`.
    fn resolve(&self, from: &Segments, path: &[String], re_exports: usize) -> Target {
        let mut at = from.clone();
        let mut names = path;
        while let [first, rest @ ..] = names {
            match first.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                _ => break,
            }
            names = rest;
        }
        for (index, name) in names.iter().enumerate() {
            match self.look_up(&at, name, index + 1 == names.len(), re_exports) {
                Some(Target::Module(next)) => at = next,
                Some(found) => return found,
                // Without a prefix it is another crate or a local name; after a prefix it is an item that a macro
                // defines.
                None if names.len() == path.len() && index == 0 => return Target::OtherCrate,
                None => return self.item(&at, name),
            }
        }
        Target::Module(at)
    }

    fn look_up(&self, at: &Segments, name: &str, is_last: bool, re_exports: usize) -> Option<Target> {
        let module = &self.0[at];
        let child = joined(at, name);
        let is_child = self.0.contains_key(&child);
        if is_child && !is_last {
            return Some(Target::Module(child));
        }
        if module.defined.contains(name) {
            return Some(self.item(at, name));
        }
        match (module.imported.get(name), re_exports.checked_sub(1)) {
            (Some(path), Some(left)) => Some(self.resolve(at, path, left)),
            (Some(_), None) => Some(Target::OtherCrate),
            (None, _) => is_child.then_some(Target::Module(child)),
        }
    }

    fn item(&self, module: &Segments, name: &str) -> Target {
        Target::Item {
            file: self.0[module].file.clone(),
            name: name.to_owned(),
        }
    }

    pub(super) fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (path, module) in &self.0 {
            let mut reader = Reader {
                of: self,
                path,
                file: &module.file,
                arrows: &mut arrows,
            };
            module.code.iter().for_each(|item| reader.visit_item(item));
        }
        arrows
    }
}

/// Collects the imports of one module.
struct Reader<'a> {
    of: &'a Crate,
    path: &'a Segments,
    file: &'a Segments,
    arrows: &'a mut Arrows,
}

impl Reader<'_> {
    fn add(&mut self, path: &[String], is_re_export: bool) {
        if let Target::Item { file, name } = self.of.resolve(self.path, path, RE_EXPORTS_MAX)
            && file != *self.file
            && !(is_re_export && file.starts_with(self.file))
        {
            self.arrows.entry((self.file.clone(), file)).or_default().insert(name);
        }
    }

    /// The tokens of a macro are not parsed: outside of string literals, everything that looks like a path counts.
    fn add_tokens(&mut self, tokens: &str) {
        let text = tokens.replace("\\\"", "").replace(" ::", "::").replace(":: ", "::");
        let is_in_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
        for code in text.split('"').step_by(2) {
            for path in code.split(|letter| !is_in_path(letter)) {
                let names: Segments = path.trim_end_matches(':').split("::").map(str::to_owned).collect();
                if names.len() > 1 || names[0].starts_with(char::is_uppercase) {
                    self.add(&names, false);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(head(item).0) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        let is_re_export = !matches!(import.vis, Visibility::Inherited);
        for (mut path, name) in imports(import) {
            // No item has this name, so the import counts for the module.
            path.extend((name == "*").then_some(name));
            self.add(&path, is_re_export);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let names: Segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.add(&names, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.add_tokens(&call.tokens.to_string());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn joined(path: &Segments, name: &str) -> Segments {
    let mut path = path.clone();
    path.push(name.to_owned());
    path
}

/// The paths that a `use` names, each with its name here. A glob names the module, as `*`.
fn imports(import: &ItemUse) -> Vec<(Segments, String)> {
    fn add(tree: &UseTree, path: &Segments, found: &mut Vec<(Segments, String)>) {
        let (name, alias) = match tree {
            UseTree::Path(part) => return add(&part.tree, &joined(path, &part.ident.to_string()), found),
            UseTree::Group(group) => return group.items.iter().for_each(|tree| add(tree, path, found)),
            UseTree::Glob(_) => return found.push((path.clone(), "*".to_owned())),
            UseTree::Name(name) if name.ident == "self" => {
                return found.push((path.clone(), path.last().unwrap().clone()));
            }
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(name) => (&name.ident, &name.rename),
        };
        found.push((joined(path, &name.to_string()), alias.to_string()));
    }
    let mut found = Vec::new();
    if import.leading_colon.is_none() {
        add(&import.tree, &Segments::new(), &mut found);
    }
    found
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list().map(|list| list.tokens.to_string());
        attribute.path().is_ident("cfg") && condition.is_ok_and(|text| text == "test" || text.starts_with("all (test"))
    })
}

/// The attributes of an item, and the name that it defines.
fn head(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Impl(item) => (&item.attrs, None),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Mod(item) => (&item.attrs, None),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}
