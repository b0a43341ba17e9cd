//! One file for each check.

pub(super) mod allow_header;
pub(super) mod byte_for_byte;
pub(super) mod clock;
pub(super) mod complete_answer;
pub(super) mod credentials_enforced;
pub(super) mod declared_headers;
pub(super) mod documented_status;
pub(super) mod error_code;
pub(super) mod head;
pub(super) mod invalid_rejected;
mod items;
pub(super) mod leaked_internals;
pub(super) mod media_type;
pub(super) mod no_content;
pub(super) mod object_authorisation;
pub(super) mod read_back;
pub(super) mod response_schema;
pub(super) mod rule;
pub(super) mod server_error;
pub(super) mod snapshot;
pub(super) mod state;
pub(super) mod throttled;
pub(super) mod undeclared_method;
pub(super) mod uniqueness;
pub(super) mod valid_accepted;
pub(super) mod well_formed_body;
pub(super) mod write_only;
