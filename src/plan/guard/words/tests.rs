use super::*;
use crate::contract::Contract;
use crate::source::{Document, METHODS};
use serde_json::json;

/// What is said of an operation with a method, a path, an `operationId` and a summary.
fn said((method, path, id, summary): (&str, &str, &str, &str)) -> Option<String> {
    let mut operation = json!({"summary": summary, "responses": {"200": {"description": "ok"}}});
    if !id.is_empty() {
        operation["operationId"] = json!(id);
    }
    let parameters = path.split('{').skip(1).filter_map(|part| part.split_once('}'));
    let parameters: Vec<_> = parameters
        .map(|(name, _)| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    operation["parameters"] = json!(parameters);
    let field = method.to_lowercase();
    let item = if METHODS.contains(&field.as_str()) {
        json!({field: operation})
    } else {
        json!({"additionalOperations": {method: operation}})
    };
    let document = json!({
        "openapi": "3.2.0",
        "info": {"title": "T", "version": "1"},
        "paths": {path: item}
    });
    let document = Document::from_text("t.json", &document.to_string()).unwrap();
    let contract = Contract::read(document).unwrap_or_else(|error| panic!("{}", error.1));
    disruptive(&contract.operations[0])
}

#[test]
fn what_stops_resets_locks_or_ends_something_is_told_by_its_words() {
    for operation in [
        ("POST", "/admin/shutdown", "", ""),
        ("PURGE", "/cache", "cache", ""),
        ("LOCK", "/files/{id}", "", ""),
        ("POST", "/node/shut-down", "", ""),
        ("POST", "/node", "shutDownNode", ""),
        ("POST", "/node", "", "Shuts the whole node down"),
        ("POST", "/node/power", "", "Turn off the node"),
        ("POST", "/service/restart", "", ""),
        ("PUT", "/devices/{id}/reboot", "", ""),
        ("POST", "/devices/{id}/factory-reset", "", ""),
        ("POST", "/devices/{id}/defaults", "", "Restores the factory defaults"),
        ("POST", "/account/reset-token", "", ""),
        ("POST", "/counters", "resetCounters", ""),
        ("POST", "/counters", "", "Resetting all counters"),
        ("POST", "/keys/{id}", "rotateApiKey", ""),
        ("POST", "/keys/{id}", "rotateAPIKey", ""),
        ("POST", "/keys/{id}/rotate", "", ""),
        ("POST", "/keys/{id}/regenerate", "", ""),
        ("POST", "/keys/{id}", "", "Issues a new key and revokes the old one"),
        ("POST", "/sessions/revoke-all", "", ""),
        ("POST", "/oauth/token/revocation", "", ""),
        ("POST", "/revoked-tokens", "", ""),
        ("DELETE", "/tokens/{id}", "revokeToken", ""),
        ("POST", "/flows/bulk_delete", "", ""),
        ("POST", "/flows", "", "Deletes every flow"),
        ("DELETE", "/flows", "", "Deletes every flow"),
        ("POST", "/flows/deleteMany", "", ""),
        ("POST", "/flows/batch-delete", "", ""),
        ("POST", "/flows/query", "removeAllFlows", ""),
        ("POST", "/flows/{id}/delete", "", ""),
        ("POST", "/carts/{id}/clear", "", ""),
        ("POST", "/admin/maintenance/start", "", ""),
        ("PUT", "/mode", "setMaintenanceMode", ""),
        ("POST", "/mode", "", "Puts the service into maintenance"),
        ("POST", "/maintenance-windows", "", ""),
        ("POST", "/tables/{id}/truncate", "", ""),
        ("POST", "/admin/purge", "", ""),
        ("POST", "/jobs:purge", "", ""),
        ("POST", "/jobs/{id}:cancel", "", ""),
        ("POST", "/tables", "wipeTables", ""),
        ("POST", "/tables/{id}", "drop_table_tables__id__post", ""),
        ("POST", "/cache/flush", "", ""),
        ("POST", "/containers/prune", "", ""),
        ("POST", "/devices/{id}", "deregisterDevice", ""),
        ("POST", "/cluster/failover", "", ""),
        ("POST", "/admin/lockdown", "", ""),
        ("POST", "/store", "", "Reinitialises the store"),
        ("POST", "/cache", "", "Flushes the cache"),
        ("PUT", "/users/{id}/password", "", ""),
        ("PATCH", "/me", "updateUserPassword", ""),
        ("POST", "/me", "", "Change the password of the user"),
        ("POST", "/mail", "", "Request a password reset"),
        ("POST", "/forgot-password", "", ""),
        ("POST", "/resetpassword", "", ""),
        ("POST", "/auth/logout", "", ""),
        ("POST", "/auth", "auth_logout_create", ""),
        ("POST", "/auth/log-out", "", ""),
        ("POST", "/auth/signOut", "", ""),
        ("POST", "/auth", "", "Logs the current user out"),
        ("DELETE", "/sessions/current", "endSession", ""),
        ("POST", "/session/end", "", ""),
        ("POST", "/session", "", "Ends the current session"),
        ("POST", "/users/{id}/lock", "", ""),
        ("POST", "/users/{id}", "UsersController_lock", ""),
        ("POST", "/users/{id}", "", "Locks a user out"),
        ("PUT", "/users/{id}/disabled", "", ""),
        ("POST", "/users/{id}/deactivate", "", ""),
        ("POST", "/users/{id}/suspension", "", ""),
        ("POST", "/users/{id}", "", "Temporarily suspend a user"),
        ("POST", "/processes/{id}/kill", "", ""),
        ("POST", "/processes/{id}", "terminateProcess", ""),
        ("POST", "/recordings/stop", "", ""),
        ("POST", "/recordings/force-stop", "", ""),
        ("POST", "/recordings", "stop_recording_recordings_post", ""),
        ("POST", "/orders/{id}/cancel", "", ""),
        ("GET", "/logout", "", ""),
        ("GET", "/user/logout", "logoutUser", ""),
        ("GET", "/logout/{realm}", "getLogout", ""),
        ("GET", "/auth/sign-out", "", ""),
        ("GET", "/connect/endsession", "", ""),
        ("GET", "/session/end", "", ""),
        ("GET", "/admin/shutdown", "", ""),
        ("GET", "/admin/revoke-all", "", ""),
        ("GET", "/notes/{id}/delete", "", ""),
        ("GET", "/a", "restartServer", ""),
        ("GET", "/a", "", "Restarts the server"),
        ("HEAD", "/cache/clear", "", ""),
        ("GET", "/maintenance/start", "", ""),
        ("POST", "/trash/empty", "", ""),
    ] {
        assert!(said(operation).is_some(), "{operation:?}");
    }
}

#[test]
fn what_only_sounds_like_it_is_not_told() {
    for operation in [
        ("GET", "/maintenance-windows", "listMaintenanceWindows", "Lists maintenance windows"),
        ("GET", "/maintenance", "getMaintenance", "Whether maintenance is on"),
        ("GET", "/locks", "listLocks", "Lists the locks"),
        ("GET", "/lock", "", "The lock"),
        ("GET", "/resets", "", ""),
        ("GET", "/reset-policy", "", ""),
        ("GET", "/restarts/{id}", "", "Restarts of a node"),
        ("GET", "/stops/{id}", "getStop", ""),
        ("GET", "/a", "stopTimes", ""),
        ("GET", "/a", "shutdownStatus", ""),
        ("GET", "/revoked-tokens", "", "Lists revoked tokens"),
        ("GET", "/images/{id}/rotate", "", ""),
        ("GET", "/sessions/{id}", "getSession", ""),
        ("GET", "/passwords/strength", "", ""),
        ("POST", "/users", "createUser", "Create a user with name and password"),
        ("POST", "/users", "createUser", "Creates a user; the password can be reset later"),
        ("POST", "/login", "login", "Log in with user name and password"),
        ("POST", "/login/password", "loginWithPassword", ""),
        ("POST", "/password/strength", "checkPasswordStrength", ""),
        ("POST", "/password-policy", "updatePasswordPolicy", ""),
        ("POST", "/sessions", "createSession", "Begins a session"),
        ("DELETE", "/sessions/{id}", "deleteSession", "Deletes a session"),
        ("POST", "/token", "refreshToken", "Refresh the token"),
        ("POST", "/locks", "createLock", "Creates a lock"),
        ("POST", "/stops", "addBusStop", "Adds a bus stop"),
        ("POST", "/stop-points", "", ""),
        ("POST", "/dropoff-points", "", "Drop off points"),
        ("POST", "/drop-offs", "createDropOff", ""),
        ("POST", "/policies", "createRestartPolicy", "Create a restart policy"),
        ("POST", "/maintenance-requests", "createMaintenanceRequest", "Create a maintenance request"),
        ("POST", "/presets", "savePreset", "Save a preset"),
        ("POST", "/blocks", "appendBlock", ""),
        (
            "POST",
            "/uploads",
            "createUpload",
            "Creates an upload. It holds at most 8 GB and expires after an hour.",
        ),
        ("POST", "/clocks", "", "Creates a clock"),
        ("POST", "/killers", "", ""),
        ("POST", "/exit-polls", "", ""),
        ("POST", "/logs/output", "", ""),
        ("DELETE", "/notes/{id}", "deleteNote", "Delete a note"),
        ("DELETE", "/notes/{id}", "deleteNote", "Delete all data of a note"),
        ("DELETE", "/notes/{id}", "delete_note_notes__id__delete", ""),
        ("PUT", "/notes/{id}", "putNote", "Replace a note"),
        ("PATCH", "/notes/{id}", "patchNote", ""),
        ("POST", "/notes/{id}/archive", "archiveNote", ""),
    ] {
        assert_eq!(said(operation), None, "{operation:?}");
    }
}

#[test]
fn words_are_told_apart_however_they_are_run_together() {
    for (text, expected) in [
        ("rotateAPIKey", "rotate api key"),
        ("shut_down-node.v2:now", "shut down node v now"),
        ("UsersController_lock", "users controller lock"),
        ("Deletes every flow.", "deletes every flow"),
        ("/jobs/{id}:purge", "jobs id purge"),
        ("", ""),
    ] {
        assert_eq!(words(text).join(" "), expected, "{text}");
    }
}
