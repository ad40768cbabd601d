//! A station: identical servers, first come, first served, with room for so many customers.
//!
//! It keeps who is served and who waits, and what that adds up to over time; when a service ends is the caller's
//! event, so that any law of service fits. With unlimited room it is the queue of M/M/c and M/G/1, with room for
//! nobody but those in service the loss system of Erlang B.

use crate::units::SimTime;
use std::collections::VecDeque;

/// What becomes of a customer on arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Service begins at once, at the server of this number.
    Served(usize),
    /// All servers are busy; it waits.
    Waits,
    /// There is no room; it is turned away.
    Refused,
}

/// Servers, those who wait for them, and their number over time.
#[derive(Clone, Debug)]
pub struct Station<C> {
    /// Free servers, those freed last taken first.
    free: Vec<usize>,
    servers: usize,
    waiting: VecDeque<C>,
    room: usize,
    since: SimTime,
    /// Customers times nanoseconds since the last [`Station::take_area`].
    area: u128,
}

impl<C> Station<C> {
    /// A station of `servers` servers with room for `room` customers, those in service included; `None` where nobody
    /// is turned away.
    pub fn new(servers: usize, room: Option<usize>) -> Self {
        Self {
            free: (0..servers).rev().collect(),
            servers,
            waiting: VecDeque::new(),
            room: room.unwrap_or(usize::MAX),
            since: SimTime::ZERO,
            area: 0,
        }
    }

    /// Customers here, in service and waiting.
    #[inline]
    pub fn customers(&self) -> usize {
        self.servers - self.free.len() + self.waiting.len()
    }

    /// A customer arrives at `now`, no earlier than anything before.
    #[inline]
    pub fn arrive(&mut self, customer: C, now: SimTime) -> Admission {
        self.pass(now);
        if self.customers() >= self.room {
            return Admission::Refused;
        }
        match self.free.pop() {
            Some(server) => Admission::Served(server),
            None => {
                self.waiting.push_back(customer);
                Admission::Waits
            }
        }
    }

    /// The service at `server` ends at `now`. Gives the customer whose service begins there, if one waits.
    #[inline]
    pub fn finish(&mut self, server: usize, now: SimTime) -> Option<C> {
        self.pass(now);
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.free.push(server);
        }
        next
    }

    /// Customers times nanoseconds since this was last asked, up to `now`; the count begins anew.
    pub fn take_area(&mut self, now: SimTime) -> u128 {
        self.pass(now);
        std::mem::take(&mut self.area)
    }

    #[inline]
    fn pass(&mut self, now: SimTime) {
        debug_assert!(now >= self.since, "time does not go back");
        self.area += self.customers() as u128 * u128::from(now.as_ns() - self.since.as_ns());
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ns: u64) -> SimTime {
        SimTime::from_ns(ns)
    }

    #[test]
    fn two_servers_take_customers_in_their_order_and_turn_away_who_has_no_room() {
        let mut station = Station::new(2, Some(3));
        assert_eq!(station.arrive('a', at(0)), Admission::Served(0));
        assert_eq!(station.arrive('b', at(1)), Admission::Served(1));
        assert_eq!(station.arrive('c', at(2)), Admission::Waits);
        assert_eq!(station.arrive('d', at(3)), Admission::Refused);
        assert_eq!(station.finish(1, at(10)), Some('c'));
        assert_eq!(station.finish(0, at(12)), None);
        assert_eq!(station.customers(), 1);
        // One from 0, two from 1, three from 2 to 10, two to 12, one to 20.
        assert_eq!(station.take_area(at(20)), 1 + 2 + 3 * 8 + 2 * 2 + 8);
        assert_eq!(station.take_area(at(25)), 5);
    }
}
