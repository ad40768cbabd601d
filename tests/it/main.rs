//! Integration tests: the program as users run it, and the library as a whole. One binary, so that it links once.

// Helpers outside of test functions may fail a test, and say on standard error what is skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod against_reference;
mod ahead;
mod backend;
mod bad_input;
mod book;
mod campaign;
mod cases;
mod cli;
mod codes;
mod control;
mod decisions;
mod discovery;
mod docs;
mod explain;
mod faults;
mod flips;
mod formats;
mod fuzz;
mod gate;
mod gateway;
mod golden;
mod growth;
mod import;
mod init;
mod interruptions;
#[cfg(target_os = "linux")]
mod lab;
mod limits;
mod losses;
mod mechanisms;
mod money;
mod nodes;
mod pods;
mod portable;
mod profiles;
mod properties;
mod reference_model;
mod right_answers;
mod rooms;
mod scenarios;
mod sensitivity;
mod serve;
mod settings;
mod sizes;
mod statistics;
mod strategies;
mod strikes;
mod studies;
mod support;
mod validate;
mod verify;
