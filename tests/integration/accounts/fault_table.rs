// One row a fault: name, id, the variant that has it, the check that must tell it and how, what is wrong.
faults! {
    ProjectIdText "project-id-text" Forbidding "response-schema" Deny "a project's id is a text";
    NoCreatedAt "no-created-at" Hiding "response-schema" Deny "a new project is told without createdAt";
    BudgetText "budget-text" Soft "response-schema" Deny "a project's budget is a number inside a text";
    TagsNull "tags-null" Roles "response-schema" Deny "a project without tags has tags null";
    RoleInCapitals "role-in-capitals" Hiding "response-schema" Deny "an account's role is in capitals";
    MeWithoutEmail "me-without-email" Cookied "response-schema" Deny "the account that calls is told without its email";
    CreatedAtLocal "created-at-local" Catalogued "response-schema" Deny "times have no offset";
    TotalText "total-text" Forbidding "response-schema" Deny "the total of a list is a text";
    SearchNull "search-null" Soft "response-schema" Deny "a search that finds nothing has items null";
    YoungWithoutName "young-without-name" Cookied "response-schema" Deny "projects begun since the start stand in lists without their names";
    ReadWithoutArchived "read-without-archived" Hiding "response-schema" Deny "a project that is read has no archived";
    RefusalBare "refusal-bare" Forbidding "response-schema" Deny "a refused body is told by a bare text";
    PasswordShown "password-shown" Hiding "write-only" Warn "a new account is told with its password";

    CreatedAs200 "created-as-200" Forbidding "documented-status" Deny "a create is answered with 200 where 201 is documented";
    UnlistedAs418 "unlisted-as-418" Hiding "documented-status" Deny "an unlisted visibility is answered with 418";
    RefusalPage "refusal-page" Cookied "media-type" Deny "a refused body is told by an HTML page";
    MePlain "me-plain" Roles "media-type" Deny "the account that calls is labelled text/plain";
    NoLocation "no-location" Roles "declared-headers" Deny "a create has no Location";
    NoChallenge "no-challenge" Forbidding "declared-headers" Deny "a 401 has no WWW-Authenticate";
    KeyTwice "key-twice" Soft "well-formed-body" Deny "the account that calls has its id twice";
    ListCut "list-cut" Hiding "well-formed-body" Deny "a list lacks its end, with a right length";
    TraceOpen "trace-open" Forbidding "undeclared-method" Deny "TRACE is answered with 200";
    SessionsListed "sessions-listed" Hiding "undeclared-method" Warn "an undeclared GET of the sessions works";
    NoAllow "no-allow" Soft "allow-header" Warn "a 405 has no Allow";

    EmojiCrash "emoji-crash" Hiding "server-error" Deny "a display name beyond the basic plane is a 500";
    NullCrash "null-crash" Forbidding "server-error" Deny "a title that is null is a 500";
    EmptyCrash "empty-crash" Catalogued "server-error" Deny "an empty display name is a 500";
    LongCrash "long-crash" Cookied "server-error" Deny "a display name that is too long is a 500";
    TypeCrash "type-crash" Soft "server-error" Deny "tags that are no list are a 500";
    BrokenCrash "broken-crash" Roles "server-error" Deny "a log-in that is no JSON is a 500";

    MissingAccepted "missing-accepted" Forbidding "invalid-rejected" Deny "a project without a name is accepted";
    NumberAccepted "number-accepted" Hiding "invalid-rejected" Deny "a display name that is a number is accepted";
    BoundIgnored "bound-ignored" Soft "invalid-rejected" Deny "a budget beyond its bounds is accepted";
    UnlistedAccepted "unlisted-accepted" Roles "invalid-rejected" Deny "an unlisted visibility is accepted";
    PatternIgnored "pattern-ignored" Cookied "invalid-rejected" Deny "a name that does not match its pattern is accepted";
    RestIgnored "rest-ignored" Catalogued "invalid-rejected" Deny "what stands behind the document is ignored";
    RepeatedTagsAccepted "repeated-tags-accepted" Hiding "invalid-rejected" Deny "a tag twice is accepted";
    ClientNotDemanded "client-not-demanded" Forbidding "invalid-rejected" Deny "the required header is not demanded";

    InternalRefused "internal-refused" Cookied "valid-accepted" Deny "the visibility internal is refused with 400";
    NullRefused "null-refused" Hiding "valid-accepted" Deny "a budget that is null is refused with 400";
    ZeroRefused "zero-refused" Forbidding "valid-accepted" Warn "a budget of 0 is refused with 400";
    TitleDemanded "title-demanded" Cookied "valid-accepted" Deny "a project without a title is refused with 400";
    SeventhRefused "seventh-refused" Soft "valid-accepted" Deny "every seventh valid project is refused with 400";
    IdDemanded "id-demanded" Hiding "valid-accepted" Deny "a project without the read-only id is refused with 400";
    FreshTaken "fresh-taken" Catalogued "valid-accepted" Deny "every fifth free name is said to be taken";
    GivenMissing "given-missing" Catalogued "valid-accepted" Deny "every fifth valid project is refused as if it had no name";

    MeOpen "me-open" Forbidding "credentials-enforced" Deny "the account that calls is told to anyone, as the first one";
    AnyToken "any-token" Soft "credentials-enforced" Deny "every token is good";
    CsrfIgnored "csrf-ignored" Cookied "credentials-enforced" Deny "the second token is not looked at";

    WrongReason "wrong-reason" Catalogued "error-code" Deny "a budget of a wrong type is said to be missing";
    TakenAsInvalid "taken-as-invalid" Catalogued "error-code" Deny "a taken name is said to be invalid";
    TakenAccepted "taken-accepted" Catalogued "uniqueness" Deny "a taken name is accepted";
    EmailCaseMinded "email-case-minded" Catalogued "uniqueness" Deny "an email in another case is accepted";
    ReadOtherTitle "read-other-title" Catalogued "read-back" Deny "a project is read with its title in capitals";

    StatementShown "statement-shown" Catalogued "leaked-internals" Deny "a taken name is told by the database's error";
    TraceShown "trace-shown" Cookied "leaked-internals" Deny "a project that is not there is told by a stack trace";
}
