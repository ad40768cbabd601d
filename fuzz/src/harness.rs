//! What is thrown at readers, and what is asked of them: no panic, a refusal that helps, or something that can be written
//! and read back. The same input in every run: it follows from the target, a seed and a number.

pub(super) mod corpus;
pub(super) mod mutate;
pub(super) mod random;
pub(super) mod shape;
pub(super) mod targets;

use loghaul::plain::printable;
use random::Random;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use targets::{Target, Verdict};

/// The longest message that is to be read.
const LONGEST: usize = 3_000;

/// How long a target is driven: whichever ends first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// The first run, counted from 0, and how many.
    pub first: u64,
    pub runs: u64,
    pub until: Option<Instant>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub runs: u64,
    pub accepted: u64,
    /// Refusals that name no place, one of each kind: the message and its input.
    pub unplaced: Vec<(String, Vec<u8>)>,
    /// What was broken, one of each kind: what, and its input.
    pub broken: Vec<(String, Vec<u8>)>,
}

/// Drives a target over what is made of its corpus.
pub(super) fn drive(target: &Target, corpus: &[Vec<u8>], seed: u64, budget: Budget) -> Tally {
    let mut tally = Tally::default();
    for run in budget.first..budget.first + budget.runs {
        if budget.until.is_some_and(|until| Instant::now() >= until) {
            break;
        }
        let mut random = Random::of(target.name, seed, run);
        let seed_text = corpus.get(random.below(corpus.len())).map_or(&b""[..], Vec::as_slice);
        let made = target.make.filter(|_| random.one_in(2)).and_then(|make| make(seed_text, &mut random));
        let input = made.unwrap_or_else(|| mutate::mutated(seed_text, corpus, target.words, &mut random));
        tally.enter(target, &input);
    }
    tally
}

impl Tally {
    /// Runs a target on an input, and takes note of what comes of it.
    pub(super) fn enter(&mut self, target: &Target, input: &[u8]) {
        self.runs += 1;
        match tried(target, input) {
            Ok(Verdict::Accepted) => self.accepted += 1,
            Ok(Verdict::Refused(message)) => {
                // As the program prints it.
                let message = printable(&message);
                if let Some(problem) = complaint(&message) {
                    note(&mut self.broken, format!("{problem}: {message}"), input);
                } else if !target.is_placed(&message) {
                    note(&mut self.unplaced, message, input);
                }
            }
            Err(panic) => note(&mut self.broken, panic, input),
        }
    }

    /// Whether nothing was found.
    pub(super) fn is_clean(&self) -> bool {
        self.broken.is_empty() && self.unplaced.is_empty()
    }
}

/// One of each kind, and the shortest of them: kinds are told apart by their words, not by their numbers.
fn note(found: &mut Vec<(String, Vec<u8>)>, message: String, input: &[u8]) {
    let kind = |text: &str| text.chars().filter(|c| c.is_alphabetic()).take(60).collect::<String>();
    match found.iter_mut().find(|(other, _)| kind(other) == kind(&message)) {
        Some(other) if input.len() < other.1.len() => *other = (message, input.to_vec()),
        Some(_) => {}
        None => found.push((message, input.to_vec())),
    }
}

/// Runs a target on an input. A panic is its message, with its place.
pub(super) fn tried(target: &Target, input: &[u8]) -> Result<Verdict, String> {
    catch_unwind(AssertUnwindSafe(|| (target.run)(input))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

/// What is wrong with a message, whatever it says.
fn complaint(message: &str) -> Option<&'static str> {
    let unseen = |c: char| {
        c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if message.trim().is_empty() {
        Some("a refusal that says nothing")
    } else if message.len() > LONGEST {
        Some("a refusal too long to be read")
    } else if message.contains(unseen) {
        Some("a refusal with characters that a terminal obeys")
    } else if message.contains("panicked") || message.contains("RUST_BACKTRACE") {
        Some("a refusal in the words of a defect")
    } else {
        None
    }
}

/// An input made shorter as long as it is refused, or broken, in the same words.
pub(super) fn shortened(target: &Target, input: &[u8]) -> Vec<u8> {
    let words = |text: &str| text.chars().filter(|c| c.is_alphabetic()).take(40).collect::<String>();
    let outcome = |input: &[u8]| match tried(target, input) {
        Ok(Verdict::Accepted) => String::new(),
        Ok(Verdict::Refused(message)) => words(&message),
        Err(panic) => format!("!{}", words(&panic)),
    };
    let (wanted, mut best) = (outcome(input), input.to_vec());
    let mut piece = best.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at < best.len() {
            let mut shorter = best.clone();
            shorter.drain(at..(at + piece).min(best.len()));
            if outcome(&shorter) == wanted { best = shorter } else { at += piece }
        }
        piece /= 2;
    }
    best
}
