// The workshop page. What the page is about stands in its address; results come as a stream of events, and a run that is
// left is given up by closing the stream.

import { Studies } from "./studies.js";
import { events, fill, post, problem, seconds } from "./talk.js";

const $ = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const STRATEGIES = ["native", "daemonset", "sidecar"];
// What is longer than this is not carried in the address.
const MOST_ADDRESS = 24000;
const MOST_FILE = 16 * 1024 * 1024;
const SLOTS = ["figures", "charts", "table", "studies"];

const words = {
  running: ["running", "运行中"],
  waits: ["waits for all else", "等待其他结果"],
  waiting: ["waiting for another run", "等待其他运行"],
  figures: ["plain figures", "基本数字"],
  table: ["the table", "对比表"],
  studies: ["studies", "专项实验"],
  done: ["done in", "完成，用时"],
  cancelled: ["cancelled", "已取消"],
  own: ["agent's own", "采集器默认"],
  nodes: ["nodes", "个节点"],
  pods: ["pods", "个 Pod"],
  tenants: ["tenants", "个租户"],
  runs: ["runs", "次运行"],
  copied: ["address copied", "地址已复制"],
  large: ["the file is too large for an address: share the file too", "文件太大，无法放入地址：请同时分享文件"],
  tooLarge: ["the file is larger than 16 MiB", "文件超过 16 MiB"],
  gone: ["the server does not answer", "服务器没有响应"],
  reading: ["reading the file", "正在读取文件"],
  pinned: ["pinned", "已固定"],
};
const zh = () => document.documentElement.lang === "zh";
const say = (key) => words[key][zh() ? 1 : 0];

let state = fresh();
let positions = {};
let pin = null; // { name, query, values, seed }
let last = null; // the latest whole figures
let running = null;
let depth = 0;
let timer = 0;
let saying = () => "";
const further = new Studies(say, () => state, () => remember(false));

function fresh() {
  return { scenario: "reference", file: null, agent: null, knobs: {}, rehearsals: [], set: [], strategies: STRATEGIES, seed: 1, reps: 5 };
}

// --- the address ---

async function packed(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpacked(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
}

async function toQuery(of) {
  const query = new URLSearchParams();
  if (of.file) {
    query.set("file", of.file.name);
    const yaml = await packed(of.file.yaml);
    if (yaml.length <= MOST_ADDRESS) query.set("yaml", yaml);
  } else query.set("scenario", of.scenario);
  if (of.agent) query.set("agent", of.agent);
  for (const [knob, value] of Object.entries(of.knobs)) query.set(knob, String(value));
  if (of.rehearsals.length) query.set("play", of.rehearsals.join(","));
  for (const setting of of.set) query.append("set", setting);
  if (of.strategies.join() !== STRATEGIES.join()) query.set("strategies", of.strategies.join(","));
  if (of.seed !== 1) query.set("seed", String(of.seed));
  if (of.reps !== 5) query.set("reps", String(of.reps));
  return query;
}

async function fromQuery(query) {
  const of = fresh();
  if (query.get("scenario")) of.scenario = query.get("scenario");
  if (query.get("file")) {
    const same = state.file && state.file.name === query.get("file") ? state.file.yaml : null;
    const yaml = query.get("yaml") ? await unpacked(query.get("yaml")) : same;
    if (yaml) of.file = { name: query.get("file"), yaml };
    else fail(`${query.get("file")}: ${say("large")}`);
  }
  of.agent = query.get("agent");
  for (const element of all(".knob")) {
    const value = query.get(element.dataset.knob);
    if (value !== null && Number.isFinite(Number(value))) of.knobs[element.dataset.knob] = Number(value);
  }
  of.rehearsals = (query.get("play") || "").split(",").filter(Boolean);
  of.set = query.getAll("set");
  if (query.get("strategies")) of.strategies = query.get("strategies").split(",");
  if (query.get("seed")) of.seed = Number(query.get("seed"));
  if (query.get("reps")) of.reps = Number(query.get("reps"));
  return of;
}

async function address() {
  const query = await toQuery(state);
  query.set("lang", document.documentElement.lang);
  if (further.open.length > 0) query.set("more", further.open.join(","));
  if (pin) query.set("pin", pin.query);
  return "#" + query.toString();
}

async function remember(anew) {
  const to = await address();
  if (to === location.hash) return;
  if (anew) {
    depth += 1;
    history.pushState({ depth }, "", to);
  } else history.replaceState({ depth }, "", to);
  $("undo").disabled = depth === 0;
}

async function restore() {
  const query = new URLSearchParams(location.hash.slice(1));
  setLang(query.get("lang") || (navigator.language.startsWith("zh") ? "zh" : "en"));
  const pinned = query.get("pin");
  state = await fromQuery(query);
  if (!pinned) unpin();
  else if (!pin || pin.query !== pinned) {
    // Its figures are run anew: an address carries what was asked, not what was found.
    const of = await fromQuery(new URLSearchParams(pinned));
    const found = await figuresOf(of);
    if (found) pin = { name: of.file ? of.file.name : of.scenario, query: pinned, values: found.values, seed: found.seed };
  }
  showPin();
  // What is open stays so when something is undone.
  if (query.get("more")) further.open = query.get("more").split(",");
  await stand();
  run();
}

// --- running ---

// The figures of a state, without anything else.
async function figuresOf(of) {
  const response = await post("/api/run", JSON.stringify({ state: of, only: "figures" }));
  if (!response.ok) return null;
  let found = null;
  for await (const event of events(response)) if (event.kind === "figures") found = event;
  return found;
}

async function run() {
  clearTimeout(timer);
  if (running) running.abort();
  const own = new AbortController();
  running = own;
  last = null;
  $("pin").disabled = true;
  $("error").hidden = true;
  $("cancel").disabled = false;
  $("progress").value = 0;
  for (const slot of SLOTS) $(slot).classList.add("stale");
  further.stale();
  status(() => say("running"));
  try {
    const pinned = pin ? { name: pin.name, seed: pin.seed, values: pin.values } : null;
    const response = await post("/api/run", JSON.stringify({ state, pinned }), own.signal);
    if (!response.ok) return fail(await problem(response));
    for await (const event of events(response)) if (running === own) show(event);
  } catch (error) {
    if (running !== own) return;
    if (error.name === "AbortError") status(() => say("cancelled"));
    else fail(say("gone"));
  } finally {
    if (running === own) {
      running = null;
      $("cancel").disabled = true;
      // What was given up, or failed, has nothing behind it that would go on.
      if (!further.ready) further.givenUp();
    }
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(run, 60);
}

// --- showing ---

// What is said is said again where the language changes.
function status(says) {
  saying = says;
  $("status").textContent = says();
}

function fail(text) {
  status(() => "");
  $("error").textContent = text;
  $("error").hidden = false;
}

function show(event) {
  switch (event.kind) {
    case "waiting":
      return status(() => say("waiting"));
    case "accepted": {
      const what = ["nodes", "pods", "tenants"].map((key) => `${event[key].toLocaleString("en")} ${say(key)}`);
      $("what").textContent = `${event.name} · ${what.join(" · ")}`;
      $("command").textContent = event.command;
      $("save-scenario").disabled = false;
      all("[data-download]").forEach((link) => (link.hidden = true));
      return;
    }
    case "progress":
      return status(() => `${say(event.stage)} · ${event.runs} ${say("runs")} · ${seconds(event.elapsedMs)}`);
    case "figures":
      fill($("figures"), event.html);
      $("figures").dataset.replications = event.replications;
      $("progress").value = 1;
      // What is pinned is to have all its replications: fewer have no interval.
      if (!event.isSample && event.replications >= state.reps) {
        last = event;
        $("pin").disabled = false;
      }
      return;
    case "difference":
      $("difference-section").hidden = false;
      return fill($("difference"), event);
    case "charts":
      fill($("charts"), event);
      $("progress").value = 2;
      return;
    case "table":
      fill($("table"), event);
      $("progress").value = 3;
      return;
    case "studies":
      return fill($("studies"), event);
    case "done":
      $("progress").value = 4;
      status(() => `${say("done")} ${seconds(event.elapsedMs)}`);
      $("status").dataset.elapsed = event.elapsedMs;
      for (const link of all("[data-download]")) {
        link.href = `/results/${event.result}/${link.dataset.download}`;
        link.hidden = !event.result;
      }
      return further.go(event.result);
    case "failed":
      return fail(event.error);
  }
}

function setLang(lang) {
  document.documentElement.lang = lang === "zh" ? "zh" : "en";
  for (const element of all("[data-en]")) {
    const text = element.dataset[zh() ? "zh" : "en"];
    if (element.tagName === "OPTION") element.textContent = text;
    else element.setAttribute("aria-label", text);
  }
  all(".knob").forEach(showKnob);
  $("status").textContent = saying();
  further.speak();
}

// --- controls ---

function range(element) {
  return { least: Number(element.dataset.least), most: Number(element.dataset.most), scale: element.dataset.scale };
}

function valueAt(element, place) {
  const { least, most, scale } = range(element);
  const share = place / 200;
  const value = scale === "whole" ? least + share * (most - least) : least * (most / least) ** share;
  return scale === "ratio" ? Number(value.toPrecision(2)) : Math.round(value);
}

function placeOf(element, value) {
  const { least, most, scale } = range(element);
  const clamped = Math.min(most, Math.max(least, value));
  const share = scale === "whole" ? (clamped - least) / (most - least) : Math.log(clamped / least) / Math.log(most / least);
  return Math.round(share * 200);
}

function showKnob(element) {
  const knob = element.dataset.knob;
  const turned = state.knobs[knob];
  const value = turned ?? positions[knob] ?? null;
  const digits = (of) => (element.dataset.scale === "ratio" ? Number(of.toPrecision(3)) : Math.round(of));
  const shown = value === null ? say("own") : `${digits(value).toLocaleString("en")} ${element.dataset.unit}`.trim();
  element.querySelector(".value").textContent = shown;
  const slider = element.querySelector("input");
  slider.value = value === null ? 100 : placeOf(element, value);
  slider.setAttribute("aria-valuetext", shown);
  element.classList.toggle("turned", turned !== undefined);
  element.querySelector(".back").hidden = turned === undefined;
}

// Asks where the scenario stands, and puts all controls there.
async function stand() {
  const response = await post("/api/stand", JSON.stringify({ ...fresh(), scenario: state.scenario, file: state.file }));
  if (!response.ok) {
    fail(await problem(response));
    return false;
  }
  const found = await response.json();
  positions = found.knobs;
  $("question").hidden = !found.question[0];
  found.question.forEach((text, at) => { $("question").children[at].textContent = text; });
  const dropped = document.querySelector("[data-dropped]");
  dropped.hidden = !state.file;
  dropped.textContent = state.file ? state.file.name : "";
  $("scenario").value = state.file ? "" : state.scenario;
  $("agent").value = state.agent || "";
  $("set").value = state.set.join("\n");
  $("seed").value = state.seed;
  $("reps").value = state.reps;
  all("[name=strategy]").forEach((box) => (box.checked = state.strategies.includes(box.value)));
  all("[data-rehearsal]").forEach((button) => button.setAttribute("aria-pressed", String(state.rehearsals.includes(button.dataset.rehearsal))));
  all(".knob").forEach(showKnob);
  return true;
}

function changed() {
  remember(true);
  soon();
}

async function take(file) {
  if (file.size > MOST_FILE) return fail(`${file.name}: ${say("tooLarge")}`);
  status(() => say("reading"));
  $("notes").replaceChildren();
  let dropped;
  const text = file.name.endsWith(".gz") ? "" : await file.text();
  if (/^\s*tenants:/m.test(text)) dropped = { name: file.name, yaml: text };
  else {
    const response = await post(`/api/import/${encodeURIComponent(file.name)}`, file, undefined, "application/octet-stream");
    if (!response.ok) return fail(await problem(response));
    const found = await response.json();
    dropped = { name: `${found.name}.yaml`, yaml: found.yaml };
    for (const note of found.notes) {
      const entry = document.createElement("li");
      entry.textContent = note;
      $("notes").append(entry);
    }
  }
  const before = state;
  state = { ...fresh(), strategies: state.strategies, seed: state.seed, reps: state.reps, file: dropped };
  if (await stand()) changed();
  else state = before;
}

function showPin() {
  $("unpin").hidden = !pin;
  if (!pin) $("difference-section").hidden = true;
}

function unpin() {
  pin = null;
  showPin();
}

function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function listen() {
  $("scenario").addEventListener("change", async () => {
    state = { ...fresh(), strategies: state.strategies, seed: state.seed, reps: state.reps, scenario: $("scenario").value };
    $("notes").replaceChildren();
    if (await stand()) changed();
  });
  $("agent").addEventListener("change", () => {
    state.agent = $("agent").value || null;
    changed();
  });
  for (const element of all(".knob")) {
    const slider = element.querySelector("input");
    slider.addEventListener("input", () => {
      const place = Number(slider.value);
      const was = state.knobs[element.dataset.knob] ?? positions[element.dataset.knob] ?? null;
      const value = valueAt(element, place);
      // Where steps are finer than whole numbers, each is one of these.
      const stuck = was !== null && range(element).scale !== "ratio" && value === Math.round(was);
      const { least, most } = range(element);
      const next = stuck ? Math.min(most, Math.max(least, value + Math.sign(place - placeOf(element, was)))) : value;
      state.knobs[element.dataset.knob] = next;
      showKnob(element);
      if (!stuck) slider.value = place;
      soon();
    });
    slider.addEventListener("change", () => remember(true));
    element.querySelector(".back").addEventListener("click", () => {
      delete state.knobs[element.dataset.knob];
      showKnob(element);
      slider.focus();
      changed();
    });
  }
  for (const button of all("[data-rehearsal]")) {
    button.addEventListener("click", () => {
      const own = button.dataset.rehearsal;
      const plays = state.rehearsals.includes(own);
      state.rehearsals = plays ? state.rehearsals.filter((other) => other !== own) : [...state.rehearsals, own];
      button.setAttribute("aria-pressed", String(!plays));
      changed();
    });
  }
  for (const box of all("[name=strategy]")) {
    box.addEventListener("change", () => {
      state.strategies = all("[name=strategy]").filter((one) => one.checked).map((one) => one.value);
      changed();
    });
  }
  $("seed").addEventListener("change", () => ((state.seed = Number($("seed").value)), changed()));
  $("reps").addEventListener("change", () => ((state.reps = Number($("reps").value)), changed()));
  $("set").addEventListener("change", () => {
    state.set = $("set").value.split("\n").map((line) => line.trim()).filter(Boolean);
    changed();
  });
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  $("run").addEventListener("click", run);
  $("cancel").addEventListener("click", () => running && running.abort());
  $("undo").addEventListener("click", () => depth > 0 && history.back());
  $("reset").addEventListener("click", async () => {
    state = { ...fresh(), scenario: state.scenario, file: state.file };
    if (await stand()) changed();
  });
  $("pin").addEventListener("click", async () => {
    if (!last) return;
    pin = { name: state.file ? state.file.name : state.scenario, query: (await toQuery(state)).toString(), values: last.values, seed: last.seed };
    showPin();
    remember(false);
    status(() => say("pinned"));
  });
  $("unpin").addEventListener("click", () => {
    unpin();
    remember(false);
  });
  $("link").addEventListener("click", async () => {
    await remember(false);
    const whole = !state.file || location.hash.includes("yaml=");
    try {
      await navigator.clipboard.writeText(location.href);
      status(() => say(whole ? "copied" : "large"));
    } catch {
      status(() => location.href);
    }
  });
  $("lang").addEventListener("click", () => {
    setLang(zh() ? "en" : "zh");
    remember(false);
  });
  $("save-scenario").addEventListener("click", async () => {
    const response = await post("/api/scenario", JSON.stringify(state));
    if (response.ok) download("scenario.yaml", await response.text());
    else fail(await problem(response));
  });
  $("file").addEventListener("change", () => $("file").files[0] && take($("file").files[0]));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      $("drop").classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
  }
  window.addEventListener("popstate", (event) => {
    depth = event.state ? event.state.depth : 0;
    $("undo").disabled = depth === 0;
    restore();
  });
}

async function begin() {
  listen();
  if (location.hash.length <= 1) {
    const response = await fetch("/api/start");
    const start = await response.json();
    setLang(start.lang);
    state = { ...fresh(), ...start.state };
    if (await stand()) run();
    await remember(false);
  } else await restore();
}

begin();
