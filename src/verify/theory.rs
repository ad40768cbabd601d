//! Closed forms of queues. Service times have the mean 1, so that the offered load `a` is the arrival rate.
//!
//! Source of all but the last: D. Gross, J. F. Shortle, J. M. Thompson, C. M. Harris, "Fundamentals of Queueing
//! Theory", 4th edition, 2008: chapters 2 (M/M/1, M/M/c, M/M/1/K, Erlang) and 5 (Pollaczek–Khinchine).

/// Mean wait for service in M/G/1: `a · E[S²] / (2 (1 − a))`, the squared coefficient of variation of service being
/// `scv` (Pollaczek–Khinchine). 1 for exponential, 0 for constant service.
pub fn pollaczek_khinchine(a: f64, scv: f64) -> f64 {
    a * (1.0 + scv) / (2.0 * (1.0 - a))
}

/// Share of customers that a system of `servers` servers and no room to wait turns away (Erlang B), by the recursion
/// `1/B(c) = 1 + c/(a B(c−1))`. It holds for any law of service.
pub fn erlang_b(servers: usize, a: f64) -> f64 {
    (1..=servers).fold(1.0, |b, c| a * b / (c as f64 + a * b))
}

/// Share of customers who wait in M/M/c (Erlang C).
pub fn erlang_c(servers: usize, a: f64) -> f64 {
    let b = erlang_b(servers, a);
    let idle = 1.0 - a / servers as f64;
    b / (idle + (1.0 - idle) * b)
}

/// Mean wait for service in M/M/c: `C / (c − a)`.
pub fn mmc_wait(servers: usize, a: f64) -> f64 {
    erlang_c(servers, a) / (servers as f64 - a)
}

/// Probabilities of 0 to `room` customers in M/M/1/K.
pub fn mm1k(room: usize, a: f64) -> Vec<f64> {
    let weights: Vec<f64> = (0..=room).map(|n| a.powi(n as i32)).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|w| w / sum).collect()
}

/// Mean backlog that a slot finds, in slots of work, where each slot brings a Poisson number of unit works with mean
/// `a` and takes one away: `a² / (2 (1 − a))`.
///
/// With Q the backlog and A the arrivals, X = Q + A obeys X' = max(0, X − 1) + A, which is M/D/1 seen by departing
/// customers: E\[X\] = a + a²/(2(1 − a)).
pub fn slotted_backlog(a: f64) -> f64 {
    a * a / (2.0 * (1.0 - a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-4 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn textbook_values() {
        // M/M/1: Wq = ρ/(1 − ρ); M/D/1 half of it.
        near(pollaczek_khinchine(0.75, 1.0), 3.0);
        near(pollaczek_khinchine(0.75, 0.0), 1.5);
        // B(2, 1) = (1/2)/(1 + 1 + 1/2) = 0.2; C(2, 1) = 1/3, and C(1, a) = a.
        near(erlang_b(2, 1.0), 0.2);
        near(erlang_c(2, 1.0), 1.0 / 3.0);
        near(erlang_c(1, 0.6), 0.6);
        near(mmc_wait(1, 0.6), pollaczek_khinchine(0.6, 1.0));
        // K = 2 at a = 1: all three states alike.
        near(mm1k(2, 1.0)[2], 1.0 / 3.0);
        near(mm1k(1, 2.0)[1], erlang_b(1, 2.0));
        near(slotted_backlog(0.8), 1.6);
    }
}
