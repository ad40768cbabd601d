//! The workshop page as browsers and others meet it: through a socket, and in a real browser.

mod browser;
mod http;
mod pictures;
mod running;
mod security;
mod studies;
mod webdriver;
