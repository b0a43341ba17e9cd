//! What shows internals, and what only looks like it.

use super::*;
use serde_json::json;

fn shows(text: &str) -> Option<&'static str> {
    let found = |body: &[u8]| {
        let text = unescaped(body);
        Suspects::of(&text.to_ascii_lowercase())?.leaked(&text, |_| false).map(|(kind, _)| kind)
    };
    let plain = found(text.as_bytes());
    let in_json = found(json!({"message": text, "code": 7}).to_string().as_bytes());
    assert_eq!(plain, in_json, "{text:?} as text and in JSON");
    plain
}

#[track_caller]
fn each_shows(kind: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(shows(text), Some(kind), "{text:?}");
    }
}

#[track_caller]
fn none_shows(texts: &[&str]) {
    assert!(texts.len() >= 20);
    for text in texts {
        assert_eq!(shows(text), None, "{text:?}");
    }
}

#[test]
fn every_form_is_a_pattern() {
    for (form, one) in FORMS.iter().enumerate() {
        assert!(forms::pattern(form).is_some(), "{}", one.what);
    }
}

#[test]
fn statements_are_found_however_they_are_built() {
    each_shows(
        "SQL",
        &[
            r#"insert into "flags" ("name", "kind") values ($1, $2) - too long"#,
            "INSERT INTO `users` (`id`,`name`) VALUES (?,?)",
            "INSERT INTO [dbo].[Users] ([Id], [Name]) OUTPUT INSERTED.[Id] VALUES (@p0, @p1)",
            "INSERT OR IGNORE INTO t (a) VALUES (:a)",
            "insert into reward_group (org_id,name) values (?,?)",
            "insert into t default values (1)",
            r#"select "id", "provider" from "addons" where "id" = $1"#,
            r#"select "a", "b" from "t" where"#,
            r#"SELECT "t0"."id", "t0"."name" FROM "public"."things" "t0" LIMIT 1"#,
            "SELECT `id` FROM `users` WHERE `users`.`email` = 'a' LIMIT 1",
            "SELECT [u].[Id], [u].[Name] FROM [Users] AS [u] WHERE [u].[Id] = @__id_0",
            "SELECT users.id AS users_id \nFROM users \nWHERE users.id = %(id_1)s",
            "select a from t where id = 3",
            "select id, name from things where name in (?)",
            "SELECT count(*) FROM things",
            r#"select "t".* from "t" inner join "u" on "u"."id" = "t"."id""#,
            r#"update "users" set "name" = $1 where "id" = $2"#,
            "UPDATE `t` SET `a` = ? WHERE `id` = ?",
            "UPDATE [Things] SET [Name] = @p0",
            r#"delete from "things" where "id" = $1"#,
            "DELETE FROM `t` WHERE `id` = ?",
            "delete from t where a is null",
            "VALUES ($1, $2, $3) RETURNING",
            "CREATE TABLE IF NOT EXISTS things (id integer)",
            "ALTER TABLE things ADD COLUMN a text",
        ],
    );
    none_shows(&[
        "insert into the slot",
        "Insert into slot (2) with care",
        "select one from the list",
        "Select \"Other\" from the list where it applies",
        "Please select a value from \"Kinds\"",
        "select a plan from our offers, or order by phone",
        "Select items from the cart and limit yourself",
        "update the record, then set name",
        "Update your profile and set a password",
        "You cannot delete from \"Drafts\"",
        "delete from cart where possible",
        "values (a, b) are not allowed",
        "values must be one of (?)",
        "The field `select` is required",
        "where is missing",
        "group by is not supported",
        "create table tennis accounts (free)",
        "alter table settings in your profile",
        "`from` must be before `to`",
        "the query parameter 'order by' is unknown",
        "union of sets",
        "selected from 3 groups",
    ]);
}

#[test]
fn constraint_errors_of_data_bases_are_found() {
    each_shows(
        "SQL",
        &[
            // PostgreSQL
            r#"duplicate key value violates unique constraint "users_email_key""#,
            r#"null value in column "name" of relation "users" violates not-null constraint"#,
            "Key (email)=(a@example.org) already exists.",
            r#"insert or update on table "a" violates foreign key constraint "a_b""#,
            r#"relation "things" does not exist"#,
            "value too long for type character varying(100)",
            r#"invalid input syntax for type uuid: "x""#,
            r#"value "99999999999" is out of range for type integer"#,
            "pq: duplicate key value",
            "ERROR: it failed (SQLSTATE 23505)",
            // MySQL
            "Duplicate entry 'a' for key 'name'",
            "Cannot add or update a child row: a foreign key constraint fails",
            "Column 'name' cannot be null",
            "Data too long for column 'name' at row 1",
            "Error 1062 (23000): Duplicate",
            "Unknown column 'x' in 'field list'",
            "Table 'shop.things' doesn't exist",
            "Field 'name' doesn't have a default value",
            // SQLite
            "UNIQUE constraint failed: users.email",
            "NOT NULL constraint failed: users.name",
            "SQLITE_CONSTRAINT: FOREIGN KEY constraint failed",
            "no such column: things.colour",
            r#"near "FROM": syntax error"#,
            // SQL Server
            "Violation of UNIQUE KEY constraint 'UQ_Users'. Cannot insert duplicate key in object 'dbo.Users'.",
            "The INSERT statement conflicted with the FOREIGN KEY constraint \"FK_a\".",
            "Cannot insert the value NULL into column 'Name'",
            "String or binary data would be truncated.",
            "Invalid column name 'x'.",
            // Oracle
            "ORA-00001: it is there already",
            "unique constraint (SHOP.UK_NAME) violated",
            "ora-01400: no null here",
            // MongoDB
            "E11000 duplicate key error collection: shop.things",
            "MongoServerError: it failed",
            "Cast to ObjectId failed for value \"x\" (type string) at path \"_id\"",
            // Others in between
            "error returned from database: it failed",
            "(sqlalchemy.exc.IntegrityError) it failed",
            "Unique constraint failed on the fields: (`email`)",
            "could not execute statement; SQL [n/a]; constraint [uk]",
        ],
    );
    none_shows(&[
        "The name is taken already",
        "duplicate entry",
        "name violates a constraint",
        "The name must be unique",
        "A unique name is required",
        "field 'name' cannot be null",
        "must not be null",
        "value is out of range",
        "the value 99999999999 is out of range for an integer",
        "The relation does not exist",
        "no such table: 5",
        "Column B is unknown",
        "invalid input: name",
        "Key name already exists",
        "ORA-1",
        "flora-12345x",
        "syntax error in filter: near the end",
        "too long: at most 100 characters",
        "a foreign key is required",
        "the document failed validation",
        "the query could not be executed",
        "Error 404 (Not Found)",
    ]);
}

#[test]
fn exceptions_of_languages_are_found() {
    each_shows(
        "exception",
        &[
            // Python
            "'NoneType' object has no attribute 'has_permission'",
            "'int' object is not subscriptable",
            "KeyError: 'name'",
            "save() got an unexpected keyword argument 'x'",
            "module 'shop' has no attribute 'x'",
            "File \"shop.py\", line 3, in save",
            "unsupported operand type(s) for +: 'int' and 'str'",
            // pydantic
            "must be text [type=text_type, input_value=7, input_type=int]",
            "2 validation errors for Label\nname\n  must be text",
            "1 validation error for Thing\n",
            // Rust
            "called `Result::unwrap()` on an `Err` value: 3",
            "Store { kind: \"disk\", source: 3 }",
            "Os { code: 2, kind: NotFound }",
            "Error(\"missing field `a`\", line: 1, column: 2)",
            "No such file or directory (os error 2)",
            "src/main.rs:12:5",
            // Go
            "runtime error: invalid memory address or nil pointer dereference",
            "goroutine 17 [running]:",
            "json: cannot unmarshal string into Go struct field Thing.size of type int",
            "dial tcp 10.0.0.1:5432: connect: connection refused",
            "&errors.errorString{s:\"x\"}",
            "main.Config{Name:\"x\"}",
            // .NET
            "System.InvalidOperationException: it failed",
            "Object reference not set to an instance of an object.",
            "   at x in Shop.cs:line 12",
            // Java, PHP, Ruby, Node
            "java.util.NoSuchElementException: No value present",
            "it failed in index.php on line 12",
            "undefined method `name' for nil:NilClass",
            "TypeError: x.map is not a function",
            "Cannot read properties of undefined (reading 'id')",
            "connect ECONNREFUSED 127.0.0.1:5432",
        ],
    );
    each_shows(
        "stack trace",
        &["thread 'main' panicked at it", "Traceback (most recent call last):", "x\n\tat com.shop.Main"],
    );
    none_shows(&[
        "Field required",
        "Input should be a valid string",
        "2 validation errors for your request",
        "1 validation error",
        "Failed to deserialize the JSON body: missing field `name` at line 1 column 2",
        "invalid type: integer `7`, expected a string at line 1 column 9",
        "The JSON value could not be converted to System.Int32. Path: $.a | LineNumber: 0 | BytePositionInLine: 12.",
        "Unexpected token } in JSON at position 7",
        "an exception applies to this rule",
        "no exception for you",
        "object has no attribute",
        "the object 'name' is not callable by you",
        "type { name: string }",
        "User { name: string }",
        "query Things { name }",
        "Please call us (9 to 5)",
        "file \"report.pdf\" is too large, line by line",
        "KeyError",
        "error: key",
        "dial 112",
        "value at index 7 is wrong",
        "at least one item (or more)\n at most two items",
        "ValidationError: name is required",
        "undefined name",
        "name={a}&{b}",
    ]);
}

#[test]
fn paths_of_any_root_are_found() {
    each_shows(
        "file path",
        &[
            "see /opt/app/conf/mapper.yml:17",
            "cannot open /srv/shelf/settings.json",
            "/workspace/api/src/index.ts:12:5",
            "in '/code/shop/models.py'",
            "failed at (/go/src/shop/main.go)",
            "/data/shop/etc/shop.conf",
            "file:/home/me/app/main.js",
            "`/Users/me/shop/lib/shop.rb`",
            r"C:\inetpub\shop\web.config",
            r"in D:\a\1\s\Shop.cs",
            r"e:/sites/shop/index.php",
            "/usr/local/lib",
        ],
    );
    none_shows(&[
        "https://example.com/home/start.html",
        "/home/",
        "/v1/things/7",
        "/api/v1/openapi.json",
        "see /docs/openapi.yaml",
        "<script src=\"/app/main.js\"></script>",
        "<link href='/etc/style.xml'>",
        "/assets/index-a1b2.js",
        "background: url(/var/img.xml)",
        "/index.php",
        "/things/{id}",
        "//cdn.example.org/app/main.js",
        "application/vnd.api+json",
        "a/b.py",
        "1/2.5",
        "https://example.org/opt/a.conf",
        "/files/report.pdf",
        "C: drive",
        "http://c:80/x",
        "ratio a:b",
        "/static/logo.png",
        "/schemas/error.json",
    ]);
}

#[test]
fn what_is_content_is_passed_over_and_the_next_is_found() {
    let text = r#"select "a", "b" from "t" and update "t" set "a" = 1"#;
    let small = text.to_lowercase();
    let suspects = Suspects::of(small.as_bytes()).unwrap();
    assert!(suspects.leaked(text.as_bytes(), |found| found.starts_with("select")).is_some());
    assert!(suspects.leaked(text.as_bytes(), |_| true).is_none());
    assert_eq!(quoted(r#"a "b" \c"#), r#"a \"b\" \\c"#);
    assert_eq!(quoted("plain"), "plain");
}
