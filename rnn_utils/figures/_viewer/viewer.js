// Draws the gate viewer from the data that the page carries: no network, no library.
"use strict";

(() => {
  const find = (id) => document.getElementById(id);
  const data = JSON.parse(find("data").textContent);
  const { tokens, units, influence } = data;
  const steps = tokens.length;

  // ---- What the page carries: a byte for each value, 0 to 254 ----

  const LEVELS = 254;

  function bytes(base64) {
    const standard = base64.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
  }

  // A table of colours, one for each level, between evenly spaced "#rrggbb".
  function colourTable(stops) {
    const rgb = stops.map((stop) =>
      [1, 3, 5].map((i) => parseInt(stop.slice(i, i + 2), 16)));
    return Array.from({ length: LEVELS + 1 }, (_, level) => {
      const place = (level / LEVELS) * (stops.length - 1);
      const left = Math.min(Math.floor(place), stops.length - 2);
      return rgb[left].map((from, i) =>
        Math.round(from + (rgb[left + 1][i] - from) * (place - left)));
    });
  }

  const tables = Object.fromEntries(
    Object.entries(data.scales).map(([name, stops]) => [name, colourTable(stops)]));

  const gates = data.gates.map((gate) => {
    const levels = bytes(gate.levels);
    const level = (step, unit) => levels[step * units + unit];
    const value = (step, unit) =>
      gate.low + (level(step, unit) / LEVELS) * (gate.high - gate.low);
    const means = Array.from({ length: units }, (_, unit) => {
      let sum = 0;
      for (let step = 0; step < steps; step++) sum += value(step, unit);
      return sum / steps;
    });
    return { ...gate, level, value, means, colours: tables[gate.scale] };
  });

  // Row t of the influence holds the inputs 0 to t; the rows follow one another.
  const influenceLevels = influence && bytes(influence.levels);
  const influenceLevel = (step, input) =>
    influenceLevels[(step * (step + 1)) / 2 + input];
  // From -1 to 1: a share of the largest influence on that step.
  const influenceShare = (step, input) =>
    influence.signed
      ? (2 * influenceLevel(step, input)) / LEVELS - 1
      : influenceLevel(step, input) / LEVELS;

  // ---- What is chosen; everything is drawn from it ----

  const chosen = { ...data.start, order: "number", shown: "activity", held: false };
  let rows = [];    // The units from top to bottom.
  let places = [];  // The row of each unit.

  function choose(changes) {
    Object.assign(chosen, changes);
    const { means } = gates[chosen.gate];
    rows = Array.from({ length: units }, (_, unit) => unit);
    if (chosen.order === "mean") rows.sort((a, b) => means[b] - means[a]);
    places = [];
    rows.forEach((unit, row) => { places[unit] = row; });
    draw();
  }

  const within = (number, count) => Math.max(0, Math.min(count - 1, number));

  // ---- Words for what is shown ----

  // A map, not an object: that would know a token "constructor" as well.
  const NAMES = new Map(
    [[" ", "space"], ["\n", "line end"], ["\t", "tab"], ["", "empty token"]]);
  const spoken = (token) => NAMES.get(token) ?? `“${token}”`;
  const visible = (token) =>
    token.replaceAll(" ", "·").replaceAll("\n", "¶").replaceAll("\t", "→") || "∅";

  const minus = (text) => text.replaceAll("-", "−");
  const inGate = (gate, value) => minus(value.toFixed(gate.digits));

  // The indices of the three largest of so many numbers, if above `least`.
  function largest(count, size, least) {
    return Array.from({ length: count }, (_, index) => index)
      .filter((index) => size(index) > least)
      .sort((a, b) => size(b) - size(a)).slice(0, 3);
  }

  function describeUnits() {
    const gate = gates[chosen.gate];
    const { step, unit } = chosen;
    const held = chosen.held ? " (held)" : "";
    find("at-step").textContent = `Step ${step}, ${spoken(tokens[step])}${held}: `
      + `${gate.label} of unit ${unit} is ${inGate(gate, gate.value(step, unit))}`;
    const distance = (u) => Math.abs(gate.value(step, u) - gate.means[u]);
    const far = largest(units, distance, 0.05 * (gate.high - gate.low)).map((u) =>
      `unit ${u} at ${inGate(gate, gate.value(step, u))} `
      + `(mean ${inGate(gate, gate.means[u])})`);
    find("at-units").textContent = far.length
      ? `Furthest from their own mean: ${far.join(", ")}`
      : "No unit is far from its own mean";
  }

  function describeInputs() {
    const { step } = chosen;
    const strongest = largest(step + 1, (s) => Math.abs(influenceShare(step, s)), 0)
      .map((s) => {
        const value = influenceShare(step, s) * influence.largest[step];
        return `${spoken(tokens[s])} at step ${s} (${minus(value.toPrecision(3))})`;
      });
    find("at-inputs").textContent = strongest.length
      ? `Inputs with most influence on it: ${strongest.join(", ")}`
      : "No input has an influence on it";
  }

  // ---- The text ----

  function writeText() {
    const text = find("text");
    const words = tokens.some((token) => [...token].length > 1);
    text.classList.toggle("words", words);
    return tokens.map((token, step) => {
      const span = document.createElement("span");
      span.textContent = visible(token);
      span.dataset.step = step;
      text.append(span);
      // A line may end after a space, and ends after a line end.
      if (token === " ") text.append(document.createElement("wbr"));
      if (token.endsWith("\n")) text.append(document.createElement("br"));
      return span;
    });
  }

  // Black or white, whichever has more contrast to the colour behind it (WCAG 2).
  function ink(colour) {
    const [red, green, blue] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
  }

  function colourText(spans) {
    const gate = gates[chosen.gate];
    const byInfluence = chosen.shown === "influence";
    spans.forEach((span, step) => {
      const later = byInfluence && step > chosen.step;
      const colour = byInfluence
        ? !later && tables.influence[influenceLevel(chosen.step, step)]
        : gate.colours[gate.level(step, chosen.unit)];
      span.style.background = colour ? `rgb(${colour})` : "none";
      span.style.color = colour ? ink(colour) : "";
      span.classList.toggle("later", later);
      span.classList.toggle("chosen", step === chosen.step);
    });
    // Only the text scrolls to the step, never the page around it.
    const text = find("text"), span = spans[chosen.step];
    const above = span.offsetTop - 8, below = span.offsetTop + span.offsetHeight + 8;
    if (above < text.scrollTop) text.scrollTop = above;
    if (below > text.scrollTop + text.clientHeight) {
      text.scrollTop = below - text.clientHeight;
    }
  }

  // ---- The canvases ----

  // A canvas in CSS pixels, empty, and sharp on every screen.
  function clean(canvas) {
    const { clientWidth: width, clientHeight: height } = canvas;
    const density = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const pen = canvas.getContext("2d");
    pen.scale(density, density);
    return { pen, width, height };
  }

  // Around a column or a row, not over it, and visible on dark and on light.
  function frame(pen, x, y, width, height) {
    for (const [colour, thickness] of [["#fff", 4], ["#000", 2]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = thickness;
      pen.strokeRect(x - 1, y - 1, width + 2, height + 2);
    }
  }

  function drawMap() {
    const gate = gates[chosen.gate];
    const image = new ImageData(steps, units);
    rows.forEach((unit, row) => {
      for (let step = 0; step < steps; step++) {
        const colour = gate.colours[gate.level(step, unit)];
        image.data.set([...colour, 255], 4 * (row * steps + step));
      }
    });
    const small = document.createElement("canvas");
    [small.width, small.height] = [steps, units];
    small.getContext("2d").putImageData(image, 0, 0);
    const { pen, width, height } = clean(find("map"));
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, width, height);
    const column = width / steps, row = height / units;
    const left = Math.max(2, Math.min(width - column - 2, chosen.step * column));
    const top = Math.max(2, Math.min(height - row - 2, places[chosen.unit] * row));
    frame(pen, 2, top, width - 4, row);
    frame(pen, left, 2, column, height - 4);
    const mark = find("unit-mark");
    mark.textContent = `unit ${chosen.unit}\u00a0▸`;
    mark.style.top = `${(places[chosen.unit] + 0.5) * row}px`;
  }

  function drawBars() {
    const gate = gates[chosen.gate];
    const { pen, width, height } = clean(find("bars"));
    const x = (value) => ((value - gate.low) / (gate.high - gate.low)) * width;
    const row = height / units, gap = row > 5 ? 1 : 0;
    pen.fillStyle = "#f0f0f0";
    pen.fillRect(0, 0, width, height);
    rows.forEach((unit, place) => {
      const value = x(gate.value(chosen.step, unit)), zero = x(0);
      pen.fillStyle = unit === chosen.unit ? "#d55e00" : "#0072b2";
      const left = Math.min(zero, value);
      pen.fillRect(left, place * row, Math.abs(value - zero), row - gap);
      const mean = Math.max(1, Math.min(width - 3, x(gate.means[unit]) - 1));
      pen.fillStyle = "#fff";
      pen.fillRect(mean - 1, place * row, 4, row - gap);
      pen.fillStyle = "#000";
      pen.fillRect(mean, place * row, 2, row - gap);
    });
  }

  function drawStrip() {
    const { pen, width, height } = clean(find("strip"));
    const column = width / steps, zero = influence.signed ? height / 2 : height - 1;
    pen.fillStyle = "#f0f0f0";
    pen.fillRect(0, 0, width, height);
    for (let input = 0; input <= chosen.step; input++) {
      const share = influenceShare(chosen.step, input);
      pen.fillStyle = share < 0 ? "#7b4fa3" : "#d55e00";
      const top = zero - share * (zero - 1);
      pen.fillRect(input * column, Math.min(zero, top), Math.max(1, column),
        Math.abs(top - zero));
    }
    pen.fillStyle = "#767676";
    pen.fillRect(0, zero, width, 1);
  }

  // ---- Titles and legends ----

  function drawLegend(name, table, low, high) {
    const colours = [0, 32, 64, 95, 127, 159, 191, 222, 254].map((level) =>
      `rgb(${table[level]})`);
    find(`${name}-scale`).style.background =
      `linear-gradient(to right, ${colours.join(", ")})`;
    find(`${name}-low`).textContent = minus(`${low}`);
    find(`${name}-high`).textContent = high;
  }

  function drawTitles() {
    const gate = gates[chosen.gate];
    find("map-title").textContent = `All units over all steps: ${gate.label}`;
    drawLegend("map", gate.colours, gate.low, gate.high);
    find("bars-title").textContent = `step ${chosen.step}`;
    find("bars-low").textContent = minus(`${gate.low}`);
    find("bars-high").textContent = gate.high;
    find("strip-label").textContent = `influence on step ${chosen.step}`;
    find("precision").textContent =
      `Printed values are exact to ±${gate.error} (the page stores 255 levels)`
      + (influence ? ", influence to 1 % of the largest on its step." : ".");
    if (chosen.shown === "influence") {
      const high = influence.largest[chosen.step].toPrecision(3);
      find("text-title").textContent = `Influence of each input on step ${chosen.step}`;
      drawLegend("text", tables.influence, influence.signed ? `-${high}` : 0, high);
    } else {
      find("text-title").textContent = `The text by ${gate.label}, unit ${chosen.unit}`;
      drawLegend("text", gate.colours, gate.low, gate.high);
    }
  }

  function draw() {
    find("gate").value = chosen.gate;
    find("unit").value = chosen.unit;
    find("step").value = chosen.step;
    find("step").setAttribute("aria-valuetext",
      `${chosen.step}, ${spoken(tokens[chosen.step])}`);
    drawTitles();
    colourText(spans);
    drawMap();
    drawBars();
    describeUnits();
    if (influence) {
      drawStrip();
      describeInputs();
    }
  }

  // ---- What the reader does ----

  // A click holds a step; a second one on the same step lets it go.
  function hold(step) {
    choose({ step, held: !(chosen.held && chosen.step === step) });
  }

  function pressed(event) {
    const step = {
      ArrowLeft: chosen.step - 1, ArrowRight: chosen.step + 1, Home: 0, End: steps - 1,
    }[event.key];
    const row = {
      ArrowUp: places[chosen.unit] - 1, ArrowDown: places[chosen.unit] + 1,
    }[event.key];
    if (step !== undefined) choose({ step: within(step, steps), held: true });
    else if (row !== undefined) choose({ unit: rows[within(row, units)] });
    else return;
    event.preventDefault();
  }

  // The step or the row that lies under the pointer.
  function under(event, count, axis) {
    const box = event.currentTarget.getBoundingClientRect();
    const share = axis === "x"
      ? (event.clientX - box.left) / box.width
      : (event.clientY - box.top) / box.height;
    return within(Math.floor(share * count), count);
  }

  function listen() {
    const stepOf = (event) => event.target.dataset.step;
    const look = (step) => {
      if (!chosen.held && step !== chosen.step) choose({ step });
    };
    const text = find("text"), map = find("map"), bars = find("bars");
    text.addEventListener("mouseover", (event) => {
      if (stepOf(event)) look(Number(stepOf(event)));
    });
    text.addEventListener("click", (event) => {
      if (stepOf(event)) hold(Number(stepOf(event)));
    });
    map.addEventListener("mousemove", (event) => look(under(event, steps, "x")));
    map.addEventListener("click", (event) => {
      const unit = rows[under(event, units, "y")];
      if (unit === chosen.unit) hold(under(event, steps, "x"));
      else choose({ unit, step: under(event, steps, "x"), held: true });
      text.focus({ preventScroll: true });  // The arrow keys go on from here.
    });
    bars.addEventListener("click", (event) => {
      choose({ unit: rows[under(event, units, "y")] });
    });
    text.addEventListener("keydown", pressed);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") choose({ held: false });
    });
    find("step").addEventListener("input", (event) => {
      choose({ step: Number(event.target.value), held: true });
    });
    for (const name of ["gate", "unit"]) {
      find(name).addEventListener("change", (event) => {
        choose({ [name]: Number(event.target.value) });
      });
    }
    find("order").addEventListener("change", (event) => {
      choose({ order: event.target.value });
    });
    find("shown").addEventListener("change", (event) => {
      choose({ shown: event.target.value });
    });
    window.addEventListener("resize", draw);
  }

  // ---- The page as it opens ----

  gates.forEach((gate, index) => find("gate").add(new Option(gate.label, index)));
  for (let unit = 0; unit < units; unit++) find("unit").add(new Option(unit, unit));
  find("step").max = steps - 1;
  for (const id of ["shown", "strip", "strip-label", "at-inputs"]) {
    find(id).hidden = !influence;
  }
  const rowHeight = Math.max(4, Math.min(15, 240 / units));
  const mapHeight = Math.max(96, units * rowHeight);
  document.documentElement.style.setProperty("--map-height", `${mapHeight}px`);
  const spans = writeText();
  listen();
  choose({});
})();
