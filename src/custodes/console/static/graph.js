// How are stores, datasets and what leads between them laid out so that somebody can read it?
//
// The page brings what is where as JSON; nothing else is asked of anybody. A store is a box; closed, it is one node
// that sums up what is inside. Positions are computed here and are the same each time: stores stand in columns in the
// order in which data flows through them, datasets in a grid inside of their store, the worst first.
"use strict";

(() => {
  const WIDTH = 200, HEIGHT = 50, GAP = 22, ROOM = 110, SHUT_WIDTH = 216, SHUT_HEIGHT = 92;
  const OPEN_AT_ONCE = 40; // datasets that are shown without a click
  const find = (id) => document.getElementById(id);
  const box = find("graph"), side = find("graph-side"), says = find("graph-says"), counter = find("graph-count");
  const told = JSON.parse(find("graph-data").textContent);
  const datasets = told.datasets.map((one, id) => ({ ...one, id, personal: one.fields.length > 0 }));
  const lines = told.lines.map(([source, target, kind, fields, why]) => ({ source, target, kind, fields, why }));
  if (!datasets.length || typeof cytoscape === "undefined") return;

  const stores = [...new Set(datasets.map((one) => one.store))];
  const open = new Set();
  let chosen = null, cy = null;

  const plural = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many || one + "s"}`;
  const shown = (one) => one.personal || one.outside || find("graph-quiet").checked;
  const kindShown = (kind) => kind === "flow" || find(kind === "copy" ? "graph-copies" : "graph-influence").checked;
  const storeId = (store) => `s:${store}`;
  const dataId = (one) => `d:${one.id}`;
  const nodeOf = (one) => (open.has(one.store) ? dataId(one) : storeId(one.store));

  function members(store) {
    const held = datasets.filter((one) => one.store === store && shown(one));
    return held.sort((a, b) => b.wrong - a.wrong || b.harm - a.harm || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  // --- what is drawn --------------------------------------------------------------------------------------------

  // A name is told by its end as well as by its beginning; of a sentence the beginning is enough.
  function cut(text, most) {
    const signs = [...text];
    return signs.length <= most ? text : `${signs.slice(0, most - 9).join("")}…${signs.slice(-8).join("")}`;
  }

  function begun(text, most) {
    const signs = [...text];
    return signs.length <= most ? text : `${signs.slice(0, most - 1).join("").trimEnd()}…`;
  }

  function storeLabel(store, held) {
    const personal = held.filter((one) => one.personal).length, wrong = held.filter((one) => one.wrong).length;
    const rows = [cut(store, 24), `${personal.toLocaleString("en")} with personal data`];
    if (held.length > personal) rows.push(`${(held.length - personal).toLocaleString("en")} without`);
    if (wrong) rows.push(`! ${wrong.toLocaleString("en")} in the wrong place`);
    return rows.join("\n");
  }

  function dataLabel(one) {
    const second = one.wrong ? "! " + one.kinds.join(", ") : one.kinds.join(", ");
    const none = one.outside ? "outside" : one.read ? "none recognised" : "not read";
    return `${cut(one.name, 25)}\n${begun(second || none, 26)}`;
  }

  function classes(held) {
    const found = [];
    if (held.some((one) => one.wrong)) found.push("wrong");
    else if (held.length && held.every((one) => one.vault)) found.push("vault");
    else if (held.some((one) => one.personal)) found.push("personal");
    else found.push("quiet");
    return found.join(" ");
  }

  function elements() {
    const nodes = [], edges = new Map(), places = layout();
    for (const store of stores) {
      const held = members(store);
      if (!held.length) continue;
      if (!open.has(store)) {
        nodes.push({ data: { id: storeId(store), store, label: storeLabel(store, held) }, classes: `store ${classes(held)}`, position: places.get(storeId(store)) });
        continue;
      }
      nodes.push({ data: { id: storeId(store), store, label: `${store} · ${plural(held.length, "dataset")}` }, classes: "store open" });
      for (const one of held)
        nodes.push({ data: { id: dataId(one), parent: storeId(store), store, place: one.id, label: dataLabel(one) }, classes: `dataset ${classes([one])}`, position: places.get(dataId(one)) });
    }
    for (const line of lines) {
      const source = datasets[line.source], target = datasets[line.target];
      if (!kindShown(line.kind) || !shown(source) || !shown(target)) continue;
      const ends = [nodeOf(source), nodeOf(target)];
      if (ends[0] === ends[1]) continue;
      if (line.kind === "copy") ends.sort();
      const id = `e:${line.kind}:${ends.join("|")}`;
      const edge = edges.get(id) || { data: { id, source: ends[0], target: ends[1], kind: line.kind, count: 0 }, classes: line.kind };
      edge.data.count += 1;
      if (line.kind === "copy" && (source.wrong || target.wrong)) edge.classes = "copy astray";
      edge.data.label = edge.data.count > 1 ? String(edge.data.count) : "";
      edges.set(id, edge);
    }
    return [...nodes, ...edges.values()];
  }

  // --- where it stands ------------------------------------------------------------------------------------------

  // The column of each store: one more than the furthest of those that flow into it. Rings are cut where they close.
  function columns() {
    const into = new Map(stores.map((store) => [store, new Set()]));
    for (const line of lines) {
      const source = datasets[line.source], target = datasets[line.target];
      if (line.kind === "flow" && source.store !== target.store && shown(source) && shown(target)) into.get(target.store).add(source.store);
    }
    const rank = new Map(), under = new Set();
    const place = (store) => {
      if (rank.has(store)) return rank.get(store);
      if (under.has(store)) return 0;
      under.add(store);
      const before = [...into.get(store)].sort().map(place);
      rank.set(store, before.length ? Math.max(...before) + 1 : 0);
      return rank.get(store);
    };
    stores.forEach(place);
    return rank;
  }

  function size(store) {
    const held = members(store);
    if (!open.has(store)) return { width: SHUT_WIDTH, height: SHUT_HEIGHT, held, across: 1 };
    const across = portrait() ? Math.min(2, held.length) : Math.max(1, Math.round(Math.sqrt(held.length * 0.62)));
    const down = Math.ceil(held.length / across);
    return { width: across * (WIDTH + GAP) - GAP, height: down * (HEIGHT + GAP) - GAP, held, across };
  }

  // On a phone two boxes fit side by side at a size at which they can be read: the way of the data is downward there.
  const portrait = () => box.clientWidth < 560;

  function downward(rank, put, flowing) {
    const known = stores.filter((store) => members(store).length);
    const order = (store) => (flowing.has(store) ? rank.get(store) : Infinity);
    const gap = 56, most = 2 * SHUT_WIDTH + gap, rows = [];
    for (const store of known.sort((a, b) => order(a) - order(b))) {
      const one = { store, rank: order(store), ...size(store) }, row = rows.at(-1);
      if (row && row.rank === one.rank && row.width + gap + one.width <= most) {
        row.held.push({ ...one, left: row.width + gap });
        row.width += gap + one.width;
        row.height = Math.max(row.height, one.height);
      } else rows.push({ rank: one.rank, held: [{ ...one, left: 0 }], width: one.width, height: one.height });
    }
    let top = 0;
    for (const row of rows) {
      for (const one of row.held) put(one.store, { ...one, held: members(one.store) }, (most - row.width) / 2 + one.left, top);
      top += row.height + gap;
    }
  }

  function layout() {
    const rank = columns(), places = new Map(), byColumn = new Map(), flowing = new Set();
    for (const line of lines) {
      const ends = [datasets[line.source], datasets[line.target]];
      if (line.kind === "flow" && ends[0].store !== ends[1].store && ends.every(shown)) ends.forEach((one) => flowing.add(one.store));
    }
    for (const store of stores) {
      if (!members(store).length) continue;
      const column = rank.get(store);
      byColumn.set(column, [...(byColumn.get(column) || []), store]);
    }
    const put = (store, one, left, top) => {
      if (!open.has(store)) return places.set(storeId(store), { x: left + one.width / 2, y: top + one.height / 2 });
      return one.held.forEach((each, number) =>
        places.set(dataId(each), {
          x: left + (number % one.across) * (WIDTH + GAP) + WIDTH / 2,
          y: top + Math.floor(number / one.across) * (HEIGHT + GAP) + HEIGHT / 2,
        }),
      );
    };
    if (portrait()) {
      downward(rank, put, flowing);
      return places;
    }
    let x = 0, bottom = 0;
    for (const column of [...byColumn.keys()].sort((a, b) => a - b)) {
      const stack = byColumn.get(column).filter((store) => flowing.has(store));
      if (!stack.length) continue;
      const sizes = stack.map(size), width = Math.max(...sizes.map((one) => one.width));
      const height = sizes.reduce((sum, one) => sum + one.height + ROOM, -ROOM);
      let y = -height / 2;
      stack.forEach((store, index) => {
        put(store, sizes[index], x + (width - sizes[index].width) / 2, y);
        y += sizes[index].height + ROOM;
      });
      bottom = Math.max(bottom, height / 2);
      x += width + ROOM * 1.6;
    }
    // Stores that nothing flows into or out of stand below, in rows as wide as what is above them.
    const alone = stores.filter((store) => !flowing.has(store) && members(store).length).map((store) => [store, size(store)]);
    const area = alone.reduce((sum, [, one]) => sum + (one.width + ROOM) * (one.height + ROOM), 0);
    const right = Math.max(x - ROOM * 1.6, Math.sqrt(area * 1.6));
    let left = 0, top = bottom + (x ? ROOM : 0), deepest = 0;
    for (const [store, one] of alone) {
      if (left && left + one.width > right) [left, top, deepest] = [0, top + deepest + ROOM, 0];
      put(store, one, left, top);
      left += one.width + ROOM;
      deepest = Math.max(deepest, one.height);
    }
    return places;
  }

  // --- how it looks ---------------------------------------------------------------------------------------------

  function look() {
    const css = getComputedStyle(document.documentElement), of = (name) => css.getPropertyValue(`--${name}`).trim();
    const font = getComputedStyle(document.body).fontFamily;
    const fill = (name, back, line, width, style) => ({
      selector: `node.${name}`,
      style: { "background-color": of(back), "border-color": of(line), "border-width": width, "border-style": style || "solid" },
    });
    return [
      {
        selector: "node",
        style: {
          shape: "round-rectangle", label: "data(label)", color: of("ink"), "font-family": font, "font-size": 13,
          "text-wrap": "wrap", "text-max-width": 198, "text-valign": "center", "text-halign": "center", "line-height": 1.25,
          "min-zoomed-font-size": 4, "overlay-opacity": 0,
        },
      },
      { selector: "node.dataset", style: { width: WIDTH, height: HEIGHT, "font-size": 12.5 } },
      { selector: "node.store", style: { width: SHUT_WIDTH, height: SHUT_HEIGHT, "font-size": 15, "font-weight": 600, "text-max-width": 208 } },
      fill("personal", "accent-soft", "accent", 1.5),
      fill("quiet", "card", "line", 1.5),
      fill("vault", "good-soft", "good", 4, "double"),
      fill("wrong", "bad-soft", "bad", 3),
      {
        selector: "node.open",
        style: {
          "background-color": of("card"), "background-opacity": 0.6, "border-color": of("line"), "border-width": 1.5, padding: 18,
          "text-valign": "top", "text-margin-y": -6, "font-size": 17, "text-max-width": 900,
        },
      },
      {
        selector: "edge",
        style: {
          width: 2, "curve-style": "bezier", "control-point-step-size": 46, label: "data(label)", "font-size": 15, "font-family": font, color: of("ink"),
          "text-background-color": of("paper"), "text-background-opacity": 1, "text-background-padding": 3, "overlay-opacity": 0,
          "text-background-shape": "round-rectangle", "min-zoomed-font-size": 6, "line-opacity": 0.75,
        },
      },
      { selector: "edge.flow", style: { "line-color": of("accent"), "target-arrow-color": of("accent"), "target-arrow-shape": "triangle", "arrow-scale": 1.2 } },
      { selector: "edge.influence", style: { "line-color": of("soft"), "line-style": "dotted", "target-arrow-color": of("soft"), "target-arrow-shape": "vee" } },
      { selector: "edge.copy", style: { "line-color": of("high"), "line-style": "dashed", "curve-style": "unbundled-bezier", "control-point-distances": [portrait() ? -460 : -70], "control-point-weights": [0.5] } },
      { selector: "edge.astray", style: { "line-color": of("bad"), width: 3 } },
      { selector: ".faded", style: { opacity: 0.18 } },
      { selector: "edge.near", style: { width: 3.5, "line-opacity": 1, "z-index": 9 } },
      { selector: "node.chosen", style: { "border-color": of("ink"), "border-width": 4, "border-style": "solid" } },
    ];
  }

  // --- what is chosen -------------------------------------------------------------------------------------------

  function make(tag, text, more) {
    const one = document.createElement(tag);
    if (text) one.textContent = text;
    return Object.assign(one, more || {});
  }

  function linked(title, found, none) {
    side.append(make("h4", title));
    if (!found.length) return side.append(make("p", none, { className: "muted" }));
    const list = make("ul", "", { className: "side-list" });
    for (const [other, why] of found.slice(0, 40)) {
      const item = make("li"), go = make("button", `${other.store}.${other.name}`, { type: "button", title: why.join("; ") });
      go.addEventListener("click", () => reveal(other));
      item.append(go);
      if (why.length) item.append(make("small", ` ${begun(why[0], 70)}`));
      list.append(item);
    }
    if (found.length > 40) list.append(make("li", `and ${found.length - 40} more, in the table`));
    side.append(list);
  }

  function tellDataset(one) {
    side.replaceChildren(make("h3", `${one.store}.${one.name}`));
    const holds = one.kinds.join(", ") || (one.outside ? "It is outside of every configured store." : one.read ? "No personal data was recognised in it." : "It was not read.");
    side.append(make("p", holds));
    if (one.wrong) side.append(make("p", "Cards, credentials or special categories outside of every declared vault.", { className: "wrong" }));
    if (one.vault) side.append(make("p", "A declared vault."));
    if (one.personal) {
      const ask = new URLSearchParams({ store: one.store, dataset: one.name });
      side.append(make("a", "On the data map", { href: `/data-map?${ask}` }), make("h4", "Fields with personal data"));
      const list = make("ul", "", { className: "side-list" });
      for (const field of one.fields.slice(0, 60)) {
        const item = make("li");
        item.append(make("a", field, { href: `/field?${new URLSearchParams({ store: one.store, dataset: one.name, field })}` }));
        list.append(item);
      }
      if (one.fields.length > 60) list.append(make("li", `and ${one.fields.length - 60} more, on the data map`));
      side.append(list);
    }
    const ends = (kind, here, there) => lines.filter((line) => line.kind === kind && line[here] === one.id).map((line) => [datasets[line[there]], line.why]);
    linked("Flows in from", ends("flow", "target", "source"), "none known");
    linked("Flows out to", ends("flow", "source", "target"), "none known");
    linked("Copies", [...ends("copy", "source", "target"), ...ends("copy", "target", "source")], "none seen");
    const moved = [...ends("influence", "target", "source"), ...ends("influence", "source", "target")];
    if (moved.length) linked("Influences", moved, "");
  }

  function tellStore(store) {
    const held = datasets.filter((one) => one.store === store), personal = held.filter((one) => one.personal);
    side.replaceChildren(make("h3", store), make("p", `${plural(held.length, "dataset")}, ${personal.length.toLocaleString("en")} with personal data`));
    const turn = make("button", open.has(store) ? "Close" : "Open", { type: "button" });
    turn.addEventListener("click", () => toggle(store));
    const list = make("ul", "", { className: "side-list" }), item = make("li");
    item.append(turn);
    list.append(item);
    side.append(list);
    linked("In the wrong place", held.filter((one) => one.wrong).map((one) => [one, one.kinds]), "none seen");
  }

  function choose(node, { tell = true } = {}) {
    cy.elements().removeClass("faded near chosen");
    chosen = node && node.nonempty() ? node.id() : null;
    if (!chosen) {
      side.hidden = true;
      says.textContent = "";
      return cy.resize();
    }
    const kin = node.isParent() ? node.descendants().union(node) : node;
    const edges = kin.connectedEdges(), near = edges.connectedNodes().union(kin);
    if (edges.nonempty()) {
      cy.elements().not(near).not(near.ancestors()).not(edges).addClass("faded");
      cy.edges().not(edges).addClass("faded");
      edges.addClass("near");
    }
    node.addClass("chosen");
    side.hidden = false;
    const place = node.data("place");
    if (place === undefined) tellStore(node.data("store"));
    else tellDataset(datasets[place]);
    const inward = edges.filter((edge) => edge.data("kind") === "flow" && kin.contains(edge.target())).length;
    const outward = edges.filter((edge) => edge.data("kind") === "flow" && kin.contains(edge.source())).length;
    const copied = edges.filter((edge) => edge.data("kind") === "copy").length;
    if (tell) says.textContent = `${node.data("label").replace(/\n/g, ", ")}: ${plural(inward, "line")} in, ${outward} out, ${plural(copied, "copy", "copies")}`;
    cy.resize();
  }

  function draw(fit) {
    cy.batch(() => {
      cy.elements().remove();
      cy.add(elements());
    });
    const count = cy.nodes(".dataset").length, all = datasets.length, hidden = datasets.filter((one) => !shown(one)).length;
    counter.textContent = `${plural(count, "dataset")} of ${all.toLocaleString("en")} open${hidden ? `, ${hidden.toLocaleString("en")} without personal data hidden` : ""}`;
    choose(chosen ? cy.getElementById(chosen) : null, { tell: false }); // before the fit: what is chosen takes room
    if (fit) whole();
  }

  function whole() {
    cy.fit(undefined, portrait() ? 14 : 34);
    if (cy.zoom() > 1.25) {
      cy.zoom(1.25); // a few boxes need not fill the page
      cy.center();
    }
  }

  function toggle(store) {
    if (open.has(store)) open.delete(store);
    else open.add(store);
    chosen = storeId(store);
    draw(true);
    const node = cy.getElementById(chosen);
    // A store that was opened is what its reader wants to see, at a size at which it can be read.
    if (open.has(store)) show(node.descendants().union(node));
    says.textContent = `${store} is ${open.has(store) ? "open" : "closed"}`;
  }

  function show(some) {
    cy.fit(some, 44);
    if (cy.zoom() > 1.25) cy.zoom({ level: 1.25, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    if (cy.zoom() < 0.6) {
      const node = cy.getElementById(chosen);
      cy.zoom(0.6);
      cy.center(node.isParent() || node.empty() ? some : node);
    }
  }

  function reveal(one) {
    if (!shown(one)) find("graph-quiet").checked = true;
    open.add(one.store);
    chosen = dataId(one);
    draw(true);
    const node = cy.getElementById(chosen);
    choose(node);
    show(node.closedNeighborhood());
  }

  // --- finding, zooming, keys -----------------------------------------------------------------------------------

  const names = new Map();
  for (const one of datasets) {
    names.set(`${one.store}.${one.name}`.toLowerCase(), one);
    for (const field of one.fields) names.set(`${one.store}.${one.name}.${field}`.toLowerCase(), one);
  }

  function search() {
    const words = find("graph-search").value.trim().toLowerCase();
    if (!words) return choose(null);
    const store = stores.find((one) => one.toLowerCase() === words);
    if (store && members(store).length) {
      choose(cy.getElementById(storeId(store)));
      return show(cy.getElementById(storeId(store)));
    }
    const hits = [...names].filter(([name]) => name.includes(words));
    const exact = names.get(words), found = [...new Set(hits.map(([, one]) => one))];
    if (!found.length) return void (says.textContent = `nothing is called “${cut(words, 60)}”`);
    const best = exact || found.sort((a, b) => b.personal - a.personal || b.wrong - a.wrong)[0];
    reveal(best);
    if (found.length > 1) says.textContent = `${plural(found.length, "dataset")} fit; shown: ${best.store}.${best.name}`;
  }

  function suggest() {
    const words = find("graph-search").value.trim().toLowerCase(), list = find("graph-names");
    const hits = words.length < 2 ? [] : [...names].filter(([name]) => name.includes(words)).slice(0, 12);
    list.replaceChildren(...hits.map(([name]) => make("option", "", { value: name })));
  }

  function zoom(by) {
    cy.zoom({ level: Math.min(3, Math.max(0.05, cy.zoom() * by)), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }

  // The nearest node in a direction; sideways distance counts double, so that a row is followed to its end.
  function step(dx, dy) {
    const nodes = cy.nodes().filter((node) => !node.isParent());
    const from = chosen && cy.getElementById(chosen);
    if (!from || from.empty()) return nodes.first();
    const here = from.position();
    let best = null, least = Infinity;
    nodes.forEach((node) => {
      const x = node.position("x") - here.x, y = node.position("y") - here.y, ahead = x * dx + y * dy;
      if (node.id() === chosen || ahead <= 1) return;
      const far = ahead + 2 * Math.abs(x * dy) + 2 * Math.abs(y * dx);
      if (far < least) [best, least] = [node, far];
    });
    return best || from;
  }

  function keys(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) {
      const node = step(...moves[event.key]);
      if (node.empty()) return;
      choose(node);
      const at = node.renderedPosition();
      if (at.x < 60 || at.y < 40 || at.x > cy.width() - 60 || at.y > cy.height() - 40) cy.center(node);
    } else if (event.key === "Enter" || event.key === " ") {
      const node = chosen && cy.getElementById(chosen);
      if (node && node.nonempty()) toggle(node.data("store"));
    } else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") whole();
    else if (event.key === "/") find("graph-search").focus();
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
  }

  // --- begin ----------------------------------------------------------------------------------------------------

  for (const id of ["graph-tools", "graph-legend", "graph-count", "graph"]) find(id).hidden = false;
  // Few datasets are all shown at once; of many, each store is a sum until it is opened.
  if (datasets.filter(shown).length <= OPEN_AT_ONCE) stores.forEach((store) => open.add(store));
  cy = cytoscape({ container: box, style: look(), layout: { name: "preset" }, minZoom: 0.05, maxZoom: 3, boxSelectionEnabled: false, autoungrabify: true, autounselectify: true });
  draw(true);
  cy.on("tap", "node", (event) => {
    const node = event.target;
    if (node.data("place") === undefined && !node.isParent()) return toggle(node.data("store"));
    if (node.isParent() && chosen === node.id()) return toggle(node.data("store"));
    return choose(node);
  });
  cy.on("tap", (event) => event.target === cy && choose(null));
  box.addEventListener("keydown", keys);
  find("graph-search").addEventListener("change", search);
  find("graph-search").addEventListener("input", suggest);
  find("graph-in").addEventListener("click", () => zoom(1.3));
  find("graph-out").addEventListener("click", () => zoom(1 / 1.3));
  find("graph-fit").addEventListener("click", whole);
  find("graph-open").addEventListener("click", () => (stores.forEach((store) => open.add(store)), draw(true)));
  find("graph-shut").addEventListener("click", () => (open.clear(), draw(true)));
  for (const id of ["graph-quiet", "graph-copies", "graph-influence"]) find(id).addEventListener("change", () => draw(true));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(look()));
  let narrow = portrait();
  addEventListener("resize", () => {
    cy.resize();
    if (narrow !== portrait()) cy.style(look()), draw(true);
    narrow = portrait();
  });
})();
