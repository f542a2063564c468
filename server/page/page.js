// The document: a card for each device, the busiest first, a list of events, and the loop that asks.

const INTERVAL = 1000;
const KEPT = 600 * 1000;
const SORT_EVERY = 5;
const OPENED_AT_FIRST = 4;
const EVENTS = 50;

const cards = new Map();
const charts = typeof Dygraph !== 'undefined';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
let rounds = 0;
let unit = 'packets';
let silentSince = null;
// By the server's clock: when the first answer came, and how far that clock is ahead of this machine's.
let started = null;
let ahead = 0;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

// Names and reasons come from elsewhere: only ever as text.
function setText(target, text) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

function tell(text) {
  const list = document.getElementById('events');
  list.prepend(element('li', '', new Date().toLocaleTimeString() + '  ' + text));
  while (list.children.length > EVENTS) {
    list.lastChild.remove();
  }
}

const visible = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const card = entry.target.card;
    card.seen = entry.isIntersecting;
    card.draw();
  }
});

class Card {
  constructor(title) {
    this.title = title;
    this.history = [];
    this.rates = null;
    this.busy = 0;
    this.seen = false;
    this.chart = null;
    this.root = element('details', 'device');
    this.root.card = this;
    const summary = element('summary');
    this.state = element('span', 'state');
    this.total = element('span', 'total');
    summary.append(element('span', 'name', title), this.state, this.total);
    this.who = element('p', 'who');
    this.reason = element('p', 'reason');
    this.lost = element('p', 'lost');
    this.root.append(summary, this.who, this.reason);
    if (charts) {
      this.plot = element('div', 'chart');
      this.plot.setAttribute('role', 'img');
      this.root.append(this.plot);
    }
    this.root.append(this.makeTable(), this.lost);
    this.root.addEventListener('toggle', () => this.draw());
    visible.observe(this.root);
  }

  makeTable() {
    const box = element('div', 'numbers');
    box.tabIndex = 0;
    box.setAttribute('role', 'region');
    box.setAttribute('aria-label', 'Counters of ' + this.title);
    const table = element('table');
    const head = element('tr');
    for (const text of ['verdict', 'packets/s', 'bits/s', 'packets', 'bytes']) {
      const cell = element('th', '', text);
      cell.scope = text === 'verdict' ? 'row' : 'col';
      head.append(cell);
    }
    table.createTHead().append(head);
    const body = table.createTBody();
    this.cells = {};
    for (const action of ACTIONS) {
      const row = element('tr', action);
      const name = element('th');
      name.scope = 'row';
      name.append(element('span', 'swatch'), action);
      row.append(name);
      this.cells[action] = [0, 1, 2, 3].map(() => row.appendChild(element('td', '', '–')));
      body.append(row);
    }
    box.append(table);
    return box;
  }

  update(sample) {
    const before = this.sample;
    this.sample = sample;
    this.rates = null;
    const why = before ? breakBetween(before, sample) : '';
    if (why) {
      tell(this.title + ': ' + why);
    }
    if (before && before.state !== sample.state) {
      tell(this.title + ': ' + sample.state + (sample.reason ? ', ' + sample.reason : ''));
    }
    // Frames that nobody counts are not zero frames; nor is known when those came that a pause holds.
    const told = sample.state === 'counting' || sample.state === 'unknown';
    if (before && !why && sample.at > before.at && sample.at - before.at < 3 * INTERVAL && told) {
      this.rates = ratesBetween(before, sample);
    }
    this.busy = 0.7 * this.busy + 0.3 * sumOf(this.rates, 'packets');
    this.history.push({at: sample.at, rates: this.rates});
    this.forget(sample.at);
    this.show();
  }

  // Nothing is known of this moment.
  pause(at) {
    this.rates = null;
    this.history.push({at, rates: null});
    this.forget(at);
    this.show();
  }

  forget(now) {
    while (this.history.length > 0 && now - this.history[0].at > KEPT) {
      this.history.shift();
    }
  }

  show() {
    const sample = this.sample;
    setText(this.state, sample.state);
    this.state.className = 'state ' + sample.state;
    setText(this.total, this.rates ? scaled(sumOf(this.rates, 'packets')) + ' packets/s' : 'no rate');
    setText(this.who, sample.mode ? sample.mode + ' (' + sample.attach_mode + '), program ' + sample.program +
      ', since ' + new Date(sample.since).toLocaleString() : 'a map of somebody else');
    setText(this.reason, sample.reason ? sample.state + ': ' + sample.reason : '');
    this.reason.hidden = !sample.reason;
    for (const action of ACTIONS) {
      const rate = this.rates && this.rates[action];
      const [packetRate, bitRate, packets, bytes] = this.cells[action];
      setText(packetRate, rate ? scaled(rate.packets) : '–');
      setText(bitRate, rate ? scaled(rate.bytes * 8) : '–');
      setText(packets, whole(sample.actions[action].packets));
      setText(bytes, whole(sample.actions[action].bytes));
    }
    const lost = ACTIONS.filter((action) => sample.actions[action].lost && sample.actions[action].lost.packets !== '0')
      .map((action) => action + ': ' + whole(sample.actions[action].lost.packets) + ' lost (' +
        Object.entries(sample.actions[action].lost.reasons).map(([name, count]) => whole(count) + ' ' + name).join(', ') + ')');
    setText(this.lost, lost.join('; '));
    this.lost.hidden = lost.length === 0;
    this.draw();
  }

  draw() {
    if (!charts || !this.sample) {
      return;
    }
    if (!this.root.open || !this.seen || this.root.hidden) {
      if (this.chart) {
        this.chart.destroy();
        this.chart = null;
      }
      return;
    }
    const factor = unit === 'bytes' ? 8 : 1;
    const rows = this.history.map(({at, rates}) =>
      [new Date(at), ...STACK.map((action) => rates ? rates[action][unit] * factor : NaN)]);
    const now = this.sample.at;
    const range = [Math.max(started, now - KEPT), Math.max(now, started + 60000)];
    if (this.chart) {
      this.chart.updateOptions({file: rows, dateWindow: range});
    } else {
      this.chart = new Dygraph(this.plot, rows, {...chartOptions(), dateWindow: range});
    }
    this.plot.setAttribute('aria-label', 'Chart: ' + (unit === 'bytes' ? 'bits' : 'packets') +
      ' a second by verdict, of the last ' + Math.max(1, Math.round((now - range[0]) / 60000)) +
      ' minutes; the last values are in the table');
  }
}

function chartOptions() {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  return {
    labels: ['time', ...STACK],
    colors: STACK.map(colour),
    stackedGraph: true,
    stackedGraphNaNFill: 'none',
    fillAlpha: 0.45,
    strokeWidth: 1.2,
    includeZero: true,
    legend: 'never',
    interactionModel: {},
    highlightCircleSize: 0,
    axisLineColor: colour('line'),
    gridLineColor: colour('line'),
    axes: {y: {axisLabelFormatter: scaled, axisLabelWidth: 46}},
  };
}

function redraw() {
  for (const card of cards.values()) {
    if (card.chart) {
      card.chart.destroy();
      card.chart = null;
    }
    card.draw();
  }
}

function filter() {
  const wanted = document.getElementById('filter').value.trim().toLowerCase();
  for (const card of cards.values()) {
    card.root.hidden = !card.title.toLowerCase().includes(wanted);
  }
}

// Not while somebody reads or types in them.
function sort() {
  const main = document.getElementById('devices');
  if (main.matches(':hover') || main.contains(document.activeElement)) {
    return;
  }
  const order = [...cards.values()].sort((one, other) => other.busy - one.busy ||
    one.title.localeCompare(other.title, 'en', {numeric: true}));
  order.forEach((card, place) => {
    if (main.children[place] !== card.root) {
      main.insertBefore(card.root, main.children[place] || null);
    }
  });
}

function update(samples) {
  if (samples.length > 0) {
    ahead = samples[0].at - Date.now();
    started = started || samples[0].at;
  }
  const named = new Set();
  for (const sample of samples) {
    named.add(sample.title);
    let card = cards.get(sample.title);
    if (!card) {
      card = new Card(sample.title);
      cards.set(sample.title, card);
      document.getElementById('devices').append(card.root);
      if (rounds > 0) {
        tell(sample.title + ': new');
      }
    }
    card.update(sample);
  }
  for (const [title, card] of cards) {
    if (!named.has(title)) {
      tell(title + ': no longer there');
      visible.unobserve(card.root);
      card.root.remove();
      cards.delete(title);
    }
  }
  filter();
  if (rounds % SORT_EVERY === 1 || rounds === 0) {
    sort();
  }
  if (rounds === 1) {
    [...document.getElementById('devices').children].slice(0, OPENED_AT_FIRST).forEach((root) => { root.open = true; });
  }
  const bad = samples.filter((sample) => sample.state === 'stopped' || sample.state === 'stale').length;
  setText(document.getElementById('summary'), samples.length === 0 ? 'No device is counted.' :
    samples.length + (samples.length === 1 ? ' device' : ' devices') + (bad ? ', ' + bad + ' not counted' : ''));
  ++rounds;
}

function trouble(text) {
  const box = document.getElementById('trouble');
  setText(box, text);
  box.hidden = text === '';
}

async function ask() {
  try {
    const answer = await fetch('json', {cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(10000)});
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(text);
    }
    update(parseLines(text));
    if (silentSince) {
      tell('the server answers again, after ' + Math.round((Date.now() - silentSince) / 1000) + ' s');
      silentSince = null;
    }
    trouble('');
  } catch (error) {
    if (!silentSince) {
      silentSince = Date.now();
      tell('the server does not answer');
    }
    trouble('No numbers since ' + new Date(silentSince).toLocaleTimeString() + '. ' +
      (error instanceof TypeError || error.name === 'TimeoutError' ? 'The server does not answer.' : error.message));
    for (const card of cards.values()) {
      card.pause(Date.now() + ahead);
    }
  }
  setTimeout(ask, INTERVAL);
}

document.getElementById('filter').addEventListener('input', () => { filter(); redraw(); });
document.getElementById('controls').addEventListener('submit', (event) => event.preventDefault());
document.getElementById('controls').addEventListener('change', (event) => {
  if (event.target.name === 'unit') {
    unit = event.target.value;
    redraw();
  }
});
dark.addEventListener('change', redraw);
ask();
