// Studies that run where they are opened: one after the other, when all else is there, so that nothing waits for them.

import { events, fill, post, problem, seconds } from "./talk.js";

export class Studies {
  // `say` has the words, `asked` gives the state to run, and `opened` is told when a study is opened or closed.
  constructor(say, asked, opened) {
    Object.assign(this, { say, asked, ready: false, result: null, running: null });
    this.panels = [...document.querySelectorAll("details[data-study]")].map((element) => {
      const find = (selector) => element.querySelector(selector);
      const panel = { element, id: element.dataset.study, done: false, rests: false, says: () => "" };
      Object.assign(panel, { status: find("[role=status]"), alert: find("[role=alert]"), slot: find(".slot") });
      Object.assign(panel, { cancel: find(".cancel"), again: find(".again") });
      element.addEventListener("toggle", () => {
        if (!element.open && this.running?.panel === panel) this.stop();
        opened();
        this.next();
      });
      panel.cancel.addEventListener("click", () => this.rest(panel, "cancelled"));
      panel.again.addEventListener("click", () => {
        panel.rests = false;
        this.next();
      });
      return panel;
    });
  }

  // Those that are open, by their names in addresses.
  get open() {
    return this.panels.filter((panel) => panel.element.open).map((panel) => panel.id);
  }

  set open(names) {
    for (const panel of this.panels) panel.element.open = names.includes(panel.id);
  }

  // What is shown is of another state.
  stale() {
    this.stop();
    this.ready = false;
    for (const panel of this.panels) {
      Object.assign(panel, { done: false, rests: false });
      panel.slot.classList.add("stale");
      panel.alert.hidden = true;
    }
    this.next();
  }

  // All else is there, under this number.
  go(result) {
    Object.assign(this, { ready: true, result });
    this.next();
  }

  // All else was given up: studies are run at the push of a button alone.
  givenUp() {
    Object.assign(this, { ready: true, result: null });
    for (const panel of this.panels) panel.rests = true;
    this.next();
  }

  stop() {
    this.running?.own.abort();
    this.running = null;
  }

  // A study goes on no more until somebody asks for it.
  rest(panel, word) {
    if (this.running?.panel === panel) this.stop();
    panel.rests = true;
    this.tell(panel, () => this.say(word));
    this.next();
  }

  // What is said is said again where the language changes.
  tell(panel, says) {
    panel.says = says;
    panel.status.textContent = says();
  }

  speak() {
    for (const panel of this.panels) panel.status.textContent = panel.says();
  }

  next() {
    const waits = (panel) => panel.element.open && !panel.done && !panel.rests;
    if (this.ready && !this.running) {
      const panel = this.panels.find(waits);
      if (panel) this.run(panel);
    }
    for (const panel of this.panels) {
      const runs = this.running?.panel === panel;
      panel.cancel.hidden = !runs;
      panel.again.hidden = runs || !panel.rests;
      if (waits(panel) && !runs) this.tell(panel, () => this.say("waits"));
    }
  }

  async run(panel) {
    const own = new AbortController();
    this.running = { panel, own };
    panel.alert.hidden = true;
    this.tell(panel, () => this.say("running"));
    const body = { state: this.asked(), study: panel.id, result: this.result };
    try {
      const response = await post("/api/run", JSON.stringify(body), own.signal);
      if (!response.ok) return this.fail(panel, await problem(response));
      for await (const event of events(response)) if (!own.signal.aborted) this.show(panel, event);
    } catch {
      if (!own.signal.aborted) this.fail(panel, this.say("gone"));
    } finally {
      if (this.running?.own === own) {
        this.running = null;
        this.next();
      }
    }
  }

  show(panel, event) {
    switch (event.kind) {
      case "waiting":
        return this.tell(panel, () => this.say("waiting"));
      case "progress":
        return this.tell(
          panel,
          () => `${this.say("running")} · ${event.runs} ${this.say("runs")} · ${seconds(event.elapsedMs)}`,
        );
      case "study":
        panel.done = true;
        return fill(panel.slot, event.html);
      case "done":
        return this.tell(panel, () => `${this.say("done")} ${seconds(event.elapsedMs)}`);
      case "failed":
        return this.fail(panel, event.error);
    }
  }

  fail(panel, text) {
    panel.alert.textContent = text;
    panel.alert.hidden = false;
    panel.rests = true;
    this.tell(panel, () => "");
  }
}
