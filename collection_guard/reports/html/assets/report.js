// The findings: unpacks them, searches, filters and pages through them, and shows each with the timeline of its case.
// Whatever comes from a log is set as text, never as markup.
"use strict";
(() => {
  const root = document.documentElement;
  const at = (id) => document.getElementById(id);
  const PRINTED = 500; // so many findings go on paper at most
  let pack = null;
  let shown = []; // the findings that fit the filters, by number
  let page = 0;
  let haystacks = {};

  const lang = () => root.dataset.lang;
  const said = (number) => { const pair = pack.words[number]; return pair.length === 1 || lang() === "zh" ? pair[0] : pair[1]; };
  const text = (code, values = {}) => pack.texts[lang()][code].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const count = (value) => value.toLocaleString("en-US");

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  function draw(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  async function unpack() {
    const letters = atob(at("pack").textContent);
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // The cases, so that a contact knows which others are of its case.
  function linkCases() {
    pack.caseOf = [];
    pack.firstOf = [];
    let first = 0;
    pack.cases.forEach(([, length], number) => {
      pack.firstOf.push(first);
      for (let place = 0; place < length; place += 1) pack.caseOf.push(number);
      first += length;
    });
    pack.of = new Map(); // contact -> its findings
    (pack.findings.contact || []).forEach((contact, finding) => {
      if (!pack.of.has(contact)) pack.of.set(contact, []);
      pack.of.get(contact).push(finding);
    });
  }

  const size = () => (pack.findings.contact || []).length;
  const caseName = (number) => (pack.cases[number][0] < 0 ? text("no_case") : said(pack.cases[number][0]));
  const rule = (finding) => pack.rules[pack.findings.rule[finding]];
  const field = (contact, name) => pack.contacts[name][contact];

  function place(contact) {
    const [file, sheet] = pack.files[field(contact, "file")];
    const row = field(contact, "row");
    return [file, sheet, row ? text("row", { row }) : ""].filter(Boolean).join(" ");
  }

  // Search and filters

  function haystack(finding) {
    const words = (haystacks[lang()] ||= []);
    if (words[finding] === undefined) {
      const contact = pack.findings.contact[finding];
      words[finding] = [
        said(pack.findings.message[finding]), said(rule(finding).title), rule(finding).id,
        said(pack.agencies[field(contact, "agency")]), said(field(contact, "collector")), caseName(pack.caseOf[contact]),
        field(contact, "id"), field(contact, "number"), field(contact, "at"), said(field(contact, "whom")), place(contact),
        pack.findings.text[finding].filter((_, index) => index % 2 === 0).join(""),
      ].join(" ").toLowerCase();
    }
    return words[finding];
  }

  const selects = { severity: "by-severity", rule: "by-rule-id", agency: "by-agency-name", channel: "by-channel" };

  function filters() {
    const found = { search: at("search").value.trim() };
    for (const [name, id] of Object.entries(selects)) found[name] = at(id).value;
    return found;
  }

  function select(wanted) {
    const words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    for (let finding = 0; finding < size(); finding += 1) {
      const contact = pack.findings.contact[finding];
      if (wanted.severity && pack.severities[rule(finding).severity][0] !== wanted.severity) continue;
      if (wanted.rule && rule(finding).id !== wanted.rule) continue;
      if (wanted.agency && String(field(contact, "agency")) !== wanted.agency) continue;
      if (wanted.channel && String(field(contact, "channel")) !== wanted.channel) continue;
      if (words.length && !words.every((word) => haystack(finding).includes(word))) continue;
      found.push(finding);
    }
    return found;
  }

  function fillSelect(id, options) {
    const element = at(id);
    const before = element.value;
    element.replaceChildren(make("option", { value: "" }, text("all")), ...options.map(([value, words]) => make("option", { value }, words)));
    element.value = before;
  }

  function fillSelects() {
    const used = (values) => [...new Set(values)];
    const contacts = used(pack.findings.contact || []);
    const byWords = (one, other) => one[1].localeCompare(other[1], lang());
    fillSelect("by-severity", pack.severities.map(([name, words]) => [name, said(words)]));
    fillSelect("by-rule-id", used(pack.findings.rule || []).map((number) => [pack.rules[number].id, said(pack.rules[number].title)]).sort(byWords));
    fillSelect("by-agency-name", used(contacts.map((contact) => field(contact, "agency"))).map((number) => [String(number), said(pack.agencies[number])]).sort(byWords));
    fillSelect("by-channel", used(contacts.map((contact) => field(contact, "channel"))).map((number) => [String(number), said(number)]).sort(byWords));
  }

  // One finding

  const chip = (number) => make("span", { class: "chip " + pack.severities[number][0] }, said(pack.severities[number][1]));

  function row(label, ...parts) {
    return parts.some((part) => part) ? [make("dt", {}, text(label)), ...parts.filter((part) => part).map((part) => make("dd", {}, part))] : [];
  }

  function quote(finding) {
    const pieces = pack.findings.text[finding];
    if (!pieces.length) return "";
    const element = make("q", { class: "heard" });
    for (let place = 0; place < pieces.length; place += 2) element.append(pieces[place + 1] ? make("mark", {}, pieces[place]) : pieces[place]);
    return element;
  }

  function timeline(finding) {
    const contact = pack.findings.contact[finding];
    const number = pack.caseOf[contact];
    const [, length, whole] = pack.cases[number];
    const contacts = Array.from({ length }, (_, index) => pack.firstOf[number] + index);
    const moments = contacts.map((other) => Date.parse(field(other, "at").slice(0, 19).replace(" ", "T") + "Z"));
    const first = Math.min(...moments);
    const span = Math.max(...moments) - first || 1;
    const strip = draw("svg", { class: "strip", viewBox: "0 0 700 36", "aria-hidden": "true", focusable: "false" }, draw("line", { class: "rail", x1: 10, x2: 690, y1: 18, y2: 18 }));
    contacts.forEach((other, index) => {
      const x = 10 + (680 * (moments[index] - first)) / span;
      const wrong = pack.of.has(other);
      if (other === contact) strip.append(draw("circle", { class: "here", cx: x, cy: 18, r: 11 }));
      strip.append(draw("circle", { class: wrong ? "wrong" : "right", cx: x, cy: 18, r: wrong ? 6 : 4 }));
    });
    const body = make("tbody");
    const line = (other) => {
      const marks = (pack.of.get(other) || []).map((one) => make("span", { class: "found" }, chip(rule(one).severity), " " + said(rule(one).title)));
      const about = field(other, "past") ? [make("span", { class: "quiet" }, text("before"))] : marks.length ? marks : [make("span", { class: "quiet" }, "—")];
      const cells = [field(other, "at"), said(field(other, "channel")), said(field(other, "whom")), said(pack.agencies[field(other, "agency")]), said(field(other, "outcome"))];
      return make("tr", other === contact ? { class: "here", "aria-current": "true" } : {}, ...cells.map((words) => make("td", {}, words)), make("td", {}, ...about));
    };
    const here = contacts.indexOf(contact);
    const from = Math.max(0, here - 5);
    const to = Math.min(length, here + 6);
    body.append(...contacts.slice(from, to).map(line));
    const heads = ["when", "channel", "whom", "agency", "outcome", "verdict"].map((code) => make("th", { scope: "col" }, text(code)));
    const table = make("div", { class: "scroll", tabindex: "0" }, make("table", {}, make("caption", { class: "unseen" }, text("timeline")), make("thead", {}, make("tr", {}, ...heads)), body));
    const parts = [make("h4", {}, text("timeline_of", { case: caseName(number), count: count(whole) })), strip, table];
    if (to - from < length) {
      const all = make("button", { type: "button" }, text("whole_timeline", { count: count(length) }));
      all.addEventListener("click", () => { body.replaceChildren(...contacts.map(line)); all.remove(); });
      parts.push(all);
    }
    return make("div", { class: "timeline" }, ...parts);
  }

  function details(finding) {
    const contact = pack.findings.contact[finding];
    const listed = (numbers) => make("ul", {}, ...numbers.map((number) => make("li", {}, said(number))));
    const direction = field(contact, "direction");
    const list = make("dl", {},
      ...row("what", said(pack.findings.message[finding])),
      ...row("heard", quote(finding)),
      ...row("why", listed(pack.findings.evidence[finding])),
      ...row("basis", pack.findings.basis[finding].map(said).join(" · ")),
      ...row("remedy", said(pack.findings.remedy[finding])),
      ...row("source", listed(rule(finding).sources)),
      ...row("whom", [said(field(contact, "whom")), field(contact, "number") || ""].filter(Boolean).join(" ")),
      ...row("channel", [said(field(contact, "channel")), direction < 0 ? "" : said(direction), said(field(contact, "outcome"))].filter(Boolean).join(" · ")),
      ...row("collector", said(field(contact, "collector"))),
      ...row("where", place(contact) + " · " + field(contact, "id")));
    return make("div", { class: "inside" }, list, timeline(finding));
  }

  function entry(finding, open) {
    const contact = pack.findings.contact[finding];
    const found = rule(finding);
    const summary = make("summary", {}, chip(found.severity), make("strong", {}, said(found.title)),
      make("span", { class: "when" }, field(contact, "at")),
      make("span", { class: "who" }, said(pack.agencies[field(contact, "agency")]) + " · " + caseName(pack.caseOf[contact])),
      make("span", { class: "what" }, said(pack.findings.message[finding])));
    const element = make("details", { class: "panel finding", "data-finding": finding, "data-rule": found.id }, summary);
    const fill = () => { if (element.open && element.children.length === 1) element.append(details(finding)); };
    element.addEventListener("toggle", fill);
    if (open) { element.open = true; fill(); }
    return make("li", {}, element);
  }

  // The list

  function show(everything = false, unfolded = new Set()) {
    const each = everything ? Math.min(shown.length, PRINTED) : Number(at("per-page").value);
    const pages = Math.max(1, Math.ceil(shown.length / each));
    page = Math.min(page, pages - 1);
    const first = everything ? 0 : page * each;
    at("list").replaceChildren(...shown.slice(first, first + each).map((finding) => entry(finding, unfolded.has(finding) || (everything && shown.length <= 50))));
    const contacts = new Set(shown.map((finding) => pack.findings.contact[finding])).size;
    at("result").textContent = text(shown.length ? "result" : "no_result", { findings: count(shown.length), all: count(size()), contacts: count(contacts) });
    if (everything && shown.length > each) at("result").append(text("printed", { count: count(each) }));
    at("result").dataset.findings = shown.length;
    at("result").dataset.contacts = contacts;
    at("page-of").textContent = text("page_of", { page: count(page + 1), pages: count(pages) });
    at("previous-page").disabled = page === 0;
    at("next-page").disabled = page >= pages - 1;
    at("pager").hidden = pages === 1;
  }

  const unfoldedNow = () => new Set([...document.querySelectorAll(".finding[open]")].map((element) => Number(element.dataset.finding)));

  function filter() {
    page = 0;
    shown = select(filters());
    show();
  }

  function setFilters(words) {
    const wanted = new URLSearchParams(words);
    at("search").value = wanted.get("search") || "";
    for (const [name, id] of Object.entries(selects)) at(id).value = wanted.get(name) || "";
    filter();
  }

  // The page

  function setLanguage(wanted) {
    root.dataset.lang = wanted;
    root.lang = wanted === "zh" ? "zh-CN" : "en";
    at("language").textContent = wanted === "zh" ? "English" : "中文";
    at("language").lang = wanted === "zh" ? "en" : "zh-CN";
    fillSelects();
    shown = select(filters());
    show(false, unfoldedNow());
  }

  function toSection(link) {
    const target = document.querySelector(link.getAttribute("href"));
    if (target instanceof HTMLDetailsElement) target.open = true;
    if (target) target.focus({ preventScroll: true });
  }

  function listen() {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      if (link === null) return;
      if (link.dataset.filter !== undefined) setFilters(link.dataset.filter);
      toSection(link);
    });
    at("language").addEventListener("click", () => setLanguage(lang() === "zh" ? "en" : "zh"));
    at("theme").addEventListener("click", () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
    });
    at("print").addEventListener("click", () => print());
    at("search").addEventListener("input", filter);
    for (const id of Object.values(selects)) at(id).addEventListener("change", filter);
    at("per-page").addEventListener("change", () => { page = 0; show(); });
    at("filters").addEventListener("submit", (event) => event.preventDefault());
    at("filters").addEventListener("reset", () => setTimeout(filter));
    for (const [id, step] of [["previous-page", -1], ["next-page", 1]]) {
      at(id).addEventListener("click", () => { page += step; show(); at("findings").scrollIntoView(); });
    }
    // On paper nothing can be opened: what is folded up is unfolded first.
    let opened = [];
    let unfolded = new Set();
    addEventListener("beforeprint", () => {
      unfolded = unfoldedNow();
      opened = [...document.querySelectorAll("details:not([open]):not(.finding)")];
      for (const element of opened) element.open = true;
      show(true);
    });
    addEventListener("afterprint", () => { for (const element of opened) element.open = false; show(false, unfolded); });
  }

  async function begin() {
    pack = await unpack();
    linkCases();
    for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
    fillSelects();
    filter();
    listen();
    root.dataset.ready = "true";
  }

  // What can be read without the findings is painted first.
  const failed = (error) => { at("too-old").hidden = false; throw error; };
  requestAnimationFrame(() => setTimeout(() => begin().catch(failed)));
})();
