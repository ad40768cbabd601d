//! The modules of the crate as their code names them: who is inside whom, and which file uses what of which other.
//!
//! Names are resolved as the compiler does, through imports and re-exports, to the file that defines them. Calls of
//! methods are not: a type has to be named where its methods are added. What is compiled for tests alone is left out.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, UseTree};

/// One module.
#[derive(Default)]
pub(crate) struct Module {
    /// From the crate's root; the root has none.
    pub path: Vec<String>,
    /// Below the folder of sources, with slashes.
    pub file: String,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths of more than one name in its code, and every path that it imports.
    uses: Vec<Vec<String>>,
    /// Every name in its code, whatever it names.
    pub names: BTreeSet<String>,
    constants: Vec<(String, syn::Expr)>,
}

struct Import {
    /// `None` is everything.
    name: Option<String>,
    path: Vec<String>,
}

/// A use of one module by another, both by number; the second defines what is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    pub from: usize,
    pub to: usize,
}

/// All modules of a crate.
#[derive(Default)]
pub(crate) struct Modules(Vec<Module>);

impl Modules {
    /// Reads the crate whose root is `lib.rs` in the folder.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut all = Self::default();
        let read = |file: &str| {
            let path = folder.join(file);
            std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        };
        all.add(Vec::new(), "lib.rs", None, &read);
        all
    }

    /// Reads a crate out of files in memory.
    pub(crate) fn of_texts(texts: &[(&str, &str)]) -> Self {
        let mut all = Self::default();
        let read = |file: &str| texts.iter().find(|(name, _)| *name == file).unwrap().1.to_owned();
        all.add(Vec::new(), "lib.rs", None, &read);
        all
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.0.iter()
    }

    pub(crate) fn get(&self, number: usize) -> &Module {
        &self.0[number]
    }

    /// Whether a file is the front of another's folder, or of one around that.
    pub(crate) fn is_front_of(front: &str, file: &str) -> bool {
        front == "lib.rs"
            || front.strip_suffix(".rs").is_some_and(|room| file.starts_with(&format!("{room}/")))
    }

    /// Every use across modules once, in order.
    pub(crate) fn arrows(&self) -> BTreeSet<Arrow> {
        let mut arrows = BTreeSet::new();
        for (from, module) in self.0.iter().enumerate() {
            for path in &module.uses {
                if let Some(Found::Item(to)) = self.resolve(from, path, 0)
                    && to != from
                {
                    arrows.insert(Arrow { from, to });
                }
            }
        }
        arrows
    }

    /// Values of numeric constants by name, tests' apart: literals, and what `+ - * / <<` make of them and of others.
    pub(crate) fn constants(&self) -> BTreeMap<String, Vec<f64>> {
        let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        // A constant may be made of one that comes later.
        for _ in 0..3 {
            let known = std::mem::take(&mut values);
            for (name, made) in self.0.iter().flat_map(|module| &module.constants) {
                values.entry(name.clone()).or_default().extend(value_of(made, &known));
            }
        }
        values.retain(|_, values| !values.is_empty());
        values
    }

    fn add(
        &mut self,
        path: Vec<String>,
        file: &str,
        parent: Option<usize>,
        read: &dyn Fn(&str) -> String,
    ) -> usize {
        let text = read(file);
        let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
        self.add_items(path, file, parent, &parsed.items, read)
    }

    fn add_items(
        &mut self,
        path: Vec<String>,
        file: &str,
        parent: Option<usize>,
        items: &[Item],
        read: &dyn Fn(&str) -> String,
    ) -> usize {
        let number = self.0.len();
        self.0.push(Module::default());
        let mut reader = Reader::default();
        let mut children = BTreeMap::new();
        for item in items {
            let Item::Mod(module) = item else {
                reader.visit_item(item);
                reader.module.items.extend(name_of(item));
                continue;
            };
            if for_tests(&module.attrs) {
                continue;
            }
            let name = module.ident.to_string();
            let inside = [path.as_slice(), std::slice::from_ref(&name)].concat();
            let child = match &module.content {
                Some((_, items)) => self.add_items(inside, file, Some(number), items, read),
                None => self.add(inside.clone(), &format!("{}.rs", inside.join("/")), Some(number), read),
            };
            children.insert(name, child);
        }
        let read = Module { path, file: file.to_owned(), parent, children, ..reader.module };
        self.0[number] = read;
        number
    }

    /// What a path leads to, seen from a module. Imports may lead round in a circle: `depth` ends that.
    fn resolve(&self, from: usize, path: &[String], depth: usize) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        let mut found = match first.as_str() {
            "crate" => Found::Module(0),
            "self" => Found::Module(from),
            "super" => Found::Module(self.0[from].parent?),
            name => self.look_up(from, name, depth)?,
        };
        for name in rest {
            let Found::Module(module) = found else { break };
            found = match name.as_str() {
                "super" => Found::Module(self.0[module].parent?),
                "self" => found,
                // What it does not show is made by a macro of its own.
                name => self.look_up(module, name, depth).unwrap_or(Found::Item(module)),
            };
        }
        Some(found)
    }

    fn look_up(&self, module: usize, name: &str, depth: usize) -> Option<Found> {
        if depth > 8 {
            return None;
        }
        let within = &self.0[module];
        // An item may bear the name of the module that it lives in: whoever names it means the item.
        if within.items.contains(name) {
            return Some(Found::Item(module));
        }
        let by_name = within.imports.iter().filter(|i| i.name.as_deref() == Some(name));
        let imported = by_name.filter_map(|i| self.resolve(module, &i.path, depth + 1)).next();
        if let Some(Found::Item(_)) = imported {
            return imported;
        }
        if let Some(child) = within.children.get(name) {
            return Some(Found::Module(*child));
        }
        let globs = within.imports.iter().filter(|i| i.name.is_none());
        imported.or_else(|| {
            globs
                .filter_map(|i| match self.resolve(module, &i.path, depth + 1)? {
                    Found::Module(all) if all != module => self.look_up(all, name, depth + 1),
                    _ => None,
                })
                .next()
        })
    }
}

/// What a path leads to.
#[derive(Clone, Copy)]
enum Found {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

/// Reads paths and imports out of code.
#[derive(Default)]
struct Reader {
    module: Module,
}

impl Reader {
    fn import(&mut self, tree: &UseTree, before: &[String]) {
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        let (name, path) = match tree {
            UseTree::Path(path) => return self.import(&path.tree, &with(&path.ident)),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, before));
            }
            UseTree::Glob(_) => (None, before.to_vec()),
            // `use a::{self}` is `a`.
            UseTree::Name(name) if name.ident == "self" => (before.last().cloned(), before.to_vec()),
            UseTree::Name(name) => (Some(name.ident.to_string()), with(&name.ident)),
            UseTree::Rename(rename) => (Some(rename.rename.to_string()), with(&rename.ident)),
        };
        self.module.uses.push(path.clone());
        self.module.imports.push(Import { name, path });
    }

    /// Paths in a macro's arguments or rules: names with `::` between them.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut paths = Vec::new();
        let mut close = |path: &mut Vec<String>| paths.push(std::mem::take(path));
        let mut groups = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    self.module.names.insert(ident.to_string());
                    if colons != 2 {
                        close(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    close(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        groups.push(group.stream());
                    }
                }
            }
        }
        close(&mut path);
        self.module.uses.extend(paths.into_iter().filter(|path| path.len() > 1));
        groups.into_iter().for_each(|group| self.tokens(group));
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.module.uses.push(path.segments.iter().map(|s| s.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.module.constants.push((item.ident.to_string(), (*item.expr).clone()));
        visit::visit_item_const(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.module.constants.push((item.ident.to_string(), item.expr.clone()));
        visit::visit_impl_item_const(self, item);
    }

    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.module.names.insert(ident.to_string());
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

fn value_of(made: &syn::Expr, known: &BTreeMap<String, Vec<f64>>) -> Option<f64> {
    use syn::{BinOp, Expr, Lit};
    match made {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(int) => int.base10_parse().ok(),
            Lit::Float(float) => float.base10_parse().ok(),
            _ => None,
        },
        Expr::Paren(inner) => value_of(&inner.expr, known),
        Expr::Cast(cast) => value_of(&cast.expr, known),
        Expr::Path(path) => {
            let name = path.path.segments.last()?.ident.to_string();
            known.get(&name)?.first().copied()
        }
        Expr::Binary(both) => {
            let (left, right) = (value_of(&both.left, known)?, value_of(&both.right, known)?);
            Some(match both.op {
                BinOp::Add(_) => left + right,
                BinOp::Sub(_) => left - right,
                BinOp::Mul(_) => left * right,
                BinOp::Div(_) => left / right,
                BinOp::Shl(_) => left * right.exp2(),
                _ => return None,
            })
        }
        _ => None,
    }
}

fn for_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") && a.parse_args::<syn::Ident>().is_ok_and(|what| what == "test"))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(i) => &i.ident,
        Item::Enum(i) => &i.ident,
        Item::Fn(i) => &i.sig.ident,
        Item::Macro(i) => i.ident.as_ref()?,
        Item::Static(i) => &i.ident,
        Item::Struct(i) => &i.ident,
        Item::Trait(i) => &i.ident,
        Item::Type(i) => &i.ident,
        _ => return None,
    };
    (!for_tests(attributes(item))).then(|| ident.to_string())
}
