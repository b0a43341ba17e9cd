//! Tests of the whole program against servers and targets of their own.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod architecture;
mod audit;
mod bad_contract;
mod bad_target;
mod bad_usage;
mod browser;
mod canned;
mod cli;
mod docs;
mod driver;
mod exact;
mod facts;
mod fields;
mod formats;
mod guards;
mod hanging;
mod honest;
mod keys;
mod laws;
mod meant;
mod needs;
mod pinned;
mod proof;
mod read_back;
mod readers;
mod readme;
mod remarks;
mod rival;
mod rules;
mod secrecy;
mod state;
mod trust;
mod wire;
