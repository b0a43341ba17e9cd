//! What of a contract cannot be read or is not, and what that costs: the keyword or the part, and an
//! operation only where no request can be made without it.

use super::fields::Lost;
use super::model::{MediaType, Parameter};
use super::{Operation, Unread, Untestable, strays};
use crate::json::pointer;
use crate::schema::contradiction::Clause;
use crate::schema::folded::Folds;
use crate::schema::lower;
use crate::schema::schemas::{Compiled, SchemaAt, Schemas};
use crate::schema::{Side, Unusable};
use crate::source::{BrokenRef, Document};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What was lost while a document was read.
#[derive(Default)]
pub(super) struct Losses {
    /// What belongs to no operation.
    pub(super) of_document: Vec<Lost>,
    /// By the identity of the operation.
    pub(super) of_operations: HashMap<String, Vec<Lost>>,
}

/// Why the reference that stands at a place leads nowhere, if it does.
pub(super) fn reason(document: &Document, at: &str) -> Option<String> {
    let here = pointer::child(at, "$ref");
    document.broken_refs().iter().find(|broken| broken.at == here).map(words)
}

fn words(broken: &BrokenRef) -> String {
    format!("`$ref` names `{}`: {}", broken.target, broken.reason)
}

/// What was lost first of the parameters of an operation.
pub(super) fn first_of(lost: &[Lost], path_item: &str, operation: &str) -> Option<Unusable> {
    let parameter = |at: &str| {
        [path_item, operation].iter().any(|owner| pointer::is_below(at, &pointer::child(owner, "parameters")))
    };
    let Lost { at, why } = lost.iter().find(|one| parameter(&one.at))?;
    Some(Unusable { at: at.clone(), why: why.clone() })
}

impl Losses {
    /// Everything that is not read of a document, each part once.
    pub(super) fn all(
        mut self,
        document: &Document,
        operations: &[Operation],
        untestable: &[Untestable],
    ) -> Vec<Unread> {
        let root = &document.value;
        let (mut seen, mut told, mut found) = (BTreeSet::new(), HashSet::new(), Vec::new());
        let mut add = |operation: Option<&Operation>, lost: Vec<Lost>, told: &mut HashSet<String>| {
            for Lost { at, why } in lost {
                let why = reason(document, &at).unwrap_or(why);
                if told.insert(at.clone()) {
                    found.push(Unread {
                        operation: operation.map(|operation| operation.id.clone()),
                        at,
                        why,
                    });
                }
            }
        };
        for operation in operations {
            add(Some(operation), self.of_operations.remove(&operation.id).unwrap_or_default(), &mut told);
            let (at, path_item) = (&operation.at, &operation.path_item);
            add(Some(operation), strays::unread_of_operation(root, at, path_item, &mut seen), &mut told);
        }
        add(None, self.of_document, &mut told);
        let mut places: HashSet<&str> = untestable.iter().map(|one| one.at.as_str()).collect();
        places.extend(
            operations
                .iter()
                .flat_map(|one| &one.responses)
                .flat_map(|one| &one.links)
                .filter_map(|link| link.leads.as_ref().err().map(|astray| astray.at.as_str())),
        );
        let slips = slips(document).filter(|broken| {
            let holder = pointer::parent_and_last(&broken.at).map_or("", |(holder, _)| holder);
            [holder, &broken.at].iter().all(|at| !places.contains(at) && !told.contains(*at))
        });
        let slips: Vec<Lost> =
            slips.map(|broken| Lost { at: broken.at.clone(), why: words(broken) }).collect();
        add(None, slips, &mut told);
        add(None, strays::unread_of_document(root, &mut seen), &mut told);
        found
    }
}

/// The references to parts of the contract that are not there or cannot be read.
pub(super) fn slips(document: &Document) -> impl Iterator<Item = &BrokenRef> {
    let is_reference =
        |broken: &&BrokenRef| broken.at.ends_with("/$ref") || broken.at.ends_with("/$dynamicRef");
    document.broken_refs().iter().filter(is_reference).filter(|broken| broken.reason.is_slip())
}

/// So many times schemas are compiled without what could not be used in them.
const ROUNDS: usize = 16;

/// Compiles every schema that the operations use, without what of them cannot be used. What no
/// request can be made without for that is left out, or moved to the untestable.
pub(super) fn compile(
    document: &Document,
    dialect_3_0: bool,
    operations: &mut Vec<Operation>,
    untestable: &mut Vec<Untestable>,
    losses: &mut Losses,
) -> Schemas {
    let mut without: Vec<Lost> = broken_in_schemas(document, operations);
    let (mut requests, mut responses) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations.iter() {
        let (sent, answered) = schemas_of(operation);
        requests.extend(sent);
        responses.extend(answered);
    }
    let plain = document.unnamed();
    let compile = |without: &[Lost]| {
        let places: Vec<&str> = without.iter().map(|lost| lost.at.as_str()).collect();
        Schemas::compile(&plain, dialect_3_0, &requests, &responses, &places)
    };
    let mut compiled = compile(&without);
    let misshapen = std::mem::take(&mut compiled.misshapen).into_iter();
    without.extend(misshapen.map(|Unusable { at, why }| Lost { at, why }));
    let contrary = contradictions(document, &compiled);
    for _ in 0..ROUNDS {
        let known: HashSet<&str> = without.iter().map(|lost| lost.at.as_str()).collect();
        let mut fresh: Vec<Lost> = Vec::new();
        for Unusable { at, why } in compiled.broken.values() {
            if !known.contains(at.as_str()) && fresh.iter().all(|lost| lost.at != *at) {
                fresh.push(Lost { at: at.clone(), why: why.clone() });
            }
        }
        if fresh.is_empty() {
            break;
        }
        fresh.sort_by(|one, other| one.at.cmp(&other.at));
        without.extend(fresh);
        compiled = compile(&without);
    }
    without.extend(contrary);
    if without.is_empty() {
        return compiled.schemas;
    }
    let costs = Costs::new(document, &compiled, &without);
    operations.retain_mut(|operation| match costs.settle(operation) {
        Ok(lost) => {
            losses.of_operations.entry(operation.id.clone()).or_default().extend(lost);
            true
        }
        Err(Unusable { at, why }) => {
            let operation = format!("{} {}", operation.method, operation.path);
            untestable.push(Untestable { operation, at, why });
            false
        }
    });
    compiled.schemas
}

/// A clause, and where it stands.
pub(crate) fn placed(document: &Document, clause: &Clause) -> String {
    let location = document.locate_key(&clause.at);
    let pointer = if location.inside.is_some() { String::new() } else { format!(" {}", clause.at) };
    format!("`{}` ({location}{pointer})", clause.words)
}

/// The clauses that exclude each other, so that nothing is held to them.
fn contradictions(document: &Document, compiled: &Compiled) -> Vec<Lost> {
    let told = |pairs: &[[Clause; 2]], so: &str| -> Vec<Lost> {
        let lost = |[one, other]: &[Clause; 2]| {
            let why = format!("{} and {} {so}", placed(document, one), placed(document, other));
            Lost { at: one.at.clone(), why }
        };
        pairs.iter().map(lost).collect()
    };
    let mut lost =
        told(&compiled.nullable, "exclude each other, so that null is read as one more alternative");
    lost.extend(told(
        &compiled.contrary,
        "exclude each other, so that no answer can keep both, and none is held to them",
    ));
    let so = "say the same, so that nothing fits one of them only; an answer may fit both";
    lost.extend(told(&compiled.indistinct, so));
    lost
}

/// The references in schemas of the operations that lead nowhere.
fn broken_in_schemas(document: &Document, operations: &[Operation]) -> Vec<Lost> {
    if document.broken_refs().is_empty() {
        return Vec::new();
    }
    let roots = operations.iter().flat_map(|operation| {
        let (sent, answered) = schemas_of(operation);
        sent.into_iter().chain(answered).map(|schema| schema.0)
    });
    let reached: HashSet<String> = lower::reachable(&document.value, roots).into_iter().collect();
    let holder = |at: &str| pointer::parent_and_last(at).map(|(parent, _)| parent.to_owned());
    let broken = document.broken_refs().iter();
    let broken = broken.filter(|broken| holder(&broken.at).is_some_and(|at| reached.contains(&at)));
    broken.map(|broken| Lost { at: broken.at.clone(), why: words(broken) }).collect()
}

/// What it costs an operation that its schemas cannot be read in full.
struct Costs<'c> {
    document: &'c Document,
    broken: &'c HashMap<SchemaAt, Unusable>,
    without: &'c [Lost],
    /// The schemas from which something that is lost can be reached.
    touched: HashSet<String>,
    folds: Folds<'c>,
}

impl<'c> Costs<'c> {
    fn new(document: &'c Document, compiled: &'c Compiled, without: &'c [Lost]) -> Costs<'c> {
        let places: Vec<&str> = without.iter().map(|lost| lost.at.as_str()).collect();
        let touched = lower::reaching(&document.value, &compiled.places, &places);
        let folds = Folds::new(compiled.schemas.raw(Side::Request));
        Costs { document, broken: &compiled.broken, without, touched, folds }
    }

    /// Takes from an operation what cannot be sent, and says what is lost.
    fn settle(&self, operation: &mut Operation) -> Result<Vec<Lost>, Unusable> {
        let (sent, answered) = schemas_of(operation);
        if let Some(unusable) = sent.iter().chain(&answered).find_map(|schema| self.broken.get(schema)) {
            return Err(unusable.clone());
        }
        let touched = |schema: &&SchemaAt| self.touched.contains(&schema.0);
        let roots = sent.iter().chain(&answered).filter(touched).map(|schema| schema.0.clone());
        let lost = self.below(roots);
        if lost.is_empty() {
            return Ok(lost);
        }
        let folds = &self.folds;
        let cannot = |schema: &Option<SchemaAt>| {
            let needed =
                schema.as_ref().filter(|schema| needs_unknown(folds, std::slice::from_ref(&schema.0)))?;
            self.below([needed.0.clone()]).into_iter().next()
        };
        let mut needed = operation.parameters.iter().filter(|one| one.required);
        if let Some(Lost { at, why }) = needed.find_map(|one| cannot(&one.schema)) {
            return Err(Unusable { at, why });
        }
        let unread = |parameter: &Parameter| {
            parameter.schema.as_ref().is_some_and(|schema| folds.at(std::slice::from_ref(&schema.0)).unread)
        };
        operation.parameters.retain(|one| one.required || (!unread(one) && cannot(&one.schema).is_none()));
        for media in operation.body.iter_mut().flat_map(|body| &mut body.content) {
            if cannot(&media.schema).is_some() || cannot(&media.items).is_some() {
                (media.unread, media.schema, media.items) = (true, None, None);
                media.examples.clear();
            }
        }
        Ok(lost)
    }

    /// What is lost at and below some schemas.
    fn below(&self, roots: impl IntoIterator<Item = String>) -> Vec<Lost> {
        let reached: HashSet<String> = lower::reachable(&self.document.value, roots).into_iter().collect();
        let holds = |at: &str| {
            let mut here = at;
            while let Some((outer, _)) = here.rsplit_once('/') {
                here = outer;
                if reached.contains(here) {
                    return true;
                }
            }
            false
        };
        self.without.iter().filter(|lost| holds(&lost.at)).cloned().collect()
    }
}

/// How deep it is looked for what cannot be read.
const DEPTH: usize = 32;

/// Whether every value of some schemas has something of which nothing is known.
fn needs_unknown(folds: &Folds<'_>, places: &[String]) -> bool {
    fn needs(folds: &Folds<'_>, places: &[String], depth: usize) -> bool {
        let flat = folds.at(places);
        if flat.unknown || depth == DEPTH {
            return flat.unknown;
        }
        let required = flat.properties.iter().filter(|(name, _)| flat.required.contains(name));
        let mut below: Vec<&[String]> = required.map(|(_, places)| places.as_slice()).collect();
        if flat.item_count.0.is_some_and(|least| least > 0) {
            below.push(flat.item(0).as_slice());
        }
        let all_branches = |branches: &Vec<String>| {
            let one = |branch: &String| needs(folds, std::slice::from_ref(branch), depth + 1);
            !branches.is_empty() && branches.iter().all(one)
        };
        below.into_iter().any(|places| !places.is_empty() && needs(folds, places, depth + 1))
            || flat.alternatives.iter().any(all_branches)
    }
    needs(folds, places, 0)
}

fn schemas_of(operation: &Operation) -> (Vec<SchemaAt>, Vec<SchemaAt>) {
    let body = operation.body.iter().flat_map(|body| &body.content);
    let sent = operation.parameters.iter().filter_map(|parameter| parameter.schema.clone());
    let requests = body.flat_map(schemas_of_media).chain(sent).collect();
    let answered = operation.responses.iter().flat_map(|response| {
        let headers = response.headers.iter().filter_map(|header| header.value_schema().cloned());
        response.content.iter().flat_map(schemas_of_media).chain(headers)
    });
    (requests, answered.collect())
}

fn schemas_of_media(media: &MediaType) -> impl Iterator<Item = SchemaAt> {
    media.schema.iter().chain(&media.items).cloned()
}

#[cfg(test)]
mod tests {
    use super::super::Contract;
    use super::*;
    use serde_json::Value;

    fn contract(text: &str) -> Contract {
        let document = Document::from_text("t.yaml", text).unwrap();
        Contract::read(document).unwrap_or_else(|refused| panic!("{}", refused.1))
    }

    fn operation(version: &str, operation: &str, rest: &str) -> Contract {
        contract(&format!(
            "openapi: {version}\ninfo: {{title: t, version: '1'}}\npaths:\n  /a/{{id}}:\n    parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]\n    post: {operation}\n{rest}"
        ))
    }

    fn places(contract: &Contract) -> Vec<String> {
        contract.unread.iter().map(|one| one.at.clone()).collect()
    }

    const POST: &str = "/paths/~1a~1{id}/post";

    #[test]
    fn a_part_that_cannot_be_read_costs_itself() {
        let read = operation(
            "3.0.3",
            "{parameters: [{$ref: 'https://example.com/q'}, {name: q, in: query, schema: {$ref: '#/none'}}, {name: ok, in: query, schema: {}}], \
              responses: {'200': {$ref: '#/none'}, '201': {description: d, content: {$ref: '#/none'}}, '400': {description: d, content: {a/b: {$ref: '#/none'}}, headers: {H: {$ref: '#/none'}, Ok: {schema: {}}}}, odd: {description: d}}}",
            "",
        );
        assert!(read.untestable.is_empty(), "{:?}", read.untestable);
        let [only] = read.operations.as_slice() else { panic!("{:?}", read.operations) };
        let names: Vec<&str> = only.parameters.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["id", "ok"]);
        let statuses: Vec<String> = only.responses.iter().map(|one| one.status.to_string()).collect();
        assert_eq!(statuses, ["200", "201", "400"]);
        assert!(only.responses[2].content[0].unread && only.responses[2].headers.len() == 1);
        let expected = [
            "parameters/0",
            "responses/200",
            "responses/201/content",
            "responses/400/headers/H",
            "responses/400/content/a~1b",
            "responses/odd",
            "parameters/1/schema/$ref",
        ];
        assert_eq!(places(&read), expected.map(|at| format!("{POST}/{at}")));
    }

    #[test]
    fn only_what_cannot_be_sent_at_all_is_untestable() {
        for (operation_text, at) in [
            (
                "{parameters: [{name: q, in: query, required: true, schema: {$ref: '#/none'}}]}",
                "parameters/0/schema/$ref",
            ),
            (
                "{parameters: [{name: q, in: query, required: true, content: {$ref: '#/none'}}]}",
                "parameters/0/content",
            ),
        ] {
            let read = operation("3.1.0", operation_text, "");
            let places: Vec<&str> = read.untestable.iter().map(|one| one.at.as_str()).collect();
            assert_eq!(places, [format!("{POST}/{at}")], "{operation_text}");
        }
        let body = operation("3.1.0", "{requestBody: {$ref: '#/none'}}", "");
        assert_eq!(places(&body), [format!("{POST}/requestBody")]);
        assert!(
            body.operations[0].body.as_ref().is_some_and(|body| body.required && body.content.is_empty())
        );
        let needed = "{requestBody: {content: {application/json: {schema: {required: [a], properties: {a: {$ref: '#/none'}}}}}}}";
        assert!(operation("3.1.0", needed, "").operations[0].json_body().is_none());
        let optional = needed.replace("required: [a], ", "");
        assert!(operation("3.1.0", &optional, "").operations[0].json_body().is_some());
    }

    #[test]
    fn a_path_expression_without_its_parameter_is_told_by_what_was_lost() {
        let text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a/{id}: {get: {}}\n  /b/{id}: {get: {parameters: [{$ref: '#/none'}]}}\n  /c#one: {get: {}}\n  /c#two: {get: {operationId: two}}\n";
        let read = contract(text);
        let told: Vec<(&str, &str)> =
            read.untestable.iter().map(|one| (one.at.as_str(), one.why.as_str())).collect();
        assert_eq!(told[0].0, "/paths/~1a~1{id}/get");
        assert!(told[0].1.contains("`{id}`"), "{told:?}");
        assert_eq!(
            told[1],
            ("/paths/~1b~1{id}/get/parameters/0", "`$ref` names `#/none`: nothing stands there")
        );
        let paths: Vec<&str> = read.operations.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["/c", "/c"]);
    }

    #[test]
    fn operations_and_maps_behind_references_are_read() {
        let read = operation(
            "3.0.3",
            "{$ref: '#/x-all/op'}",
            "x-all:\n  op: {operationId: op, parameters: {$ref: '#/x-all/list'}, requestBody: {content: {$ref: '#/x-all/content'}}, responses: {$ref: '#/x-all/answers'}}\n  \
             list: [{name: ID, in: header, schema: {}}, {name: id, in: header, schema: {}}]\n  content: {application/json: {schema: {type: string}}}\n  answers: {'200': {description: d}}\n",
        );
        let [only] = read.operations.as_slice() else { panic!("{:?}", read.untestable) };
        assert_eq!((only.id.as_str(), only.at.as_str()), ("op", "/x-all/op"));
        let names: Vec<&str> = only.parameters.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["id", "id"]);
        assert!(only.json_body().is_some());
        assert_eq!(only.responses.len(), 1);
        assert_eq!(places(&read), Vec::<String>::new());
    }

    #[test]
    fn a_keyword_that_cannot_be_used_costs_itself() {
        let read = operation(
            "3.1.0",
            "{requestBody: {content: {application/json: {schema: {properties: {a: {type: odd, minimum: 1}, b: {required: true}, c: {type: string}}}}}}}",
            "",
        );
        let base = format!("{POST}/requestBody/content/application~1json/schema/properties");
        assert_eq!(places(&read), [format!("{base}/a/type"), format!("{base}/b/required")]);
        let schema = read.operations[0].json_body().and_then(|media| media.schema.clone()).unwrap();
        let accepts = |value: Value| read.schemas.accepts(&schema, Side::Request, &value);
        assert!(accepts(serde_json::json!({"a": 1, "b": 1})) && !accepts(serde_json::json!({"c": 1})));
        assert!(!accepts(serde_json::json!({"a": 0})));
    }

    #[test]
    fn what_is_unknown_breaks_no_schema_around_it() {
        let read = operation(
            "3.1.0",
            "{responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}}}",
            "components: {schemas: {S: {properties: {a: {not: {$ref: '#/none'}}, b: {oneOf: [{type: string}, {$ref: '#/components/schemas/T'}]}, c: {if: {$ref: '#/none'}, then: false}, d: {type: integer}}, allOf: [{$ref: '#/none'}], unevaluatedProperties: false}, T: {properties: {t: {$ref: '#/none'}}, required: [t]}}}",
        );
        let schema = read.operations[0].responses[0].content[0].schema.clone().unwrap();
        let accepts = |value: Value| read.schemas.accepts(&schema, Side::Response, &value);
        for fine in [r#"{"a": 1}"#, r#"{"b": "x"}"#, r#"{"b": {"t": 1}}"#, r#"{"c": 1}"#, r#"{"other": 1}"#] {
            assert!(accepts(serde_json::from_str(fine).unwrap()), "{fine}");
        }
        assert!(!accepts(serde_json::json!({"d": "x"})) && !accepts(serde_json::json!({"b": {}})));
    }

    #[test]
    fn a_slip_where_no_operation_looks_is_told_of_the_document() {
        let read = operation(
            "3.1.0",
            "{}",
            "components: {schemas: {S: {$ref: '#/none'}, T: {$ref: 'https://e.com/x'}}}",
        );
        assert_eq!(places(&read), ["/components/schemas/S/$ref"]);
        assert_eq!(slips(&read.document).count(), 1);
    }
}
