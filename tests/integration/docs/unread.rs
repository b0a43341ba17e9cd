//! What a page tells of a contract that says less than it seems to.

use super::{html, markdown};
use crate::driver::probity;

const PARTLY: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    parameters: [{name: gone, in: query, schema: {$ref: '#/components/schemas/None'}}]
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [size], properties: {size: {$ref: '#/components/schemas/None'}}}}}}
      responses:
        200: {description: ok, content: {application/json: {schema: {type: object, properties: {other: {$ref: '#/components/schemas/None'}, size: {type: integer, maximum: .inf}}}}}}
        400: {$ref: '#/components/responses/None'}
    get: {operationId: read, responses: {200: {description: ok}}}
  /b/{lost}: {get: {responses: {200: {description: ok}}}}
";

#[test]
fn what_cannot_be_read_of_an_operation_is_told_beside_what_can() {
    let driver = probity().with_file("c.yaml", PARTLY);
    let pages = markdown(&driver, Some("c.yaml"));
    let index = "- `GET /b/{lost}`: the path has \\`{lost}\\`, and no parameter in the path is called that";
    assert!(pages.contains(index), "{pages}");
    let none = "\\`$ref\\` names \\`#/components/schemas/None\\`: nothing stands there (`c.yaml:5:";
    assert_eq!(pages.matches(&format!("- the parameter \\`gone\\`: {none}")).count(), 2, "{pages}");
    for text in [
        "## Request body parameters\n\nWhat it holds cannot be read.\n",
        "| `other` | unknown | It cannot be read. |",
        "| `size` | integer | Not all that the contract says of it can be read. |",
        "### 400\n\nWhat it holds cannot be read.\n",
        "- \\`maximum\\` is not a number (`c.yaml:10:",
    ] {
        assert!(pages.contains(text), "{text}\n{pages}");
    }
    let page = html(&driver, &["c.yaml"]);
    for text in
        ["<h4>Not described</h4>", "the parameter `gone`: ", "What it holds cannot be read.", ">unknown<"]
    {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[test]
fn a_document_without_operations_names_what_it_has_instead() {
    let text = "openapi: 3.1.0
info: {title: T, version: '1'}
webhooks: {new: {post: {summary: Hello}}, lost: {$ref: '#/components/pathItems/none'}}
components: {schemas: {A: {type: object}, B: {type: object}}, parameters: {p: {name: p, in: query}}}
";
    let driver = probity().with_file("c.yaml", text);
    let page = markdown(&driver, Some("c.yaml"));
    for text in [
        "- `POST new`: Hello\n- `lost`: what it is cannot be read\n",
        "The contract describes no operation.",
        "- `schemas`: `A`, `B`\n- `parameters`: `p`\n",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let page = html(&driver, &["c.yaml"]);
    assert!(page.contains("<code>schemas</code>: <code>A</code>, <code>B</code>"), "{page}");
    assert!(!markdown(&probity(), None).contains("describes no operation"));
}
