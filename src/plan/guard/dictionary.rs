//! The words of disruption, all of them.
//!
//! Not among them, since hosts in daily use have them for ordinary states of a resource, or since
//! they take nothing away: close, archive, pause, publish, approve, reject, restore, rollback, reload,
//! deploy, migrate, unlock, unsubscribe, refresh, renew. What a contract of one's own means by them
//! `x-probity: {disruptive: true}` says.

/// Words with spaces between them.
pub(super) type Words = &'static str;

/// What counts in any place, in any form.
pub(super) const ANYWHERE: Words = "\
    shutdown poweroff restart reboot reset revoke revocation rotate purge truncate wipe logout logoff \
    signout bulkdelete deleteall logoutall revokeall resetall endsession resetpassword passwordreset \
    changepassword forgotpassword lockdown nuke";

/// What counts where a verb stands: as the last part of a path, as the first or last word of an
/// `operationId`, as the first word of a summary.
pub(super) const VERBS: Words = "\
    stop halt quit exit kill abort terminate termination cancel cancellation lock lockout block ban \
    disable deactivate deactivation decommission suspend suspension evict drain freeze expire invalidate \
    drop flush hibernate failover reinitialize reinitialise reinit";

/// The same for every method but DELETE, which says so by itself.
pub(super) const DELETES: Words = "\
    delete deletion remove destroy erase clear empty uninstall unregister deregister prune cleanup";

/// Words that mean something else together, of one or of several.
pub(super) const OTHERWISE: &[(&str, &str)] = &[
    ("drop", "off"),
    ("drop", "down"),
    ("drop", "point"),
    ("drop", "box"),
    ("stop", "point"),
    ("stop", "area"),
    ("stop", "place"),
    ("stop", "word"),
    ("block", "list"),
    ("block", "chain"),
    ("lock", "screen"),
    ("exit", "survey"),
    ("exit", "code"),
    ("exit", "poll"),
    ("cancel", "reason"),
    ("clear", "text"),
];

/// Words of which one is followed by one of others, with at most so many more between them.
pub(super) type Pair = (Words, Words, usize);

/// Words that mean it together: one of the first, then one of the others. Between them may stand as
/// many more in a summary, and none elsewhere.
pub(super) const PAIRS: &[Pair] = &[
    ("shut shuts shutting power powers", "down off", 3),
    ("log logs logging logged", "out off", 3),
    ("sign signs signing signed", "out", 3),
    ("turn turns switch switches", "off", 3),
    ("take takes put puts go goes set sets", "offline", 3),
    (SESSION_ENDS, SESSIONS, 3),
    ("restore restores", "factory defaults", 1),
    (RENEWALS, SECRETS, 3),
];

/// The same the other way round, as paths and names have it.
pub(super) const TURNED: &[Pair] = &[(SESSIONS, SESSION_ENDS, 0), (SECRETS, RENEWALS, 0)];

/// Deleting that is not of one: of every method but a DELETE of one resource.
pub(super) const MASS_DELETES: &[Pair] =
    &[(DELETES_OF, MANY, 1), (MANY, "delete deletes remove removes destroy erase", 0)];

pub(super) const SESSIONS: Words = "session sessions";
pub(super) const SESSION_ENDS: Words = "end ends ending close closes destroy destroys";
pub(super) const RENEWALS: Words = "regenerate regenerates recreate roll rolls cycle";
pub(super) const SECRETS: Words = "key keys secret secrets token tokens credential credentials";
pub(super) const DELETES_OF: Words = "\
    delete deletes deleting remove removes removing destroy destroys erase erases clear clears drop \
    drops";
pub(super) const MANY: Words = "all every everything many multiple several bulk batch mass selected";

/// What counts of a safe method: as the whole last part of a path, if need be with what it is done
/// to, or as the first word of an `operationId`.
pub(super) const ENDINGS: Words = "\
    shutdown poweroff restart reboot reset revoke purge truncate wipe logout logoff signout endsession \
    logoutall revokeall resetall deleteall bulkdelete stop halt quit kill abort terminate cancel disable \
    deactivate suspend invalidate flush delete remove destroy erase clear";

/// What a path of a safe method names behind an order.
pub(super) const OBJECTS: Words = "\
    all everything everywhere now me user users session sessions server service system host node app \
    application device token tokens key keys password cache db database data force";

/// What makes a noun of the word before it, where something is read.
pub(super) const READ: Words = "\
    status state count counts list time times history reason reasons policy policies info details report \
    reports log logs event events rate rates config settings options point points schedule by";

/// Verbs of which what follows is only an object: a restart policy that is created restarts nothing.
pub(super) const HARMLESS: Words = "\
    create add insert register store save upload import record define make build get list find read \
    fetch retrieve search query show view describe check validate verify count calculate compute \
    estimate preview simulate test update edit replace modify rename copy clone export download append \
    comment login authenticate";

/// Behind these stands a verb again.
pub(super) const JOINTS: Words = "and or then also will immediately";

/// What may stand before the first verb.
pub(super) const LEADS: Words = "\
    force forcibly forcefully gracefully permanently temporarily immediately bulk batch mass admin \
    endpoint api operation request used to this please soft hard emergency remote remotely manually";

/// What is done to passwords where they are more than something to log in with.
pub(super) const PASSWORD_CHANGES: Words = "\
    change changes set sets update updates reset resets forgot forget forgotten recover recovers \
    recovery new expire lost modify edit renewal";
pub(super) const PASSWORDS: Words = "password passwords passwd passphrase";
/// Behind a password: what is about passwords and is none.
pub(super) const ABOUT_PASSWORDS: Words = "policy policies strength hint rules requirements grant login";
pub(super) const LOGINS: Words = "login signin token authenticate verify validate check grant";

/// Behind maintenance: what leaves it a state of the service.
pub(super) const MAINTENANCE: Words = "\
    mode window windows status state on off start stop begin end enable disable toggle switch flag now \
    post put patch";
/// What switches maintenance, of a safe method.
pub(super) const MAINTENANCE_ORDERS: Words = "on off start stop begin end enable disable toggle";
/// Words without a meaning of their own.
pub(super) const FILLERS: Words = "of for in to at the a an by with until and or is from so that";

/// Words that begin what a verb is done to.
pub(super) const ARTICLES: Words = "the a an all every this your current its it you everything";
