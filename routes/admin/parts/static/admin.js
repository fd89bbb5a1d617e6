// Niceties: every page works without them.
"use strict";

// A question before what cannot be undone.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// A filter takes effect when it is chosen by mouse or finger. Arrow keys change a select with each step: with the keyboard
// the button of the form applies it.
let pointed = null;
document.addEventListener("pointerdown", (event) => pointed = event.target.closest("select"));
document.addEventListener("keydown", () => pointed = null);
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live]");
  if (form && event.target === pointed) form.requestSubmit();
});

// Exact times are those of the reader. They show on hover, and beside the words while these have the focus.
const shown = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.id, part.innerHTML]));
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const localTimes = (root) => {
  for (const time of root.querySelectorAll("time[datetime]")) time.title = exact.format(new Date(time.dateTime));
};
localTimes(document);

// A search narrows a long list of choices. What is chosen stays in sight.
for (const search of document.querySelectorAll("[data-filter]")) {
  search.hidden = false;
  const items = [...document.getElementById(search.dataset.filter).querySelectorAll("[data-filtered]")];
  const input = search.querySelector("input");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
  });
  // Enter would send the form.
  input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

// Copying what is shown once.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

// A package is uploaded as soon as it is chosen or dropped, with its progress. The form then holds where it is.
for (const area of document.querySelectorAll("[data-upload]")) {
  const form = area.closest("form");
  const [input, bar, text] = ["input[type=file]", "progress", "output"].map((part) => area.querySelector(part));
  const [uri, sha256] = ["uri", "sha256"].map((part) => area.querySelector(`[name=${input.name}_${part}]`));
  const buttons = form.querySelectorAll("button");
  let sending = null;
  const done = (words) => {
    bar.hidden = true;
    text.textContent = words;
    for (const button of buttons) button.disabled = false;
    sending = null;
  };
  const answered = (request) => {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // A proxy has answered.
    }
    if (request.status !== 201) {
      const reasons = Object.values(answer).flat().filter((reason) => typeof reason === "string");
      return done(reasons.join(" ") || `The upload failed (${request.status}).`);
    }
    uri.value = answer.package_uri ?? answer.source_uri;
    sha256.value = answer.package_sha256 ?? answer.sha256;
    input.value = "";
    const name = form.querySelector("[name=name]");
    if (name && !name.value) name.value = answer.title;
    for (const box of form.querySelectorAll("[name=platforms]")) {
      box.checked = answer.package_platforms.includes(box.value);
    }
    done(
      [`${answer.title} ${answer.product_version} (${answer.product_id}) is uploaded.`, ...answer.warnings].join(" "),
    );
  };
  const upload = (file) => {
    sending?.abort();
    sending = new XMLHttpRequest();
    const request = sending;
    request.open("POST", `${area.dataset.upload}?filename=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", form.querySelector(`[name=${area.dataset.csrf}]`).value);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = total ? 100 * loaded / total : 0;
      text.textContent = loaded < total ? `${Math.floor(bar.value)} %` : "The server reads the package…";
    });
    request.addEventListener("load", () => answered(request));
    request.addEventListener("error", () => done("The upload was interrupted. Choose the file again."));
    for (const button of buttons) button.disabled = true;
    bar.hidden = false;
    bar.value = 0;
    text.textContent = "";
    // A type that no form of another site can send.
    request.send(new Blob([file], { type: "application/octet-stream" }));
  };
  input.addEventListener("change", () => input.files.length && upload(input.files[0]));
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    if (event.dataTransfer.files.length) upload(event.dataTransfer.files[0]);
  });
}

// Parts of the page are replaced by what they are now: soon after a change, ever less often without one, not while the tab
// is hidden, and not after the session has ended. The reload link stands while this does not work.
const SOON = 2000;
const LATE = 60_000;
const reload = document.querySelector("[data-poll]");
if (reload) {
  let [wait, tag, timer] = [SOON, null, 0];
  const later = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(look, wait);
  };
  const stop = () => {
    clearTimeout(timer);
    wait = Infinity;
    reload.hidden = false;
  };
  const focusable = (part) => [...part.querySelectorAll("a, button, summary, time[tabindex]")];
  const replace = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const next of fresh.querySelectorAll("[data-part]")) {
      const part = document.getElementById(next.id);
      if (!part || shown.get(next.id) === next.innerHTML) continue;
      shown.set(next.id, next.innerHTML);
      const at = focusable(part).indexOf(document.activeElement);
      part.replaceChildren(...next.childNodes);
      localTimes(part);
      if (at >= 0) focusable(part)[at]?.focus({ preventScroll: true });
    }
  };
  const look = async () => {
    try {
      const response = await fetch(reload.dataset.poll, {
        cache: "no-store",
        redirect: "manual",
        headers: tag === null ? {} : { "If-None-Match": tag },
      });
      if (response.status === 200) {
        tag = response.headers.get("ETag");
        replace(await response.text());
        wait = SOON;
      } else if (response.status === 304) {
        wait = Math.min(wait * 1.5, LATE);
      } else if (response.status >= 500 || response.status === 429) {
        wait = Math.min(wait * 2, LATE);
      } else {
        return stop();
      }
      reload.hidden = response.status >= 400;
    } catch {
      wait = Math.min(wait * 2, LATE);
      reload.hidden = false;
    }
    later();
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden && wait !== Infinity) look();
  });
  reload.hidden = true;
  later();
}
