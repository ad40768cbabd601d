//! The same models on loghaul's engine and on nexosim, in turns within one run: what counts is the ratio.
//!
//! Hold model: N pending events; the earliest is taken, and one put back an exponential time later. M/M/1: utilisation
//! 0.8, two events a customer. Both engines draw their times in the same way, and the draw is included. nexosim runs one
//! model on one thread, an event a step. `simpy_peers.py` beside this file does the same in SimPy.

mod nexo;
mod ours;

use std::time::Instant;

/// Rounds of each engine; the median counts.
const ROUNDS: usize = 7;

/// Mean nanoseconds between arrivals, and of service.
pub const BETWEEN_NS: f64 = 1_250_000.0;
pub const SERVICE_NS: f64 = 1_000_000.0;

/// An exponential time of this mean, in nanoseconds: the draw number `counter`.
#[inline]
pub fn exponential(counter: &mut u64, mean_ns: f64) -> u64 {
    use loghaul::engine::random::{draw, unit};
    *counter += 1;
    (-libm::log(1.0 - unit(draw(7, *counter))) * mean_ns) as u64 + 1
}

/// Nanoseconds an event, the median over the rounds.
fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn timed(events: u64, run: &mut dyn FnMut(u64)) -> f64 {
    let start = Instant::now();
    run(events);
    start.elapsed().as_nanos() as f64 / events as f64
}

/// Runs both in turns, and prints a row.
fn compare(name: &str, events: u64, ours: &mut dyn FnMut(u64), nexo: &mut dyn FnMut(u64)) {
    // A tenth of the events first, so that caches and allocators are warm.
    ours(events / 10);
    nexo(events / 10);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        first.push(timed(events, ours));
        second.push(timed(events, nexo));
    }
    let (ours, nexo) = (median(first), median(second));
    println!("| {name} | {ours:.1} | {nexo:.0} | {:.1} |", nexo / ours);
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("| model | loghaul, ns an event | nexosim 1.0, ns an event | ratio |");
    println!("|---|---:|---:|---:|");
    for pending in [32, 1_000, 100_000] {
        let (mut ours, mut nexo) = (ours::Hold::new(pending), nexo::hold(pending)?);
        let name = format!("hold, {pending} pending");
        compare(&name, 300_000, &mut |n| ours.run(n), &mut |n| nexo.run(n));
    }
    let (mut ours, mut nexo) = (ours::Mm1::new(), nexo::mm1()?);
    compare("M/M/1", 500_000, &mut |n| ours.run(n), &mut |n| nexo.run(n));
    println!("\nMean number in the M/M/1 system, theory 4: loghaul {:.2}.", ours.mean_in_system());
    Ok(())
}
