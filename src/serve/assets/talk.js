// Talking to the server, and showing what it says: shared by the page's scripts.

export async function post(path, body, signal, type = "application/json") {
  return fetch(path, { method: "POST", headers: { "content-type": type }, body, signal });
}

export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const frames = rest.split("\n\n");
    rest = frames.pop();
    for (const frame of frames) if (frame.startsWith("data: ")) yield JSON.parse(frame.slice(6));
  }
}

export async function problem(response) {
  try {
    return (await response.json()).error;
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}

export function fill(element, fragment) {
  const parts = () => [...element.querySelectorAll("details")];
  const open = parts().map((part) => part.open);
  // Fragments come from this page's own server, whose templates escape every text.
  element.innerHTML = `<div class="en" lang="en">${fragment.en}</div><div class="zh" lang="zh">${fragment.zh}</div>`;
  element.classList.remove("stale");
  // What was opened stays open where the same stands there again.
  if (parts().length === open.length) parts().forEach((part, at) => (part.open = open[at]));
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
